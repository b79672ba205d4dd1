# SPDX-License-Identifier: Apache-2.0
"""Checkpoints in memory, and their merges: as arrays, or straight into a live model."""
import sys
from collections.abc import Mapping

import numpy

from bouillon import _core
from bouillon._arguments import InputError, reals, texts, whole

# Types as safetensors calls them, by the names that NumPy and torch have for them.
NAMES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
    "int16": "I16", "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16", "uint8": "U8", "bool": "BOOL",
    "complex64": "C64", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e8m0fnu": "F8_E8M0",
    "float8_e4m3fnuz": "F8_E4M3FNUZ", "float8_e5m2fnuz": "F8_E5M2FNUZ",
}
OWN_NAMES = {dtype: name for name, dtype in NAMES.items()}
WRAPPERS = ("_orig_mod.", "module.")  # what torch.compile and DistributedDataParallel put before names


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
        """NumPy arrays that share the merge's memory. bfloat16 needs the package ml_dtypes."""
        return {name: self._numpy(name) for name in self}

    def torch(self):
        """Tensors of torch that share the merge's memory: a state dict."""
        import torch

        return {name: _typed_torch(torch, torch.from_dlpack(array), self._dtypes[name])
                for name, array in self._arrays.items()}

    def _numpy(self, name):
        dtype = self._dtypes[name]
        if dtype != "BF16":
            return numpy.from_dlpack(self._arrays[name])
        try:
            import ml_dtypes
        except ImportError:
            raise InputError(f"tensor {name!r} is of the type BF16, which NumPy has not: take torch(), install "
                             "ml_dtypes, or open the run with dtype='F32'") from None
        return _core.as_words(self._arrays[name]).view(ml_dtypes.bfloat16)


class Resident:
    """Checkpoints in memory, each tensor once in its stored type, so that a merge is one pass over them."""

    def __init__(self, held, names, kept=()):
        self._held, self.names = held, list(names)
        self._kept = kept  # arrays of the caller's, which the merges read
        self._dtypes = {name: dtype for name, _, dtype in held.tensors}
        self._staged = {}  # page-locked copies of what lies on a device

    def __len__(self):
        return self._held.size

    def __repr__(self):
        return f"<bouillon.Resident of {', '.join(self.names)}>"

    def merge(self, weights):
        """The weighted sum of the checkpoints, in new memory: the bits of a merge that is written."""
        return Merge(self._held.merge(reals("weights", weights).tolist()), self._dtypes)

    def merge_into(self, target, weights):
        """Writes the weighted sum where a model has its parameters: a torch module, or a mapping of names to tensors.

        Shapes and types must be those of a merge, and every tensor of the target must have one in the checkpoints;
        tensors that share their memory are written once. What lies on a CUDA device goes there by way of page-locked
        host memory.
        """
        weights = reals("weights", weights).tolist()
        places, unwanted = self._places(_tensors_of(target))
        staged = {name: self._stage(name, tensor) for name, tensor in places.items() if _is_elsewhere(tensor)}
        targets = [_described(name, staged.get(name, tensor), writable=True) for name, tensor in places.items()]
        self._held.merge_into(weights, targets, unwanted)
        for name, pinned in staged.items():
            places[name].detach().copy_(pinned, non_blocking=True)
        if staged:
            sys.modules["torch"].cuda.synchronize()  # the next merge uses the page-locked memory again

    def _places(self, tensors):
        """The tensors that are written, one for each memory, and the names of the checkpoints' that have none."""
        places, taken, unwanted = {}, set(), []
        for name, tensor in tensors.items():
            if name not in self._dtypes:
                continue
            address = _address(tensor)
            if address in taken:
                unwanted.append(name)
                continue
            taken.add(address)
            places[name] = tensor
        left = [name for name, tensor in tensors.items() if name not in self._dtypes and _address(tensor) not in taken]
        if left:
            raise InputError(f"the target has the tensor {left[0]!r}, which the checkpoints have not")
        return places, unwanted

    def _stage(self, name, tensor):
        if tensor.device.type != "cuda":
            raise InputError(f"tensor {name!r} is on the device {tensor.device}, but it must be in host memory or on "
                             "a CUDA device")
        torch = sys.modules["torch"]
        pinned = self._staged.get(name)
        if pinned is None or pinned.shape != tensor.shape or pinned.dtype != tensor.dtype:
            pinned = self._staged[name] = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        return pinned


