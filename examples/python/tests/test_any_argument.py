# SPDX-License-Identifier: Apache-2.0
"""Whatever is given, a call returns or raises: nothing ends the process.

The same arguments are tried each time, unless BOUILLON_EXAMPLES says how many others to try.
"""
import json
import math
import os
import threading

import bouillon
import numpy
import pytest

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import strategies as st  # noqa: E402


class Mine(Exception):
    """What functions and objects of the caller's raise; it comes back as it is."""


RAISED = (bouillon.InputError, bouillon.WorkError, MemoryError, Mine)
OTHERS = os.environ.get("BOUILLON_EXAMPLES")
TRIES = int(OTHERS or "150")


def tries(share=1):
    return hypothesis.settings(max_examples=max(TRIES // share, 1), deadline=None, derandomize=not OTHERS,
                               suppress_health_check=list(hypothesis.HealthCheck))


def tried(call, *arguments, also=(), **named):
    try:
        return call(*arguments, **named)
    except (*RAISED, *also):
        return None


class Contrary:
    """Raises whatever is asked of it."""

    def refuse(self, *arguments, **named):
        raise Mine

    __float__ = __index__ = __len__ = __iter__ = __array__ = __fspath__ = __call__ = refuse


def array_that_says(name, said):
    """A view of an array of a class that says something else of itself."""
    return lambda array: array.view(type("Lying", (numpy.ndarray,), {name: said}))


def odd_dlpack(self, **named):
    return numpy.full(2, 7, "f4").__dlpack__(**named)  # memory that is gone after the call


def misaligned(array):
    if array.dtype.hasobject or not array.nbytes:
        return array
    return numpy.frombuffer(bytearray(b"\0" + array.tobytes()), array.dtype, offset=1).reshape(array.shape)


def read_only(array):
    array.flags.writeable = False
    return array


views = st.sampled_from([
    lambda a: a, lambda a: a.T, lambda a: a[::-1] if a.ndim else a, lambda a: a[..., ::2] if a.ndim else a, misaligned,
    read_only, numpy.ma.masked_array, lambda a: numpy.broadcast_to(a, (2, *a.shape)), lambda a: a[..., None],
    lambda a: a.astype([("x", a.dtype)]), lambda a: a[None, ..., None].repeat(2, 0), array_that_says("flags", None),
    array_that_says("__dlpack__", odd_dlpack), array_that_says("__dlpack__", Contrary()),
    array_that_says("__array_interface__", {}), array_that_says("dtype", numpy.dtype("f8")),
    array_that_says("size", 2**40), array_that_says("__dlpack_device__", lambda self: (99, -1))])
numbers = st.one_of(st.integers(-3, 6), st.sampled_from([-2**63, 2**63, 2**64, -1, 10**30, 10**400]),
                    st.floats(), st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -0.0, 5e-324]), st.booleans())
texts = st.one_of(st.text(max_size=3), st.sampled_from(["\0", "\ud800", "x" * 300]))
scalars = st.one_of(numbers, st.none(), texts, st.binary(max_size=3), st.complex_numbers(), st.builds(Contrary))
arrays = st.builds(lambda shape, kind, fill, view: view(numpy.full(shape, fill).astype(kind)),
                   st.lists(st.integers(0, 3), max_size=3).map(tuple),
                   st.sampled_from(["f4", "f8", "f2", "i8", "u1", "?", "c8", ">f4", "U3", "O", "M8[s]", "g"]),
                   st.integers(0, 2), views)
values = st.recursive(st.one_of(scalars, arrays), lambda inner: st.one_of(
    st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=3)), max_leaves=6)
small = st.one_of(st.integers(-1, 5), values)
good_spaces = st.sampled_from([
    bouillon.Interval(0, 1), bouillon.Simplex(3), bouillon.Box([0, 1], [1, 4], [False, True])])
spaces = st.one_of(
    st.builds(bouillon.Interval, values, values), st.builds(bouillon.Simplex, small),
    st.builds(bouillon.Affine, small, values, values), st.builds(bouillon.Schedule, small, values),
    st.builds(bouillon.Box, values, values, values, values), values, good_spaces)


