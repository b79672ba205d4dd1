# SPDX-License-Identifier: Apache-2.0
"""Where a search may look (docs/reference/space.md has each in full)."""
from dataclasses import dataclass
from typing import Optional, Sequence

from bouillon import _core
from bouillon._arguments import InputError, real, reals, shown, whole

MOST_COORDINATES = 4096  # far more than a surrogate can learn


def checkpoints_of(count):
    return whole("checkpoints", count, 1, MOST_COORDINATES)


class _Space:
    """Where a search may look: points (d) that it suggests, and what merge weights (checkpoints) they stand for."""

    checkpoints = 0  # of a space that is not for merging

    def merge_weights(self, point):
        """(checkpoints), oldest first, of a point (d)."""
        return self._made().merge_weights(reals("a point", point).tolist())


@dataclass(frozen=True)
class Interval(_Space):
    """The newer of two checkpoints' merge weight."""

    lower: float = 0.5
    upper: float = 1.0
    checkpoints = 2

    def _made(self):
        return _core.interval(real("lower", self.lower), real("upper", self.upper))


@dataclass(frozen=True)
class Simplex(_Space):
    """Averages of checkpoints: merge weights of 0 or more that sum to 1."""

    checkpoints: int = 2

    def _made(self):
        return _core.simplex(checkpoints_of(self.checkpoints))


@dataclass(frozen=True)
class Affine(_Space):
    """Merge weights between bounds that sum to 1: averages and what lies beyond them."""

    checkpoints: int = 2
    lower: float = -0.5
    upper: float = 1.5

    def _made(self):
        return _core.affine(checkpoints_of(self.checkpoints), real("lower", self.lower), real("upper", self.upper))


@dataclass(frozen=True)
class Schedule(_Space):
    """Window, spacing, shape and step of a learning rate's decay, as merge weights of any number of checkpoints."""

    checkpoints: int = 2
    largest_step: float = 0.5

    def _made(self):
        return _core.schedule(checkpoints_of(self.checkpoints), real("largest_step", self.largest_step))


@dataclass(frozen=True)
class Box(_Space):
    """Any numbers between bounds, for other objectives than merges.

    `logarithmic` and `integer` have a truth value for each coordinate.
    """

    lower: Sequence[float]
    upper: Sequence[float]
    logarithmic: Optional[Sequence[bool]] = None
    integer: Optional[Sequence[bool]] = None

    def _made(self):
        lower, upper = reals("lower", self.lower).tolist(), reals("upper", self.upper).tolist()
        if len(lower) > MOST_COORDINATES:
            raise InputError(f"a box has at most {MOST_COORDINATES} coordinates, but {len(lower)} are given")
        return _core.box(lower, upper, *self._kinds(len(lower)))

    def _kinds(self, dimension):
        given = {"logarithmic": self.logarithmic, "integer": self.integer}
        if all(value is None for value in given.values()):
            return [], []
        kinds = []
        for name, value in given.items():
            try:
                row = [False] * dimension if value is None else [bool(one) for one in value]
            except (TypeError, ValueError):
                raise InputError(f"{name} is {shown(value)}, but it must have a truth value for each "
                                 "coordinate") from None
            if len(row) != dimension:
                raise InputError(f"{name} has {len(row)} values for {dimension} coordinates")
            kinds.append(row)
        return kinds


def made(space):
    """The space as the library has it."""
    if not isinstance(space, _Space):
        raise InputError(f"the space is {shown(space)}, but it must be an Interval, a Simplex, an Affine, a Schedule "
                         "or a Box")
    return space._made()
