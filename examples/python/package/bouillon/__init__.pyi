# SPDX-License-Identifier: Apache-2.0
# The public interface, for type checkers.
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TextIO, Union

import numpy
import numpy.typing

__version__: str
AnyPath = Union[str, bytes, os.PathLike[Any]]
Numbers = Union[Sequence[float], numpy.typing.ArrayLike, Any]  # a tensor of torch, too
Array = numpy.typing.NDArray[numpy.float64]

class InputError(ValueError): ...
class WorkError(RuntimeError): ...

class _Space:
    checkpoints: int
    def merge_weights(self, point: Numbers) -> list[float]: ...

@dataclass(frozen=True)
class Interval(_Space):
    lower: float = ...
    upper: float = ...

@dataclass(frozen=True)
class Simplex(_Space):
    checkpoints: int = ...

@dataclass(frozen=True)
class Affine(_Space):
    checkpoints: int = ...
    lower: float = ...
    upper: float = ...

@dataclass(frozen=True)
class Schedule(_Space):
    checkpoints: int = ...
    largest_step: float = ...

@dataclass(frozen=True)
class Box(_Space):
    lower: Sequence[float]
    upper: Sequence[float]
    logarithmic: Sequence[bool] | None = ...
    integer: Sequence[bool] | None = ...

MergeSpace = Union[Interval, Simplex, Affine, Schedule]

@dataclass(frozen=True)
class Known:
    point: Sequence[float]
    loss: float
    variance: float | None = ...

@dataclass(frozen=True)
class Kernel:
    profile: Callable[[Array], numpy.typing.ArrayLike]
    derivative: Callable[[Array], numpy.typing.ArrayLike] | None = ...
    name: str = ...

@dataclass(frozen=True)
class Trial:
    ticket: int
    point: list[float]
    unit_point: list[float]
    merge_weights: list[float]

@dataclass(frozen=True)
class Recommendation:
    point: list[float]
    merge_weights: list[float]
    loss: float
    standard_error: float
    ticket: int | None

@dataclass(frozen=True)
class Record:
    ticket: int
    point: list[float]
    merge_weights: list[float]
    status: str
    loss: float
    variance: float
    reason: str
    document_losses: list[float]

class Search:
    space: MergeSpace | Box
    differences: bool
    def __init__(
        self, space: MergeSpace | Box, budget: int | None = ..., seed: int = ..., kernel: str | Kernel = ...,
        acquisition: str | Callable[[Array, Array, float], numpy.typing.ArrayLike] = ...,
        known: Iterable[Known] = ..., reference_losses: Numbers = ..., initial_trials: int = ...,
        journal: AnyPath | None = ..., resume: bool = ..., settings: Mapping[str, Any] | None = ...) -> None: ...
    def suggest(self) -> Trial: ...
    def observe(self, trial: Trial | int, loss: float | Numbers, variance: float | None = ...) -> None: ...
    def fail(self, trial: Trial | int, reason: str = ...) -> None: ...
    def abandon(self, trial: Trial | int, reason: str = ...) -> None: ...
    def repeat(self, trial: Trial | int) -> Trial: ...
    def extend(self, trials: int) -> None: ...
    def done(self) -> bool: ...
    @property
    def budget(self) -> int | None: ...
    @property
    def resumed(self) -> int: ...
    def recommendation(self) -> Recommendation: ...
    def belief(self, points: numpy.typing.ArrayLike) -> tuple[Array, Array]: ...
    def history(self) -> list[Record]: ...
    def to_frame(self) -> Any: ...

class Progress:
    def __init__(self, search: Search, file: TextIO | None = ...) -> None: ...
    def __enter__(self) -> Progress: ...
    def __exit__(self, *failure: Any) -> None: ...
    def show(self) -> None: ...
    def line(self) -> str: ...

class TensorInfo(NamedTuple):
    name: str
    shape: tuple[int, ...]
    dtype: str
    @property
    def elements(self) -> int: ...

class Checkpoint(NamedTuple):
    name: str
    path: os.PathLike[str]
    tensors: tuple[TensorInfo, ...]
    notes: tuple[str, ...]
    config: os.PathLike[str] | None

class Merge(Mapping[str, Any]):
    def __getitem__(self, name: str) -> Any: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def dtype(self, name: str) -> str: ...
    def numpy(self) -> dict[str, numpy.typing.NDArray[Any]]: ...
    def torch(self) -> dict[str, Any]: ...

class Incompatible(NamedTuple):
    missing_keys: tuple[str, ...]
    unexpected_keys: tuple[str, ...]

class Resident:
    @property
    def names(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def merge(self, weights: Numbers) -> Merge: ...
    def merge_into(self, target: Any, weights: Numbers, strict: bool = ...) -> Incompatible: ...

class Run:
    def __len__(self) -> int: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def paths(self) -> list[os.PathLike[str]]: ...
    @property
    def tensors(self) -> tuple[TensorInfo, ...]: ...
    @property
    def notes(self) -> list[str]: ...
    def resident(self, threads: int = ...) -> Resident: ...

def hold(
    checkpoints: Iterable[Any], names: Sequence[str] | None = ..., threads: int = ..., dtype: Any = ...,
    keep_dtype: str | Iterable[str] = ..., newest_integers: bool = ...) -> Resident: ...
def open_run(
    paths: AnyPath | Iterable[AnyPath], last: int = ..., every: int = ..., upto: int | None = ...,
    skip_unfinished: bool = ..., dtype: Any = ..., keep_dtype: str | Iterable[str] = ...,
    strip: str | Iterable[str] = ..., config: AnyPath | None = ..., newest_integers: bool = ...,
    optimizer_state: bool = ...) -> Run: ...
def write_merged(
    run: Run, weights: Numbers, output: AnyPath, force: bool = ..., provenance: dict[str, str] | None = ...,
    threads: int = ..., memory: int = ..., shard_size: int = ..., allow_non_finite: bool = ...) -> None: ...
def inspect(checkpoint: AnyPath) -> Checkpoint: ...

@dataclass(frozen=True)
class MergeTrial:
    ticket: int
    merge_weights: list[float]
    loss: float
    gain: float
    documents: int
    status: str
    reason: str

@dataclass(frozen=True)
class MergeSearchResult:
    text: str
    page: str
    report: dict[str, Any]
    merge_weights: list[float]
    found: list[float]
    use_merge: bool

def search_merge(
    run: Run | Resident, score: Callable[..., Any], model: Any = ..., space: str | MergeSpace = ..., budget: int = ...,
    seed: int = ..., kernel: str = ..., acquisition: str = ..., confirm: float = ..., race: bool = ...,
    journal: AnyPath | None = ..., resume: bool = ..., settings: Mapping[str, Any] | None = ..., unit: str = ...,
    threads: int = ..., progress: bool = ..., on_trial: Callable[[MergeTrial], Any] | None = ...,
    score_test: Callable[[Any], Any] | None = ..., retries: int = ..., deadline: int | None = ...,
    patience: int | None = ..., target_gain: float | None = ..., stop_regret: float | str | None = ...
) -> MergeSearchResult: ...