@st.composite
def functions(draw):
    """What a caller may give for a function of rows of numbers."""
    answers = draw(st.lists(st.one_of(values, st.sampled_from([
        lambda *rows: rows[0], lambda *rows: -1e308 * rows[0], lambda *rows: rows[0][::-1], lambda *rows: rows[0] * 0,
        lambda *rows: numpy.exp(-rows[0]), lambda *rows: rows[0] * math.nan, lambda *rows: rows[0].astype("f2"),
        lambda *rows: rows[0].tolist(), Contrary()])), min_size=1, max_size=3))
    asked = []

    def function(*rows, **named):
        asked.append(rows)
        answer = answers[len(asked) % len(answers)]
        try:
            return answer(*rows) if callable(answer) else answer
        except (AttributeError, TypeError) as own:  # of what is no array
            raise Mine from own

    function.__qualname__ = draw(texts)
    return draw(st.sampled_from([function, function, function, Contrary(), type("Odd", (), {
        "__call__": lambda self, *rows: rows, "__init__": lambda self: setattr(self, "__qualname__", 3)})()]))


knowns = st.lists(st.builds(bouillon.Known, values, values, values), max_size=2)
kernels = st.builds(bouillon.Kernel, functions(), st.one_of(st.none(), functions()), texts)
options = {"budget": values, "seed": values, "kernel": st.one_of(values, kernels), "known": st.one_of(values, knowns),
           "acquisition": st.one_of(values, functions()), "reference_losses": values, "initial_trials": values,
           "settings": values}
some_options = st.sets(st.sampled_from(sorted(options))).flatmap(
    lambda names: st.fixed_dictionaries({name: options[name] for name in names}))


@tries()
@hypothesis.given(spaces, some_options)
def test_spaces_and_options(space, given):
    search = tried(bouillon.Search, space, **given)
    if search is not None:
        tried(search.suggest)


@tries(3)
@hypothesis.given(good_spaces, functions(), st.one_of(st.just("matern52"), kernels), st.lists(small, max_size=4))
def test_functions_of_the_callers(space, acquisition, kernel, losses):
    search = tried(bouillon.Search, space, acquisition=acquisition, kernel=kernel, initial_trials=1, budget=8)
    if search is None:
        return
    for loss in (1.0, 2.0, *losses):
        trial = tried(search.suggest)
        tried(search.observe, trial if trial is not None else 0, loss)
    for call in (search.recommendation, search.history, search.done):
        tried(call)


@tries()
@hypothesis.given(st.data())
def test_calls_on_a_search(data):
    search = bouillon.Search(data.draw(st.sampled_from([bouillon.Simplex(2), bouillon.Box([0, 0], [1, 1])])), budget=8)
    rubbish = bouillon.Trial(*(data.draw(values) for _ in range(4)))
    trials = [search.suggest(), bouillon.Search(bouillon.Simplex(5)).suggest(), rubbish]
    first = st.one_of(st.sampled_from(trials), values)
    arguments = {"suggest": [], "observe": [first, values, values], "fail": [first, values],
                 "abandon": [first, values], "repeat": [first], "extend": [st.integers(-1, 4)], "belief": [values],
                 "recommendation": [], "history": [], "done": []}
    for name in data.draw(st.lists(st.sampled_from(sorted(arguments)), min_size=1, max_size=6)):
        given = tried(getattr(search, name), *map(data.draw, arguments[name]))
        if hasattr(given, "ticket") and hasattr(given, "unit_point"):
            trials.append(given)
    assert bouillon.Progress(search).line() and search.resumed == 0 and search.budget >= 8


@tries()
@hypothesis.given(st.data())
def test_checkpoints_and_merges(data):
    mapping = st.dictionaries(st.one_of(st.sampled_from("ab"), texts), st.one_of(arrays, arrays, values), max_size=2)
    one = data.draw(mapping)
    resident = tried(bouillon.hold, data.draw(st.one_of(st.just([one, one]), st.lists(mapping, max_size=3), values)),
                     data.draw(st.one_of(st.none(), values)), data.draw(st.one_of(st.just(0), values)))
    good = bouillon.hold([{"a": numpy.ones((2, 3), "f4"), "b": numpy.arange(2)} for _ in range(2)])
    weights = st.one_of(st.just([0.5, 0.5]), values)
    for held in filter(None, (resident, good)):
        tried(held.merge_into, data.draw(st.one_of(mapping, st.just(one), values)), data.draw(weights))
        merge = tried(held.merge, data.draw(weights))
        if merge is not None:
            arrays_of_merge = merge.numpy()
            tried(held.merge_into, arrays_of_merge, data.draw(weights))
            buffer = numpy.zeros(16, "f4")  # of which targets overlap
            tried(held.merge_into, {"a": buffer[:6].reshape(2, 3), "b": buffer[2:6].view("i8")}, data.draw(weights))
            for each in merge.values():
                named = st.dictionaries(st.sampled_from(["stream", "max_version", "dl_device", "copy"]), values)
                tried(each.__dlpack__, also=(TypeError, BufferError, OverflowError), **data.draw(named))


