# SPDX-License-Identifier: Apache-2.0
"""A sampler for studies of Optuna, which must be installed: `pip install optuna`."""
import secrets
import threading
import zlib

import numpy
import optuna
from optuna.distributions import CategoricalDistribution
from optuna.samplers import BaseSampler, RandomSampler

from bouillon import _study
from bouillon._arguments import flag
from bouillon.search import Known, Search
from bouillon.spaces import Box

SEED = "bouillon:seed"


class BouillonSampler(BaseSampler):
    """Suggests floats and integers by a search of bouillon; what has no common range in all trials is drawn at random.

    What is searched are the numbers that all complete trials have, with the same range. Categories are drawn at random.
    A study has one value, to be minimised or maximised. The sampler remembers nothing: each suggestion learns from all
    that the study then holds, at the parameters that were really tried, whoever suggested them. So trials may be added
    and enqueued, values fixed, and several workers may share a study. Trials that run are expected to end as the search
    believes, so that the next one goes elsewhere. Pruned trials count by the last value that they reported. Failed ones
    and those with an infinite loss count as worse than the worst.

    `seed=None` draws one. `noise_free=True` says that the same parameters always have the same value. It holds for what
    is searched alone: where trials differ in other parameters as well, or were pruned, the noise is fitted.
    `kernel` and `acquisition` are those of `Search`.
    """

    def __init__(self, seed=None, kernel="auto", acquisition="improvement-or-knowledge", noise_free=False):
        self._seed = _drawn_seed() if seed is None else seed
        self._options = {"kernel": kernel, "acquisition": acquisition}
        self._noise_free = flag("noise_free", noise_free)
        self._one_at_a_time = threading.Lock()
        Search(Box([0], [1]), budget=None, seed=self._seed, **self._options)  # refuses what no search can use

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "_one_at_a_time"}

    def __setstate__(self, state):
        self.__dict__.update(state, _one_at_a_time=threading.Lock())

    def reseed_rng(self):
        """Draws another seed, for a worker that has the sampler from another one."""
        self._seed = _drawn_seed()

    def infer_relative_search_space(self, study, trial):
        """What all complete trials have in common, of numbers with a range."""
        common = optuna.search_space.intersection_search_space(study.get_trials(deepcopy=False))
        return {name: distribution for name, distribution in common.items()
                if not isinstance(distribution, CategoricalDistribution) and not distribution.single()}

    def sample_relative(self, study, trial, search_space):
        """The next point of a search that knows all trials; nothing where there is no common space yet."""
        if len(study.directions) != 1:
            raise ValueError("BouillonSampler takes studies of one value")
        if not search_space:
            return {}
        coordinates = _study.Coordinates(search_space)
        with self._one_at_a_time:  # a thread sees what the one before it was given
            trials = study.get_trials(deepcopy=False)
            # A pruner may split a study; by their first trials the parts' designs differ.
            seed = (self._seed_of(study) + trials[0].number) % 2**64
            tried = _study.tried(study, trials, coordinates, trial.number)
            parameters = coordinates.parameters(self._next(tried, coordinates.box(), seed))
            _study.share(study, trial, parameters)
        return parameters

    def sample_independent(self, study, trial, param_name, param_distribution):
        """At random: a function of the seed, the trial and the name, so that a resumed study goes on as it would."""
        words = [self._seed, trial.number, zlib.crc32(param_name.encode())]
        drawn = RandomSampler(seed=int(numpy.random.SeedSequence(words).generate_state(1)[0]))
        return drawn.sample_independent(study, trial, param_name, param_distribution)

    def _seed_of(self, study):
        """The seed that all workers of a study share, so that they share one first design: the first one's."""
        seed = study._storage.get_study_system_attrs(study._study_id).get(SEED)
        if seed is None:
            seed = int(self._seed)
            study._storage.set_study_system_attr(study._study_id, SEED, seed)
        return seed

    def _next(self, tried, box, seed):
        """The next point (d) in a box."""
        before = next((i for i, one in enumerate(tried) if one.suggested), len(tried))
        design = max(min(max(len(box.lower) + 2, 3), 10) - before, 1)  # what was there before counts towards it
        known = _study.known([one for one in tried if one.ended], self._noise_free)

        def search():
            return Search(box, budget=None, seed=seed, initial_trials=design, known=known, **self._options)

        pending = [one.point for one in tried if not one.ended]
        if pending:
            expected = search().belief(pending)[0] if known else [0.0] * len(pending)
            variance = known[0].variance if known else None
            known = known + [Known(point, loss, variance) for point, loss in zip(pending, expected)]
        now = search()
        if not now.done():
            return now.suggest().point
        # All points of a space of integers have been tried: the one once more that may yet be the best.
        points = sorted({one.point for one in tried})
        means, errors = now.belief(points)
        return points[int(numpy.argmin(means - errors))]


def _drawn_seed():
    return secrets.randbits(32)
