# SPDX-License-Identifier: Apache-2.0
"""Tensors of torch and of NumPy as the library takes them: their types, names and memory."""
import sys
from collections.abc import Mapping

import numpy

from bouillon._arguments import InputError, is_torch, text

# Types as safetensors calls them, by the names that NumPy and torch have for them.
NAMES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
    "int16": "I16", "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16", "uint8": "U8", "bool": "BOOL",
    "complex64": "C64", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e8m0fnu": "F8_E8M0",
    "float8_e4m3fnuz": "F8_E4M3FNUZ", "float8_e5m2fnuz": "F8_E5M2FNUZ",
}
OWN_NAMES = {dtype: name for name, dtype in NAMES.items()}


def dtype_name(dtype):
    """A type as safetensors calls it, of such a name, of NumPy's or torch's, or of their type."""
    if dtype is None:
        return None
    if isinstance(dtype, str):
        name = text("dtype", dtype)
    elif torch_module() is not None and isinstance(dtype, torch_module().dtype):
        name = str(dtype)
    else:
        try:
            name = numpy.dtype(dtype).name
        except (TypeError, ValueError):
            raise InputError(f"dtype is {dtype!r}, but it must be a type or its name") from None
    return NAMES.get(name.removeprefix("torch.").lower(), name.upper())


def torch_module():
    return sys.modules.get("torch")


def is_module(value):
    return torch_module() is not None and isinstance(value, torch_module().nn.Module)


def is_elsewhere(tensor):
    return is_torch(tensor) and tensor.device.type != "cpu"


def elements_of(tensor):
    return tensor.numel() if is_torch(tensor) else tensor.size


def tensors_of(target):
    """The tensors of a module or of a mapping, by name."""
    if hasattr(target, "state_dict") and callable(target.state_dict):
        target = {name: value for name, value in target.state_dict(keep_vars=True).items()
                  if not name.endswith("_extra_state")}  # whatever a module likes, seldom a tensor
    if not isinstance(target, Mapping):
        raise InputError(f"{type(target).__name__} is neither a module nor a mapping of names to tensors")
    return {text("a tensor's name", name): _plain(name, tensor) for name, tensor in target.items()}


def _plain(name, tensor):
    """The tensor, or what an array is to NumPy itself, whatever its class says of it."""
    if is_torch(tensor):
        _require_own_memory(name, tensor)
        return tensor
    if isinstance(tensor, numpy.ndarray):
        return numpy.asarray(tensor)
    raise InputError(f"tensor {name!r} is a {type(tensor).__name__}, but it must be a torch tensor or a NumPy array")


def _require_own_memory(name, tensor):
    """Refuses what looks like a tensor, but is made of others or of nothing."""
    torch = torch_module()
    if torch.nn.parameter.is_lazy(tensor):
        raise InputError(f"tensor {name!r} is not initialised yet")
    if type(tensor).__torch_dispatch__ is not torch.Tensor.__torch_dispatch__:
        raise InputError(f"tensor {name!r} is a {type(tensor).__name__}, which has no memory of its own: merge whole "
                         "tensors, as full_tensor() of a DTensor gives them")
    if tensor.layout is not torch.strided:
        raise InputError(f"tensor {name!r} is of the layout {tensor.layout}, which cannot be taken")


def spelt_as(known, tensors):
    """Tensors under the names that are known, whatever wrappers of a model put before or between its own."""
    by_core = {_core_name(name): name for name in known}
    spelt = {}
    for name, tensor in tensors.items():
        own = name if name in known else by_core.get(_core_name(name), name)
        if own in spelt or (own != name and own in tensors):
            raise InputError(f"the tensors {name!r} and {own!r} are of one name without wrappers'")
        spelt[own] = tensor
    return spelt


def _core_name(name):
    """Without what torch.compile and DistributedDataParallel put into names."""
    parts = [part for part in name.split(".") if part != "_orig_mod"]
    while len(parts) > 1 and parts[0] == "module":
        parts = parts[1:]
    return ".".join(parts)


def count_versions(tensors):
    """Lets autograd refuse to go back through a graph whose parameters a merge has changed."""
    if torch_module() is None:
        return
    count = getattr(torch_module().autograd.graph, "increment_version", None)  # of torch 2.1 and newer
    for tensor in tensors:
        if count and is_torch(tensor) and not tensor.is_inference() and not is_elsewhere(tensor):
            count(tensor)


def address_of(tensor):
    """What tells whether two tensors are one: where they begin, and how long they are."""
    if is_torch(tensor):
        return (str(tensor.device), tensor.data_ptr(), tensor.numel()) if tensor.numel() else id(tensor)
    return ("cpu", tensor.__array_interface__["data"][0], tensor.size) if tensor.size else id(tensor)


def described(name, tensor, writable=False):
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
    if is_torch(tensor):
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
    torch = torch_module()
    if tensor.dtype == torch.bfloat16 or tensor.dtype == torch.bool:
        return tensor.view(torch.int16 if tensor.dtype == torch.bfloat16 else torch.uint8)
    return tensor.view(torch.uint8) if str(tensor.dtype).startswith("torch.float8") else tensor


def typed_torch(torch, tensor, dtype):
    """A tensor that came as bytes, as one of its type where torch has that."""
    own = getattr(torch, OWN_NAMES.get(dtype, ""), None)
    return tensor if own is None or tensor.dtype == own else tensor.view(own)