names_of_spaces = st.sampled_from(["auto", "interval", "simplex", "affine", "schedule"])


@tries(5)
@hypothesis.given(st.data())
def test_searches_of_merges(data):
    resident = bouillon.hold([{"w": numpy.full(3, k, "f4")} for k in range(data.draw(st.integers(1, 3)))])
    resident.names.clear()
    given = functions()

    def score(merge, documents=None):
        losses = data.draw(losses_drawn)
        return losses if documents is None or not isinstance(losses, list) else losses[:len(documents)]

    losses_drawn = st.one_of(st.floats(0, 9), st.lists(st.floats(0, 9), min_size=6, max_size=6), small)
    odd = {"model": values, "space": st.one_of(names_of_spaces, spaces), "seed": values, "kernel": values,
           "acquisition": values, "confirm": st.one_of(numbers, st.floats(0, 1)), "race": st.booleans(),
           "unit": values, "threads": values, "on_trial": st.one_of(values, given), "resume": st.booleans(),
           "score_test": st.one_of(values, given), "retries": st.one_of(st.integers(0, 2), st.text()),
           "patience": values, "deadline": values, "target_gain": values, "stop_regret": values, "settings": values,
           "progress": values}
    scorer, budget = st.one_of(st.just(score), st.just(score), given, values), st.one_of(st.integers(1, 4), values)
    result = tried(bouillon.search_merge, resident, data.draw(scorer), budget=data.draw(budget),
                   **some(data, odd))
    if result is not None:
        assert str(result) and result.page and result.report and len(result.found) == len(result.merge_weights)


