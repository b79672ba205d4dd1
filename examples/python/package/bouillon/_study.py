# SPDX-License-Identifier: Apache-2.0
"""What a study of Optuna tells a search: coordinates of its parameters, losses of its trials."""
import json
import math
from dataclasses import dataclass
from typing import Optional, Tuple

from optuna.distributions import FloatDistribution, IntDistribution
from optuna.study import StudyDirection
from optuna.trial import TrialState

from bouillon.search import Known
from bouillon.spaces import Box

LARGEST_INTEGER = 10**9   # of a box; a larger range is searched as if it had any number
LARGEST_LOSS = 1e100      # what is beyond it stands for no number, and its square would overflow
SUGGESTED = "bouillon:suggested"
LONGEST_ATTRIBUTE = 2045  # characters, in a relational storage


class Coordinates:
    """The searched parameters of a study as a box: steps are counted."""

    def __init__(self, distributions):
        self.names = sorted(distributions)
        self._distributions = [distributions[name] for name in self.names]

    def box(self):
        return Box(*map(list, zip(*map(_row, self._distributions))))

    def point(self, parameters):
        """The point (d) of a trial's parameters; None where it has not all of them, or one out of its range."""
        point = []
        for name, distribution in zip(self.names, self._distributions):
            number = _coordinate(distribution, parameters[name]) if name in parameters else None
            if number is None:
                return None
            point.append(number)
        return tuple(point)

    def parameters(self, point):
        """What the study calls a point (d)."""
        return {name: _value(distribution, number)
                for name, distribution, number in zip(self.names, self._distributions, point)}


@dataclass(frozen=True)
class Tried:
    """A trial where a search looks: it has ended, or it runs or waits to."""

    point: Tuple[float, ...]
    ended: bool
    loss: Optional[float]  # minus infinity is the best there is; None: it failed, or has not ended
    whole: bool            # whether it was measured to its end, with nothing varied but what is searched
    suggested: bool        # by a search of the same parameters


def tried(study, trials, coordinates, number):
    """The trials of a study at points of the coordinates, but trial `number`."""
    found = []
    for trial in trials:
        if trial.number == number:
            continue
        suggested = suggested_to(trial)
        ended = trial.state.is_finished()
        point = coordinates.point(trial.params if ended else
                                  {**suggested, **trial.system_attrs.get("fixed_params", {}), **trial.params})
        if point is None:
            continue
        varied = {name for name, distribution in trial.distributions.items() if not distribution.single()}
        found.append(Tried(point, ended, _loss(study, trial) if ended else None,
                           trial.state != TrialState.PRUNED and varied <= set(coordinates.names),
                           sorted(suggested) == coordinates.names))
    return found


def known(ended, noise_free):
    """What a search may learn of trials that have ended.

    A failure counts as worse than the worst, by half the range of all, as in the library (search/training_data.hpp).
    """
    losses = [one.loss for one in ended if one.loss is not None and math.isfinite(one.loss)]
    best, worst = min(losses, default=0.0), max(losses, default=0.0)
    failed = worst + (0.5 * (worst - best) or abs(worst) or 1.0) if losses else 0.0
    exact = noise_free and all(one.whole for one in ended if one.loss is not None)
    return [Known(one.point, failed if one.loss is None else max(one.loss, best), 0.0 if exact else None)
            for one in ended]


def share(study, trial, parameters):
    """Lets other workers see all of a trial's parameters before its objective asks for them."""
    text = json.dumps(parameters)
    for i in range(0, len(text), LONGEST_ATTRIBUTE):
        study._storage.set_trial_system_attr(trial._trial_id, f"{SUGGESTED}:{i // LONGEST_ATTRIBUTE}",
                                             text[i:i + LONGEST_ATTRIBUTE])


def suggested_to(trial):
    """The parameters that were shared of a trial."""
    parts = []
    while (part := trial.system_attrs.get(f"{SUGGESTED}:{len(parts)}")) is not None:
        parts.append(part)
    return json.loads("".join(parts)) if parts else {}


def _loss(study, trial):
    """As it is minimised; None where there is none, or no number."""
    value = trial.value if trial.state == TrialState.COMPLETE else None
    if trial.state == TrialState.PRUNED and trial.last_step is not None:
        value = trial.intermediate_values[trial.last_step]
    if value is None or math.isnan(value):
        return None
    loss = -value if study.direction == StudyDirection.MAXIMIZE else value
    if abs(loss) < LARGEST_LOSS:
        return loss
    return None if loss > 0 else -math.inf


def _steps(distribution):
    """How many steps a range has; None where it is not counted from its lower end."""
    if distribution.log or distribution.step is None:
        return None
    return round((distribution.high - distribution.low) / distribution.step)


def _row(distribution):
    """lower, upper, logarithmic, integer."""
    steps = _steps(distribution)
    if steps is not None:
        return 0, steps, False, steps <= LARGEST_INTEGER
    whole = isinstance(distribution, IntDistribution) and distribution.high <= LARGEST_INTEGER
    return distribution.low, distribution.high, distribution.log, whole


def _value(distribution, number):
    """What a study calls a coordinate of the search."""
    if _steps(distribution) is not None:
        number = distribution.low + round(number) * distribution.step
    if isinstance(distribution, IntDistribution):
        number = round(number)
    elif isinstance(distribution, FloatDistribution):
        number = float(number)
    return min(max(number, distribution.low), distribution.high)


def _coordinate(distribution, value):
    """The coordinate of a study's value; None where it is not of the range, as a value that was fixed may be."""
    if not distribution.low <= value <= distribution.high:
        return None
    if _steps(distribution) is None:
        return value
    steps = (value - distribution.low) / distribution.step
    return round(steps) if abs(steps - round(steps)) < 1e-8 else None
