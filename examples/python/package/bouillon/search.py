# SPDX-License-Identifier: Apache-2.0
"""The search: it suggests trials and learns from what became of them (docs/reference/search.md)."""
import functools
import json
import math
from dataclasses import dataclass
from typing import Callable, List, Optional, Sequence

import numpy

from bouillon import _core
from bouillon._arguments import (InputError, array_of_reals, flag, listed, losses, name_of, path, real, reals, shown,
                                 text, whole)
from bouillon.spaces import made

LARGEST_DESIGN = 10**8  # n^2 d of n points in d coordinates, as the cost of a first design grows
UNKNOWN = math.nan      # a variance that is not known


@dataclass(frozen=True)
class Known:
    """A loss that is known before the search begins: it costs no trial."""

    point: Sequence[float]
    loss: float
    variance: Optional[float] = 0.0  # None: not known


@dataclass(frozen=True)
class Kernel:
    """A stationary covariance of your own: slower than the named ones, as each call goes through Python.

    `profile(r2)` gives covariances (m) at squared distances (m) in length scales, 1 at distance 0. `derivative(r2)` is
    its slope by r2; without it finite differences are taken.
    """

    profile: Callable
    derivative: Optional[Callable] = None
    name: str = ""


@dataclass(frozen=True)
class Trial:
    """A suggestion: evaluate `point`, or merge with `merge_weights`, and tell the loss."""

    ticket: int
    point: List[float]
    unit_point: List[float]
    merge_weights: List[float]


@dataclass(frozen=True)
class Recommendation:
    """Where the loss is lowest that can be counted on. `ticket`: of the trial there, None where none was."""

    point: List[float]
    merge_weights: List[float]
    loss: float
    standard_error: float
    ticket: Optional[int]


@dataclass(frozen=True)
class Record:
    """A trial and what became of it. `status`: "pending", "observed", "failed" or "abandoned"."""

    ticket: int
    point: List[float]
    merge_weights: List[float]
    status: str
    loss: float      # NaN unless observed
    variance: float  # NaN where not known
    reason: str
    document_losses: List[float]