def bent(draw, lines):
    """Lines of a file of which one was changed, has a field of another value, or is not there."""
    at = draw(st.integers(0, len(lines) - 1))
    json_values = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.floats(), st.text(max_size=2),
                                         st.just(2**64)), lambda inner: st.lists(inner, max_size=3))
    line = json.loads(lines[at])
    for _ in range(draw(st.integers(0, 2))):
        line[draw(st.sampled_from(sorted(line)))] = draw(json_values)
    raw = bytearray(json.dumps(line).encode())
    for _ in range(draw(st.integers(0, 1))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return b"\n".join([*lines[:at], *draw(st.sampled_from([[bytes(raw)], [], [bytes(raw)] * 2])), *lines[at + 1:], b""])


@tries(5)
@hypothesis.given(data=st.data())
def test_journals_that_were_changed(data, tmp_path):
    journal = tmp_path / "journal"

    def start(resume):
        if data.draw(chosen):
            return bouillon.search_merge(resident, lambda merge: [1.0, 2.0, 1.5, 2.5], budget=2, journal=journal,
                                         resume=resume, confirm=0.5)
        search = bouillon.Search(bouillon.Simplex(2), budget=5, journal=journal, resume=resume)
        for loss in (1.0, [1.0, 2.0], math.nan):
            search.observe(search.suggest(), loss)
        return search.suggest()

    chosen = st.just(data.draw(st.booleans()))
    resident = bouillon.hold([{"w": numpy.full(3, k, "f4")} for k in range(2)])
    journal.unlink(missing_ok=True)
    start(False)
    journal.write_bytes(bent(data.draw, journal.read_bytes().splitlines()))
    tried(start, True)


def some(data, drawn):
    """Up to three of the named arguments."""
    names = data.draw(st.sets(st.sampled_from(sorted(drawn)), max_size=3))
    return {name: data.draw(drawn[name]) for name in sorted(names)}


HEADER = {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
          "b": {"dtype": "BF16", "shape": [2, 1], "data_offsets": [8, 12]}}


@tries(2)
@hypothesis.given(data=st.data())
def test_files_that_were_changed(data, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir(exist_ok=True)
    paths = [folder / f"step-{k}.safetensors" for k in range(2)]
    for path in paths:
        header = {name: dict(entry) for name, entry in HEADER.items()}
        for _ in range(data.draw(st.integers(0, 1))):
            entry = data.draw(st.sampled_from(["a", "b"]))
            header[entry][data.draw(st.sampled_from(sorted(header[entry])))] = data.draw(st.one_of(
                st.integers(-1, 2**64), st.lists(st.integers(-1, 2**64), max_size=3),
                st.sampled_from(["F64", "I8", "F4"])))
        text = json.dumps(header).encode()
        size = data.draw(st.one_of(st.just(len(text)), st.just(len(text)), st.integers(0, 2**64 - 1)))
        path.write_bytes(size.to_bytes(8, "little") + text + b"\1" * data.draw(st.sampled_from([12, 12, 0, 99])))
    tried(bouillon.inspect, paths[0])
    given = some(data, {"last": small, "every": small, "upto": small, "keep_dtype": values, "strip": values,
                        "dtype": st.one_of(values, st.sampled_from(["F32", "f16", "I8"])), "config": values,
                        "optimizer_state": values})
    run = tried(bouillon.open_run, data.draw(st.sampled_from([folder, paths, paths[:1], bytes(paths[1])])), **given)
    if run is None:
        return
    weights = st.one_of(st.just([0.5, 0.5][:len(run)]), values)
    resident = tried(run.resident, data.draw(st.one_of(st.just(0), values)))
    tried(resident.merge, data.draw(weights)) if resident is not None else None
    given = some(data, {"provenance": values, "threads": small, "memory": small, "shard_size": small,
                        "allow_non_finite": values})
    output = tmp_path / data.draw(st.sampled_from(["out", "out.safetensors"]))
    tried(bouillon.write_merged, run, data.draw(weights), output, force=True, **given)


@tries()
@hypothesis.given(values, st.one_of(values, st.just("F32")), values, values)
def test_paths_and_weights(tmp_path, monkeypatch, path, dtype, last, weights):
    monkeypatch.chdir(tmp_path)  # where a path of a name lies
    tried(bouillon.inspect, path)
    run = tried(bouillon.open_run, path, last=last, dtype=dtype)
    tried(bouillon.write_merged, run, weights, path)
    tried(bouillon.search_merge, path, weights)
    tried(bouillon.Search, bouillon.Simplex(2), journal=path, resume=bool(last is None))


@pytest.mark.parametrize("made", [
    bouillon.Resident, bouillon.Merge, bouillon.Run, bouillon.MergeSearchResult, bouillon.Progress,
    *(getattr(bouillon._core, name).__new__ for name in ("Resident", "Search", "Space", "Checkpoints"))])
def test_objects_that_only_the_package_makes(made):
    for given in ([], [3], [3, 3], [bouillon._core.Resident], [bouillon._core.Search]):
        one = tried(made, *given, also=(Exception,))
        for name in dir(one):
            if not name.startswith("__"):
                member = tried(getattr, one, name, also=(Exception,))
                tried(member, also=(Exception,)) if callable(member) else None


CALLS = {
    "suggest": lambda search, resident, target: search.observe(search.suggest(), 1.0),
    "observe": lambda search, resident, target: search.observe(0, [1.0, 2.0]),
    "history": lambda search, resident, target: bouillon.Progress(search).line(),
    "belief": lambda search, resident, target: search.belief([0.5, 0.5]),
    "recommendation": lambda search, resident, target: search.recommendation(),
    "merge": lambda search, resident, target: resident.merge([0.5, 0.5]).numpy()["a"] + 1,
    "merge_into": lambda search, resident, target: resident.merge_into(target, [0.5, 0.5]),
    "hold": lambda search, resident, target: bouillon.hold([target, target]).merge([1, 0]),
    "search_merge": lambda search, resident, target: bouillon.search_merge(
        resident, lambda merge: resident.merge([1, 0]).numpy()["a"].ravel(), budget=2)}


@tries(5)
@hypothesis.given(st.lists(st.lists(st.sampled_from(sorted(CALLS)), min_size=1, max_size=4), min_size=2, max_size=3))
def test_calls_of_several_threads(plans):
    failures = []

    def work(plan, *objects):
        try:
            for name in plan:
                tried(CALLS[name], *objects)
        except BaseException as failure:
            failures.append(failure)

    def start():
        search = bouillon.Search(bouillon.Box([0, 0], [1, 1]), budget=9, initial_trials=2,
                                 acquisition=lambda mean, deviation, best: mean + deviation)
        resident = bouillon.hold([{"a": numpy.ones((2, 3), "f4")} for _ in range(2)])
        threads = [threading.Thread(target=work, args=(plan, search, resident, {"a": numpy.zeros((2, 3), "f4")}))
                   for plan in plans]
        for thread in threads:
            thread.start()
        return threads  # the objects are the threads' alone now

    for thread in start():
        thread.join(60)
        assert not thread.is_alive()
    assert not failures
