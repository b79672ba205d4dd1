# SPDX-License-Identifier: Apache-2.0
"""Checkpoints in files: which of a run are taken, what they hold, and merges that are written."""
import os
import warnings
from typing import NamedTuple, Optional, Tuple

from bouillon import _core
from bouillon._arguments import InputError, flag, listed, path, reals, shown, text, texts, whole
from bouillon._tensors import dtype_name
from bouillon.resident import Resident

MEMORY = 256 << 20          # bytes that buffers of a written merge may take
SHARD_SIZE = 5_000_000_000  # bytes of tensors in a file of a directory


class TensorInfo(NamedTuple):
    """What a checkpoint says of a tensor; the type as safetensors calls it."""

    name: str
    shape: Tuple[int, ...]
    dtype: str

    @property
    def elements(self):
        elements = 1
        for extent in self.shape:
            elements *= extent
        return elements


class Checkpoint(NamedTuple):
    """What a checkpoint holds."""

    name: str
    path: os.PathLike
    tensors: Tuple[TensorInfo, ...]
    notes: Tuple[str, ...]
    config: Optional[os.PathLike]


class Run:
    """Checkpoints of one model, oldest first, open for merging. Their headers are read, their tensors are not."""

    def __init__(self, opened):
        self._opened = opened

    def __len__(self):
        return len(self._opened.names)

    def __repr__(self):
        return f"<bouillon.Run of {', '.join(self.names)}>"

    @property
    def names(self):
        """(checkpoints), oldest first."""
        return list(self._opened.names)

    @property
    def paths(self):
        """(checkpoints), oldest first."""
        return list(self._opened.paths)

    @property
    def tensors(self):
        """What a merge has, by name; the types are those that the checkpoints store."""
        return _infos(self._opened.tensors)

    @property
    def notes(self):
        """What was left out, and in which order checkpoints were taken."""
        return list(self._opened.notes)

    def resident(self, threads=0):
        """Reads the checkpoints into memory, each tensor once. `threads`: 0 for all."""
        return Resident(_core.resident(self._opened, whole("threads", threads, most=4096)), self.names)


def open_run(paths, last=0, every=1, upto=None, skip_unfinished=False, dtype=None, keep_dtype=(), strip=(),
             config=None, newest_integers=False, optimizer_state=False):
    """Opens the checkpoints of a run's folder, or those that are named, oldest first.

    `last`: the newest so many; `every`: every so many-th, counted back from the newest; `upto`: none of a later step.
    `dtype`: of a merge ("F32", "bfloat16", torch.float16), but of the names that fit `keep_dtype`. `strip`: taken off
    the names that begin with it. The options are those of `bouillon merge` (docs/program.md).
    """
    given = [paths] if isinstance(paths, (str, bytes, os.PathLike)) else listed("paths", "paths", paths)
    given = [path("a checkpoint", one) for one in given]
    return Run(_core.open_run(
        given, None if upto is None else whole("upto", upto), whole("every", every, 1), whole("last", last),
        flag("skip_unfinished", skip_unfinished), dtype_name(dtype), texts("keep_dtype", keep_dtype),
        texts("strip", strip), None if config is None else path("config", config),
        flag("newest_integers", newest_integers), flag("optimizer_state", optimizer_state)))


def write_merged(run, weights, output, force=False, provenance=None, threads=0, memory=MEMORY, shard_size=SHARD_SIZE,
                 allow_non_finite=False):
    """Writes the weighted sum of a run's checkpoints as a checkpoint that any Hugging Face tool can load.

    It appears whole or not at all. `output`: a directory, or a file that ends in .safetensors. Weights are used as they
    are; where they do not sum to 1, a warning says so.
    """
    if not isinstance(run, Run):
        raise InputError(f"the run is {shown(run)}, but it must be what open_run() gives")
    notes = {} if provenance is None else provenance
    if not isinstance(notes, dict):
        raise InputError(f"provenance is {shown(provenance)}, but it must be a dict of texts")
    weights = reals("weights", weights).tolist()
    if len(weights) == len(run) and abs(sum(weights) - 1) > 1e-9:
        warnings.warn(f"the weights sum to {sum(weights):.6g}; they are used as given", stacklevel=2)
    _core.write_merged(
        run._opened, weights, path("output", output), flag("force", force),
        {text("provenance", key): text("provenance", value) for key, value in notes.items()},
        whole("threads", threads, most=4096), whole("memory", memory), whole("shard_size", shard_size),
        flag("allow_non_finite", allow_non_finite))


def inspect(checkpoint):
    """What a checkpoint holds, of any format that is read (docs/file-formats.md); no tensor is read."""
    found = _core.inspect(path("the checkpoint", checkpoint))
    return Checkpoint(found["name"], found["path"], _infos(found["tensors"]), tuple(found["notes"]), found["config"])


def _infos(rows):
    return tuple(TensorInfo(name, tuple(shape), dtype) for name, shape, dtype in rows)
