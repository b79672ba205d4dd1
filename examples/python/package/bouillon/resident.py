# SPDX-License-Identifier: Apache-2.0
"""Checkpoints in memory, and their merges: as arrays, or straight into a live model."""
import threading
from collections.abc import Mapping
from typing import NamedTuple, Tuple

import numpy

from bouillon import _core
from bouillon._arguments import InputError, flag, is_torch, listed, reals, texts, whole
from bouillon._tensors import (OWN_NAMES, address_of, count_versions, described, dtype_name, elements_of, is_elsewhere,
                               is_module, spelt_as, tensors_of, torch_module, typed_torch)

NOT_OF_NUMPY = {"BF16"} | {dtype for dtype in OWN_NAMES if dtype.startswith("F8")}


class Incompatible(NamedTuple):
    """The names that a merge and its target do not share, as load_state_dict() of torch gives them."""

    missing_keys: Tuple[str, ...]     # of the checkpoints, which the target has not
    unexpected_keys: Tuple[str, ...]  # of the target, which were left as they are


class Merge(Mapping):
    """A merge: its tensors by name, each an object that any array library takes without a copy (`__dlpack__`)."""

    def __init__(self, arrays, dtypes):
        self._arrays, self._dtypes = arrays, dtypes

    def __getitem__(self, name):
        return self._arrays[name]

    def __iter__(self):
        return iter(self._arrays)

    def __len__(self):
        return len(self._arrays)

    def dtype(self, name):
        """The type of a tensor, as safetensors calls it."""
        return self._dtypes[name]

    def numpy(self):
        """NumPy arrays that share the merge's memory. bfloat16 and 8-bit floats need the package ml_dtypes."""
        return {name: self._numpy(name) for name in self}

    def torch(self):
        """Tensors of torch that share the merge's memory: a state dict."""
        import torch

        return {name: typed_torch(torch, torch.from_dlpack(array), self._dtypes[name])
                for name, array in self._arrays.items()}

    def _numpy(self, name):
        dtype = self._dtypes[name]
        if dtype not in NOT_OF_NUMPY:
            return numpy.from_dlpack(self._arrays[name])
        try:
            import ml_dtypes
        except ImportError:
            raise InputError(f"tensor {name!r} is of the type {dtype}, which NumPy has not: take torch(), install "
                             "ml_dtypes, or open the run with dtype='F32'") from None
        return _core.as_words(self._arrays[name]).view(getattr(ml_dtypes, OWN_NAMES[dtype]))


