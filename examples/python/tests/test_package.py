# SPDX-License-Identifier: Apache-2.0
"""What the package says of itself."""
import ast
import dataclasses
import importlib.metadata
import inspect
import pathlib

import bouillon


def stubs():
    tree = ast.parse((pathlib.Path(bouillon.__file__).parent / "__init__.pyi").read_text())
    return {node.name: node for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}


def test_the_version_is_the_librarys():
    assert bouillon.__version__ == importlib.metadata.version("bouillon")


def arguments_of(function):
    return list(inspect.signature(function).parameters)


def fields_of(stub):
    return [one.target.id for one in stub.body if isinstance(one, ast.AnnAssign)]


def public(names):
    return {name for name in names if not name.startswith("_")}


def test_stubs_have_every_public_name_and_argument():
    known = stubs()
    assert set(bouillon.__all__) == public(known)
    modules = {name for name, value in vars(bouillon).items() if inspect.ismodule(value)}
    assert set(bouillon.__all__) == public(vars(bouillon)) - modules
    for name in bouillon.__all__:
        value, stub = getattr(bouillon, name), known[name]
        if inspect.isfunction(value):
            assert [one.arg for one in stub.args.args] == arguments_of(value), name
            continue
        methods = {one.name: one for one in stub.body if isinstance(one, ast.FunctionDef)}
        own = {method: function for method, function in vars(value).items()
               if isinstance(function, property) or inspect.isfunction(function)}
        assert public(own) == public(methods), name
        for method in methods.keys() & own.keys():
            if inspect.isfunction(own[method]):
                assert [one.arg for one in methods[method].args.args if one.arg != "failure"] == [
                    one for one in arguments_of(own[method]) if one != "failure"], f"{name}.{method}"
        if dataclasses.is_dataclass(value) or issubclass(value, tuple):
            assert fields_of(stub) == arguments_of(value), name
            required = {one.target.id for one in stub.body if isinstance(one, ast.AnnAssign) and one.value is None}
            assert required == {one.name for one in inspect.signature(value).parameters.values()
                                if one.default is one.empty}, name
