# SPDX-License-Identifier: Apache-2.0
"""A sampler for studies of Optuna, which must be installed: `pip install optuna`."""
import math

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import StudyDirection
from optuna.trial import TrialState

from bouillon.search import Known, Search
from bouillon.spaces import Box


class BouillonSampler(BaseSampler):
    """Suggests floats and integers by a search of bouillon; categories, and what comes late, are drawn at random.

    A study has one value, to be minimised or maximised. `noise_free=True` says that the same parameters always have the
    same value. Trials that failed, were pruned or belong to another process are learned from as the study has them.
    """

    def __init__(self, seed=1, kernel="auto", acquisition="improvement-or-knowledge", noise_free=False):
        self._options = {"seed": seed, "kernel": kernel, "acquisition": acquisition}
        self._noise_free, self._seed = noise_free, seed
        self._random = RandomSampler(seed=seed)
        self._searched = optuna.search_space.IntersectionSearchSpace(include_pruned=True)
        self._search, self._space, self._names = None, {}, []
        self._tickets = {}  # number of a trial of the study -> ticket

    def reseed_rng(self):
        """For a process that has the sampler from another: what is drawn at random differs."""
        self._random.reseed_rng()

    def infer_relative_search_space(self, study, trial):
        """What all trials so far had in common, of numbers with a range."""
        return {name: distribution for name, distribution in self._searched.calculate(study).items()
                if not isinstance(distribution, CategoricalDistribution) and not distribution.single()}

    def sample_relative(self, study, trial, search_space):
        """The search's next point; nothing where there is no common space yet."""
        if len(study.directions) != 1:
            raise ValueError("BouillonSampler takes studies of one value")
        if not search_space:
            return {}
        names = sorted(search_space)
        if self._search is None or self._space != search_space:
            self._begin(study, names, search_space)
        self._tell(study)
        suggested = self._search.suggest()
        self._tickets[trial.number] = suggested.ticket
        return {name: _value(search_space[name], number) for name, number in zip(names, suggested.point)}

    def sample_independent(self, study, trial, param_name, param_distribution):
        """At random."""
        return self._random.sample_independent(study, trial, param_name, param_distribution)

    def _begin(self, study, names, space):
        """A search that knows the trials which were before it."""
        self._space, self._names, self._tickets = dict(space), names, {}
        rows = [_row(space[name]) for name in names]
        known = [self._known(study, one) for one in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
                 if all(name in one.params for name in names)]
        self._search = Search(Box(*map(list, zip(*rows))), budget=None, known=known, **self._options)

    def _known(self, study, trial):
        point = [_number(self._space[name], trial.params[name]) for name in self._names]
        return Known(point, _loss(study, trial.value), 0.0 if self._noise_free else None)

    def _tell(self, study):
        """What became of the trials that this sampler suggested."""
        for one in study.get_trials(deepcopy=False):
            if one.number not in self._tickets or not one.state.is_finished():
                continue
            ticket = self._tickets.pop(one.number)
            value = one.value if one.state == TrialState.COMPLETE else None
            if value is None and one.state == TrialState.PRUNED and one.intermediate_values:
                value = one.intermediate_values[max(one.intermediate_values)]
            if value is None or not math.isfinite(value):
                self._search.fail(ticket, one.state.name.lower())
            else:
                self._search.observe(ticket, _loss(study, value), 0.0 if self._noise_free else None)


def _loss(study, value):
    return -value if study.direction == StudyDirection.MAXIMIZE else value


def _row(distribution):
    """lower, upper, logarithmic, integer: steps are counted."""
    if isinstance(distribution, FloatDistribution) and distribution.step is None:
        return distribution.low, distribution.high, distribution.log, False
    if distribution.log:
        return distribution.low, distribution.high, True, True
    return 0, round((distribution.high - distribution.low) / distribution.step), False, True


def _value(distribution, number):
    """What a study calls a coordinate of the search."""
    whole = isinstance(distribution, IntDistribution)
    if distribution.step is not None and not distribution.log:
        number = distribution.low + round(number) * distribution.step
    return int(round(number)) if whole else min(max(float(number), distribution.low), distribution.high)


def _number(distribution, value):
    """The coordinate of a study's value."""
    if distribution.step is not None and not distribution.log:
        return round((value - distribution.low) / distribution.step)
    return min(max(value, distribution.low), distribution.high)