class Resident:
    """Checkpoints in memory, each tensor once in its stored type, so that a merge is one pass over them."""

    def __init__(self, held, names):
        self._held, self._names = held, list(names)
        self._dtypes = {name: dtype for name, _, dtype in held.tensors}
        self._shapes = {name: tuple(shape) for name, shape, _ in held.tensors}
        self._tied = {}    # two names -> whether the checkpoints have the same in both
        self._staged = {}  # page-locked copies of what lies on a device
        self._staging = threading.Lock()

    def __len__(self):
        return self._held.size

    def __repr__(self):
        return f"<bouillon.Resident of {', '.join(self.names)}>"

    @property
    def names(self):
        """(checkpoints), oldest first."""
        return list(self._names)

    def merge(self, weights):
        """The weighted sum of the checkpoints, in new memory: the bits of a merge that is written."""
        return Merge(self._held.merge(reals("weights", weights).tolist()), self._dtypes)

    def merge_into(self, target, weights, strict=True):
        """Writes the weighted sum where a model has its parameters: a torch module, or a mapping of names to tensors.

        Shapes and types must be those of a merge; tensors that share their memory are written once. With `strict`,
        names must be the same too; without, what only one side has is left as it is. What lies on a CUDA device goes
        there by way of page-locked host memory. Gives the names that were left.
        """
        weights = reals("weights", weights).tolist()
        tensors, missing, unexpected = self._matched(target)
        if strict and unexpected:
            raise InputError(f"the target has {_quoted(unexpected)}, which the checkpoints have not")
        if strict and missing:
            raise InputError(f"the checkpoints have {_quoted(missing)}, which the target has not")
        places, twice = self._places(tensors)
        unwanted = [*missing, *twice]
        if any(map(is_elsewhere, places.values())):
            with self._staging:
                self._write_by_way_of_host(weights, places, unwanted)
        else:
            self._held.merge_into(weights, self._targets(places), unwanted)
        count_versions(places.values())
        return Incompatible(tuple(missing), tuple(unexpected))

    def _matched(self, target):
        """The target's tensors under the checkpoints' names, and the names that have none on the other side."""
        own = tensors_of(target)
        given = spelt_as(self._dtypes, own)
        if is_module(target):  # what a state dict leaves out, but some checkpoints have
            buffers = spelt_as(self._dtypes, dict(target.named_buffers()))
            given.update(tensors_of({name: tensor for name, tensor in buffers.items() if name in self._dtypes}))
        addresses = {address_of(tensor) for name, tensor in given.items() if name in self._dtypes}
        unexpected = [name for name, tensor in given.items()
                      if name not in self._dtypes and address_of(tensor) not in addresses]
        missing = [name for name in self._dtypes if name not in given]
        return {name: tensor for name, tensor in given.items() if name in self._dtypes}, missing, unexpected

    def _places(self, tensors):
        """The tensors that are written, one for each memory, and the names of those that are so already."""
        places, first, twice = {}, {}, []
        for name, tensor in tensors.items():
            address = address_of(tensor)
            if address not in first:
                first[address] = name
                places[name] = tensor
                continue
            if not self._are_tied(first[address], name):
                raise InputError(f"the target has one tensor as {first[address]!r} and {name!r}, but the checkpoints "
                                 "have different ones")
            twice.append(name)
        return places, twice

    def _are_tied(self, name, other):
        if (name, other) not in self._tied:
            self._tied[name, other] = self._shapes[name] == self._shapes[other] and self._held.are_tied(name, other)
        return self._tied[name, other]

    def _targets(self, places):
        return [described(name, tensor, writable=True) for name, tensor in places.items()]

    def _write_by_way_of_host(self, weights, places, unwanted):
        staged = {name: self._stage(name, tensor) for name, tensor in places.items() if is_elsewhere(tensor)}
        self._held.merge_into(weights, self._targets({**places, **staged}), unwanted)
        try:
            for name, pinned in staged.items():
                places[name].detach().copy_(pinned, non_blocking=True)
        finally:  # the next merge uses the page-locked memory again
            for device in {places[name].device for name in staged}:
                torch_module().cuda.synchronize(device)

    def _stage(self, name, tensor):
        if tensor.device.type != "cuda":
            raise InputError(f"tensor {name!r} is on the device {tensor.device}, but it must be in host memory or on "
                             "a CUDA device")
        torch = torch_module()
        pinned = self._staged.get(name)
        if pinned is None or pinned.shape != tensor.shape or pinned.dtype != tensor.dtype:
            pinned = self._staged[name] = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        return pinned


def hold(checkpoints, names=None, threads=0, dtype=None, keep_dtype=(), newest_integers=False):
    """Takes tensors that you hold, without files and without copies: state dicts of torch, or dicts of NumPy arrays.

    Merges read them where they are, so they may change between merges; what state_dict() of a model gives is the
    model's own memory, so that snapshots need a copy. `names`: of the checkpoints, oldest first. `dtype`, `keep_dtype`
    and `newest_integers` are those of open_run().
    """
    if hasattr(checkpoints, "state_dict") or isinstance(checkpoints, Mapping):
        raise InputError(f"checkpoints is one {type(checkpoints).__name__}, but it must be a list of dicts of tensors")
    given = [tensors_of(one) for one in listed("checkpoints", "dicts of tensors", checkpoints)]
    given = given[:1] + [spelt_as(given[0], one) for one in given[1:]]
    names = [f"checkpoint-{k}" for k in range(len(given))] if names is None else texts("names", names)
    if len(names) != len(given):
        raise InputError(f"{len(names)} names for {len(given)} checkpoints")
    _refuse_one_memory(given)
    rows = [[described(name, tensor) for name, tensor in one.items()] for one in given]
    return Resident(_core.hold(rows, dtype_name(dtype), texts("keep_dtype", keep_dtype),
                               flag("newest_integers", newest_integers), whole("threads", threads, most=4096)), names)


def _quoted(names):
    """The first of some names: 'the tensors "a", "b" and 3 more'."""
    shown = ", ".join(map(repr, names[:3]))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"the tensor{'' if len(names) == 1 else 's'} {shown}{more}"


def _refuse_one_memory(checkpoints):
    """A frozen tensor may be the same in all, but no two checkpoints are."""
    seen = {}
    for k, one in enumerate(checkpoints):
        filled = {name: tensor for name, tensor in one.items() if elements_of(tensor)}
        addresses = tuple((name, address_of(filled[name])) for name in sorted(filled))
        if addresses and seen.setdefault(addresses, k) != k:
            raise InputError(f"checkpoints {seen[addresses]} and {k} are the same memory: copy what state_dict() "
                             "gives, as by copy.deepcopy()")