def hold(checkpoints, names=None, threads=0):
    """Takes tensors that you hold, without files and without copies: state dicts of torch, or dicts of NumPy arrays.

    Merges read them where they are, so they may change between merges. `names`: of the checkpoints, oldest first.
    """
    try:
        given = [_tensors_of(one) for one in checkpoints]
    except TypeError:
        raise InputError(f"checkpoints is {checkpoints!r}, but it must be a list of dicts of tensors") from None
    names = [f"checkpoint-{k}" for k in range(len(given))] if names is None else texts("names", names)
    if len(names) != len(given):
        raise InputError(f"{len(names)} names for {len(given)} checkpoints")
    rows = [[_described(name, tensor) for name, tensor in one.items()] for one in given]
    return Resident(_core.hold(rows, whole("threads", threads, most=4096)), names, kept=rows)


def _is_torch(value):
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_elsewhere(tensor):
    return _is_torch(tensor) and tensor.device.type != "cpu"


def _tensors_of(target):
    """The tensors of a module or of a mapping, by name, without what wrappers of the model put before the names."""
    if hasattr(target, "state_dict") and callable(target.state_dict):
        target = {_unwrapped(name): tensor for name, tensor in target.state_dict(keep_vars=True).items()}
    if not isinstance(target, Mapping):
        raise InputError(f"{type(target).__name__} is neither a module nor a mapping of names to tensors")
    for name, tensor in target.items():
        if not isinstance(name, str):
            raise InputError(f"{name!r} is no name of a tensor")
        if not (_is_torch(tensor) or isinstance(tensor, numpy.ndarray)):
            raise InputError(f"tensor {name!r} is a {type(tensor).__name__}, but it must be a torch tensor or a NumPy "
                             "array")
    return dict(target)


def _unwrapped(name):
    for wrapper in WRAPPERS:
        name = name.removeprefix(wrapper)
    return name


def _address(tensor):
    """What tells whether two tensors are one: where they begin, and how long they are."""
    if _is_torch(tensor):
        if tensor.layout is not sys.modules["torch"].strided:
            raise InputError(f"a tensor of the layout {tensor.layout} cannot be taken")
        return (str(tensor.device), tensor.data_ptr(), tensor.numel()) if tensor.numel() else id(tensor)
    return ("cpu", tensor.__array_interface__["data"][0], tensor.size) if tensor.size else id(tensor)


def _described(name, tensor, writable=False):
    """(name, array, type) as the library takes it, sharing the tensor's memory."""
    if getattr(tensor.dtype, "byteorder", "=") == ">":
        raise InputError(f"tensor {name!r} is big-endian")
    kind = str(tensor.dtype).removeprefix("torch.")
    if kind not in NAMES:
        raise InputError(f"tensor {name!r} is of the type {tensor.dtype}, which is none of a checkpoint's")
    try:
        return name, _array(name, tensor, writable), NAMES[kind]
    except (BufferError, RuntimeError, TypeError, ValueError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(f"tensor {name!r} cannot be taken: {problem}") from None


def _array(name, tensor, writable):
    if _is_torch(tensor):
        if tensor.device.type != "cpu":
            raise InputError(f"tensor {name!r} is on the device {tensor.device}, but it must be in host memory")
        tensor = tensor.detach()
        if tensor.is_conj() or tensor.is_neg():
            raise InputError(f"tensor {name!r} is a view that torch computes when it is read")
        return _bytes_of_torch(tensor)
    if writable and not tensor.flags.writeable:
        raise InputError(f"tensor {name!r} is read-only")
    return tensor.view(f"u{tensor.dtype.itemsize}") if tensor.dtype.kind not in "fiub" else tensor


def _bytes_of_torch(tensor):
    torch = sys.modules["torch"]
    if tensor.dtype == torch.bfloat16 or tensor.dtype == torch.bool:
        return tensor.view(torch.int16 if tensor.dtype == torch.bfloat16 else torch.uint8)
    return tensor.view(torch.uint8) if str(tensor.dtype).startswith("torch.float8") else tensor


def _typed_torch(torch, tensor, dtype):
    """A tensor that came as bytes, as one of its type where torch has that."""
    own = getattr(torch, OWN_NAMES.get(dtype, ""), None)
    return tensor if own is None or tensor.dtype == own else tensor.view(own)
