# SPDX-License-Identifier: Apache-2.0
"""Checks of arguments: what is wrong is an InputError that names the argument and its value."""
import numbers
import operator
import os
import sys
from collections.abc import Mapping

import numpy

from bouillon._core import InputError

LARGEST = 2**63 - 1
LONGEST = 200  # letters of a value in a message


def shown(value):
    """A value as a message has it: of any length, and whether or not it can be written."""
    try:
        text = repr(value)
    except Exception:  # as of an int of thousands of digits, or whatever an object of the caller's raises
        return f"<{type(value).__name__}>"
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."


def flag(name, value):
    """Whether something is so; an array of several does not say."""
    try:
        return bool(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} is {shown(value)}, but it must be true or false") from None


def whole(name, value, least=0, most=LARGEST):
    """A whole number between bounds."""
    try:
        number = operator.index(value)
    except TypeError:
        raise InputError(f"{name} is {shown(value)}, but it must be a whole number") from None
    if isinstance(value, bool) or not least <= number <= most:
        raise InputError(f"{name} is {shown(value)}, but it must be a whole number from {least} to {most}")
    return number


def is_number(value):
    """Whether a value is one number, of Python, NumPy or torch; else it may be a row of them."""
    return isinstance(value, numbers.Real) or getattr(value, "ndim", None) == 0


def real(name, value):
    if isinstance(value, (str, bytes)) or getattr(getattr(value, "dtype", None), "kind", None) == "c":
        raise InputError(f"{name} is {shown(value)}, but it must be a number")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        raise InputError(f"{name} is {shown(value)}, but it must be a number") from None


def reals(name, values):
    """(n) numbers as a contiguous array of float64, of whatever gives one: a list, an array, a tensor, tensors."""
    array = array_of_reals(name, "a row of numbers", values)
    if array.ndim != 1:
        raise InputError(f"{name} must be a row of numbers, but it has the shape {list(array.shape)}")
    return array


def array_of_reals(name, what, values):
    """A contiguous array of float64, of as many dimensions as the values have."""
    try:
        given = numpy.asarray(_of_numpy(values))
        if given.dtype.kind == "c":  # of which NumPy would take the real parts
            raise TypeError("they are complex")
        return numpy.asarray(given, dtype=numpy.float64, order="C")
    except (TypeError, ValueError, OverflowError, RuntimeError) as problem:
        raise InputError(f"{name} must be {what}: {problem}") from None


def _of_numpy(values):
    """What torch would refuse to give NumPy, as a tensor that requires a gradient, as what it gives."""
    if is_torch(values):
        values = values.detach().cpu()
        return values if values.is_complex() else values.double()
    if "torch" in sys.modules and isinstance(values, (list, tuple)):
        return [_of_numpy(one) for one in values]
    return values


def is_torch(value):
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def losses(giver, value):
    """A loss as a float, or those of documents as an array (n). `giver`: as in "the scorer returned"."""
    if value is None or isinstance(value, Mapping):
        given = "None" if value is None else f"a dict of {', '.join(map(shown, value)) or 'nothing'}"
        raise InputError(f"{giver} {given}, but it must be a loss, or a row of them")
    return real("a loss", value) if is_number(value) or isinstance(value, str) else reals("losses", value)


def path(name, value):
    try:
        given = os.fspath(value)
    except TypeError:
        raise InputError(f"{name} is {shown(value)}, but it must be a path") from None
    if (b"\0" if isinstance(given, bytes) else "\0") in given:
        raise InputError(f"{name} is {shown(value)}, but a path has no zero byte")
    try:
        os.fsencode(given)
    except UnicodeEncodeError:
        raise InputError(f"{name} is {shown(value)}, which no file can be called") from None
    return given


def text(name, value):
    if not isinstance(value, str):
        raise InputError(f"{name} is {shown(value)}, but it must be a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(f"{name} is {shown(value)}, which is no text in UTF-8") from None
    return value


def texts(name, values):
    return [text(name, value) for value in listed(name, "texts", [values] if isinstance(values, str) else values)]


def listed(name, what, values):
    try:
        return list(values)
    except TypeError:
        raise InputError(f"{name} is {shown(values)}, but it must be a list of {what}") from None


def name_of(function):
    """A function's name, or that of its class, as the library may write it down."""
    name = getattr(function, "__qualname__", None)
    name = name if isinstance(name, str) else type(function).__qualname__
    return name.encode("utf-8", "backslashreplace").decode()
