# SPDX-License-Identifier: Apache-2.0
"""What the package says of itself."""
import ast
import importlib.metadata
import inspect
import pathlib

import bouillon


def stubs():
    tree = ast.parse((pathlib.Path(bouillon.__file__).parent / "__init__.pyi").read_text())
    return {node.name: node for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}


def test_the_version_is_the_librarys():
    assert bouillon.__version__ == importlib.metadata.version("bouillon")


def test_stubs_have_every_public_name_and_argument():
    known = stubs()
    assert set(bouillon.__all__) <= set(known)
    for name in bouillon.__all__:
        value, stub = getattr(bouillon, name), known[name]
        if inspect.isfunction(value):
            assert [one.arg for one in stub.args.args] == list(inspect.signature(value).parameters), name
            continue
        methods = {one.name: one for one in stub.body if isinstance(one, ast.FunctionDef)}
        for method, function in vars(value).items():
            if inspect.isfunction(function) and not method.startswith("_") and method in value.__dict__:
                assert [one.arg for one in methods[method].args.args] == list(inspect.signature(function).parameters)
