# SPDX-License-Identifier: Apache-2.0
import pathlib

import numpy
import pytest

DATA = pathlib.Path(__file__).parents[2] / "data"


@pytest.fixture
def data():
    """The example checkpoints; tests that read them skip where they were not cloned."""
    if not (DATA / "step-02400").is_dir():
        pytest.skip("examples/data is not here")
    return DATA


@pytest.fixture
def snapshots():
    """Three checkpoints in memory: float32, float16 and integers that are the same in all."""
    random = numpy.random.default_rng(1)
    return [{"a": random.standard_normal((3, 5)).astype("float32"), "b": random.standard_normal(7).astype("float16"),
             "n": numpy.arange(4)} for _ in range(3)]