class Search:
    """Bayesian optimization of a loss over a space, one suggestion at a time; the caller owns the loop.

        search = bouillon.Search(bouillon.Simplex(8), budget=20)
        while not search.done():
            trial = search.suggest()
            search.observe(trial, loss_of(trial.merge_weights))

    Several trials may be out at once and may end in any order. A call names one as `suggest` gave it, or by its ticket.
    `budget=None` has no end. `acquisition` and `kernel` are names, or functions of NumPy arrays:
    `acquisition(mean, deviation, best)` gives values (m), larger where a trial is worth more; for a kernel see
    `Kernel`. With `journal` each call is written down before it returns; `resume=True` takes one up again.
    """

    def __init__(self, space, budget=20, seed=1, kernel="matern52", acquisition="log-nei", known=(),
                 reference_losses=(), initial_trials=0, journal=None, resume=False, settings=None):
        self.space = space
        core_space = made(space)
        reference = reals("reference_losses", reference_losses).tolist()
        self.differences = bool(reference)  # whether losses are told as differences to the reference
        self._search = _core.make_search(
            core_space, None if budget is None else whole("budget", budget), whole("seed", seed, most=2**64 - 1),
            whole("initial_trials", initial_trials, most=math.isqrt(LARGEST_DESIGN // max(core_space.dimension, 1))),
            reference, [_known(one) for one in listed("known", "Known(point, loss, variance)", known)],
            *_kernel(kernel), _named_function("acquisition", acquisition),
            None if journal is None else path("journal", journal), flag("resume", resume),
            _settings(settings, kernel=kernel, acquisition=acquisition))

    def __repr__(self):
        budget = "" if self.budget is None else f" of {self.budget}"
        return f"<bouillon.Search over {self.space!r}: {len(self.history())}{budget} trials>"

    def suggest(self):
        """The next trial: its `ticket`, `point` and `merge_weights`."""
        return Trial(*self._search.suggest())

    def observe(self, trial, loss, variance=None):
        """Ends a trial with its loss, or with the losses of its documents, which tell mean and variance.

        `variance`: of a single loss, 0 where it has no noise, None where it is not known. A loss that is not finite is
        a failure.
        """
        trial, loss = _named(trial), losses("what was observed is", loss)
        if isinstance(loss, float):
            self._search.observe_number(trial, loss, _variance(variance))
        elif variance is not None:
            raise InputError("losses of documents tell their variance: it must not be given beside them")
        else:
            self._search.observe_documents(trial, loss)

    def fail(self, trial, reason=""):
        """Ends a trial that gave no loss: it counts as worse than the worst."""
        self._search.fail(_named(trial), text("reason", reason))

    def abandon(self, trial, reason=""):
        """Ends a trial of which nothing is known, as if it had never been."""
        self._search.abandon(_named(trial), text("reason", reason))

    def repeat(self, trial):
        """A new trial at an earlier one's point."""
        return Trial(*self._search.repeat(_named(trial)))

    def extend(self, trials):
        """Allows so many trials more."""
        self._search.extend(whole("trials", trials, most=2**31))

    def done(self):
        """Whether the budget has been suggested."""
        return self._search.done()

    @property
    def budget(self):
        """Trials, as it was extended; None where there is no end."""
        return self._search.budget()

    @property
    def resumed(self):
        """Trials that had ended before this run began."""
        return self._search.resumed()

    def recommendation(self):
        """Where the loss is lowest that can be counted on: `point`, `merge_weights`, `loss`, `standard_error`."""
        return Recommendation(*self._search.recommendation())

    def belief(self, points):
        """What is believed of the loss at points (m, d), as it is observed.

        Gives two arrays (m): the means, and their standard errors.
        """
        array, dimension = array_of_reals("points", "rows of numbers", points), self._search.dimension()
        array = array.reshape(0, dimension) if array.shape == (0,) else numpy.atleast_2d(array)  # [] is no point
        if array.ndim != 2:
            raise InputError(f"points have the shape {list(array.shape)}, but they must be rows of coordinates")
        if array.shape[1] != dimension:  # the library takes one number after the other
            raise InputError(f"points have the shape {list(array.shape)}, but a point has {dimension} coordinates")
        means, errors = self._search.belief(array.ravel())
        return numpy.array(means), numpy.array(errors)

    def history(self):
        """All trials and what became of them, by ticket."""
        return [Record(*row) for row in self._search.history()]

    def to_frame(self):
        """The history as a table of pandas: a row a trial."""
        import pandas

        columns = ["ticket", "status", "loss", "variance", "reason",
                   *(f"point_{i}" for i in range(self._search.dimension())),
                   *(f"weight_{k}" for k in range(self.space.checkpoints))]
        rows = [[one.ticket, one.status, one.loss, one.variance, one.reason, *one.point, *one.merge_weights]
                for one in self.history()]
        return pandas.DataFrame(rows, columns=columns).set_index("ticket")


def kernels():
    """The names that `kernel` takes."""
    return _core.kernels()


def acquisitions():
    """The names that `acquisition` takes."""
    return _core.acquisitions()


def _named(trial):
    """The ticket, and of a whole trial where it lies, by which a search tells whether it is its own."""
    if not isinstance(trial, Trial):
        return whole("a trial's ticket", trial), None
    return whole("a trial's ticket", trial.ticket), reals("a trial's unit_point", trial.unit_point).tolist()


def _variance(variance):
    return UNKNOWN if variance is None else real("variance", variance)


def _known(one):
    if not isinstance(one, Known):
        raise InputError(f"a known loss is {shown(one)}, but it must be a Known(point, loss, variance)")
    return reals("a known point", one.point).tolist(), real("a known loss", one.loss), _variance(one.variance)


def _with_name(function, name):
    """The function under a name that the library may write down, whatever object it is."""
    def named(*arguments):
        return function(*arguments)
    if not isinstance(function, type):
        functools.update_wrapper(named, function, assigned=("__doc__",), updated=())
    named.__name__ = name
    return named


def _named_function(what, given):
    if isinstance(given, str):
        return text(what, given)
    if not callable(given):
        raise InputError(f"{what} is {shown(given)}, but it must be a name or a function")
    return _with_name(given, "python:" + name_of(given))


def _kernel(kernel):
    """The name and None, or the profile and its derivative."""
    if not isinstance(kernel, Kernel):
        if not isinstance(kernel, str):
            raise InputError(f"kernel is {shown(kernel)}, but it must be a name or a Kernel")
        return text("kernel", kernel), None
    if not callable(kernel.profile) or not (kernel.derivative is None or callable(kernel.derivative)):
        raise InputError(f"kernel is {shown(kernel)}, but its profile and its derivative must be functions")
    name = "python:" + (text("a kernel's name", kernel.name) or name_of(kernel.profile))
    return _with_name(kernel.profile, name), kernel.derivative


def _settings(settings, **choices):
    """What must be the same when a journal is taken up again, as JSON."""
    own = {name: choice for name, choice in choices.items() if isinstance(choice, str)}
    return json_of({} if settings is None else settings, **own)


def json_of(settings, **more):
    try:
        return json.dumps({**more, **settings}, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as problem:
        raise InputError(f"settings must be an object of JSON: {problem}") from None
