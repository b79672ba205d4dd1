# SPDX-License-Identifier: Apache-2.0
"""Whatever is given, a call returns or raises: nothing ends the process. BOUILLON_EXAMPLES says how often to try."""
import math
import os

import bouillon
import numpy
import pytest

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import strategies as st  # noqa: E402

TRIES = int(os.environ.get("BOUILLON_EXAMPLES", "150"))
RAISED = (bouillon.InputError, bouillon.WorkError, TypeError, MemoryError)
any_try = hypothesis.settings(max_examples=TRIES, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))

numbers = st.one_of(st.integers(-3, 6), st.sampled_from([-2**63, 2**63, 2**64, -1, 10**30]), st.booleans(),
                    st.floats(allow_nan=True), st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -0.0, 5e-324]))
scalars = st.one_of(numbers, st.none(), st.text(max_size=3), st.binary(max_size=3), st.complex_numbers())
arrays = st.builds(lambda shape, kind, fill: numpy.full(shape, fill).astype(kind),
                   st.lists(st.integers(0, 3), max_size=3).map(tuple),
                   st.sampled_from(["f4", "f8", "f2", "i8", "u1", "?", "c8", ">f4", "U3", "O"]), st.integers(0, 2))
values = st.recursive(st.one_of(scalars, arrays), lambda inner: st.one_of(
    st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=2), inner, max_size=3)), max_leaves=6)
small = st.one_of(st.integers(-1, 5), values)
spaces = st.one_of(
    st.builds(bouillon.Interval, values, values), st.builds(bouillon.Simplex, small),
    st.builds(bouillon.Affine, small, values, values), st.builds(bouillon.Schedule, small, values),
    st.builds(bouillon.Box, values, values, values, values), values,
    st.sampled_from([bouillon.Interval(0, 1), bouillon.Simplex(3), bouillon.Box([0, 1], [1, 4], [False, True])]))


def tried(call, *arguments, **named):
    try:
        return call(*arguments, **named)
    except RAISED:
        return None


@any_try
@hypothesis.given(st.data())
def test_spaces_and_options(data):
    options = {name: data.draw(values) for name in data.draw(st.sets(st.sampled_from(
        ["budget", "seed", "kernel", "acquisition", "known", "reference_losses", "initial_trials", "settings"])))}
    search = tried(bouillon.Search, data.draw(spaces), **options)
    if search is not None:
        tried(search.suggest)


@any_try
@hypothesis.given(st.data())
def test_calls_on_a_search(data):
    search = bouillon.Search(data.draw(st.sampled_from([bouillon.Simplex(2), bouillon.Box([0, 0], [1, 1])])), budget=8)
    trials = [search.suggest()]
    for _ in range(data.draw(st.integers(1, 6))):
        name = data.draw(st.sampled_from(["suggest", "observe", "fail", "abandon", "repeat", "extend", "belief",
                                          "recommendation", "history", "to_frame"]))
        first = st.one_of(st.sampled_from(trials), values)
        arguments = {"suggest": [], "observe": [first, values], "fail": [first, values], "abandon": [first, values],
                     "repeat": [first], "extend": [st.integers(-1, 4)], "belief": [values]}.get(name, [])
        if name == "to_frame":
            continue
        given = tried(getattr(search, name), *map(data.draw, arguments))
        if hasattr(given, "ticket") and hasattr(given, "unit_point"):
            trials.append(given)


@any_try
@hypothesis.given(st.data())
def test_checkpoints_and_merges(data):
    mapping = st.dictionaries(st.sampled_from("ab"), st.one_of(arrays, arrays, values), max_size=2)
    resident = tried(bouillon.hold, data.draw(st.one_of(st.lists(mapping, max_size=3), values)))
    good = bouillon.hold([{"a": numpy.ones((2, 3), "f4"), "b": numpy.arange(2)}] * 2)
    for one in filter(None, (resident, good)):
        tried(one.merge, data.draw(values))
        tried(one.merge_into, data.draw(st.one_of(mapping, values)), data.draw(st.one_of(st.just([0.5, 0.5]), values)))


@any_try
@hypothesis.given(values, st.one_of(values, st.just("F32")), values, values)
def test_paths_and_weights(path, dtype, last, weights):
    tried(bouillon.inspect, path)
    run = tried(bouillon.open_run, path, last=last, dtype=dtype)
    tried(bouillon.write_merged, run, weights, path)
    tried(bouillon.search_merge, path, weights)
