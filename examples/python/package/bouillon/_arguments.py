# SPDX-License-Identifier: Apache-2.0
"""Checks of arguments: what is wrong is an InputError that names the argument and its value."""
import numbers
import operator
import os

import numpy

from bouillon._core import InputError

LARGEST = 2**63 - 1


def whole(name, value, least=0, most=LARGEST):
    """A whole number between bounds."""
    try:
        number = operator.index(value)
    except TypeError:
        raise InputError(f"{name} is {value!r}, but it must be a whole number") from None
    if isinstance(value, bool) or not least <= number <= most:
        raise InputError(f"{name} is {value!r}, but it must be a whole number from {least} to {most}")
    return number


def is_number(value):
    """Whether a value is one number, of Python, NumPy or torch; else it may be a row of them."""
    return isinstance(value, numbers.Real) or getattr(value, "ndim", None) == 0


def real(name, value):
    if isinstance(value, (str, bytes)):
        raise InputError(f"{name} is {value!r}, but it must be a number")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} is {value!r}, but it must be a number") from None


def reals(name, values):
    """(n) numbers as a contiguous array of float64, of whatever gives one: a list, an array, a tensor."""
    if hasattr(values, "detach"):  # a tensor of torch
        values = values.detach().cpu().double()
    try:
        array = numpy.asarray(values, dtype=numpy.float64, order="C")
    except (TypeError, ValueError, OverflowError, RuntimeError) as problem:
        raise InputError(f"{name} must be a row of numbers: {problem}") from None
    if array.ndim != 1:
        raise InputError(f"{name} must be a row of numbers, but it has the shape {list(array.shape)}")
    return array


def path(name, value):
    try:
        given = os.fspath(value)
    except TypeError:
        raise InputError(f"{name} is {value!r}, but it must be a path") from None
    if (b"\0" if isinstance(given, bytes) else "\0") in given:
        raise InputError(f"{name} is {value!r}, but a path has no zero byte")
    return given


def text(name, value):
    if not isinstance(value, str):
        raise InputError(f"{name} is {value!r}, but it must be a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(f"{name} is {value!r}, which is no text in UTF-8") from None
    return value


def texts(name, values):
    if isinstance(values, str):
        values = [values]
    try:
        return [text(name, value) for value in values]
    except TypeError:
        raise InputError(f"{name} is {values!r}, but it must be a list of texts") from None
