# SPDX-License-Identifier: Apache-2.0
import gc
import os
import signal
import subprocess
import sys
import threading
import time

import bouillon
import numpy
import pytest

WEIGHTS = [0.5, 0.3, 0.2]


def by_hand(snapshots, name, weights):
    total = sum(numpy.float64(w) * one[name].astype("float64") for w, one in zip(weights, snapshots))
    return total.astype(snapshots[0][name].dtype)


def test_a_merge_of_arrays_that_are_held(snapshots):
    resident = bouillon.hold(snapshots)
    merge = resident.merge(WEIGHTS)
    arrays = merge.numpy()
    assert len(resident) == 3 and list(merge) == ["a", "b", "n"] and merge.dtype("b") == "F16"
    assert numpy.allclose(arrays["a"], by_hand(snapshots, "a", WEIGHTS), rtol=1e-6)
    assert numpy.allclose(arrays["b"], by_hand(snapshots, "b", WEIGHTS), rtol=2e-3)
    assert (arrays["n"] == numpy.arange(4)).all() and arrays["a"].shape == (3, 5)


def test_arrays_of_a_merge_outlive_everything(snapshots):
    array = bouillon.hold(snapshots).merge([0, 0, 1]).numpy()["a"]
    expected = snapshots[2]["a"].copy()
    del snapshots
    gc.collect()
    assert (array == expected).all()


def test_tensors_that_are_held_may_change_between_merges(snapshots):
    resident = bouillon.hold(snapshots)
    snapshots[0]["a"][:] = 7
    assert (resident.merge([1, 0, 0]).numpy()["a"] == 7).all()


def test_arrays_that_are_read_only_or_of_no_dimension_are_merged():
    first, second = numpy.array(1.0), numpy.array(3.0)
    first.flags.writeable = False
    assert bouillon.hold([{"a": first}, {"a": second}]).merge([0.5, 0.5]).numpy()["a"] == 2


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)])
def test_arrays_of_no_element_are_merged(shape):
    assert bouillon.hold([{"a": numpy.zeros(shape)} for _ in range(2)]).merge([0.5, 0.5]).numpy()["a"].shape == shape


def test_an_array_is_what_it_is_to_numpy_whatever_its_class_says():
    class Lying(numpy.ndarray):
        dtype = size = __array_interface__ = None

        def __dlpack__(self, **named):
            return numpy.zeros(3).__dlpack__(**named)  # memory that is gone after the call

    resident, target = bouillon.hold([{"a": numpy.ones(3).view(Lying)} for _ in range(2)]), numpy.zeros(3)
    resident.merge_into({"a": target.view(Lying)}, [0.5, 0.5])
    assert (resident.merge([0.5, 0.5]).numpy()["a"] == 1).all() and (target == 1).all()


def test_a_merge_goes_into_arrays(snapshots):
    target = {name: numpy.zeros_like(array) for name, array in snapshots[0].items()}
    resident = bouillon.hold(snapshots)
    resident.merge_into(target, WEIGHTS)
    for name, array in resident.merge(WEIGHTS).numpy().items():
        assert (target[name] == array).all()


def test_targets_that_do_not_fit_are_named_and_left(snapshots):
    resident = bouillon.hold(snapshots)
    zeros = {name: numpy.zeros_like(array) for name, array in snapshots[0].items()}
    read_only = numpy.zeros((3, 5), dtype="float32")
    read_only.flags.writeable = False
    wrong = {
        "the shape": {**zeros, "a": numpy.zeros((5, 3), dtype="float32")},
        "of the type F32 in a merge, but F64": {**zeros, "a": numpy.zeros((3, 5))},
        "not contiguous": {**zeros, "a": numpy.zeros((5, 3), dtype="float32").T},
        "read-only": {**zeros, "a": read_only},
        "'c', which the checkpoints have not": {**zeros, "c": numpy.zeros(1)},
        "the tensors 'b', 'n', which the target has not": {"a": zeros["a"]},
        "'a' and 'b', but the checkpoints have different ones": {**zeros, "b": zeros["a"]},
        "which a merge would overwrite": {**zeros, "a": snapshots[1]["a"]},
        "must be a torch tensor or a NumPy array": {**zeros, "a": [1.0]},
    }
    for message, target in wrong.items():
        with pytest.raises(bouillon.InputError, match=message):
            resident.merge_into(target, WEIGHTS)
    assert not zeros["a"].any()
    for target in (3, None, [zeros], {1: zeros["a"]}):
        with pytest.raises(bouillon.InputError):
            resident.merge_into(target, WEIGHTS)


def test_checkpoints_that_do_not_fit_are_named(snapshots):
    other = [dict(one) for one in snapshots]
    other[1]["a"] = other[1]["a"].astype("float64")
    changed = [dict(one) for one in snapshots]
    changed[1]["n"] = numpy.arange(4)[::-1].copy()
    swapped = [dict(one) for one in snapshots]
    swapped[0]["a"] = swapped[0]["a"].astype(">f4")
    one = numpy.ones(3)
    for checkpoints, message in [([{"w": one}, {"w": one}], "0 and 1 are the same memory"),
                                 (snapshots[0], "one dict"), (other, "has type F32 in one checkpoint and F64"),
                                 (changed, "cannot be summed"),
                                 (swapped, "big-endian"), ([], "no checkpoint"), ([{}, snapshots[0]], "tensors"),
                                 ([3], "neither a module nor a mapping"), (7, "must be a list of dicts")]:
        with pytest.raises(bouillon.InputError, match=message):
            bouillon.hold(checkpoints)
    with pytest.raises(bouillon.InputError, match="2 names for 3"):
        bouillon.hold(snapshots, names=["a", "b"])


def test_whole_numbers_that_differ_are_the_newests_where_that_is_asked_for(snapshots):
    snapshots[2]["n"] = snapshots[2]["n"] + 1
    resident = bouillon.hold(snapshots, newest_integers=True)
    assert (resident.merge(WEIGHTS).numpy()["n"] == snapshots[2]["n"]).all()


@pytest.mark.parametrize("dtype", ["F32", "float32", numpy.float32, numpy.dtype("float32")])
def test_a_merge_of_what_is_held_in_another_type(snapshots, dtype):
    merge = bouillon.hold(snapshots, dtype=dtype, keep_dtype="a*").merge(WEIGHTS)
    assert merge.dtype("b") == "F32" and merge.dtype("n") == "I64"
    for wrong in ("F33", 3, object()):
        with pytest.raises(bouillon.InputError, match="type"):
            bouillon.hold(snapshots, dtype=wrong)


def test_names_that_only_one_side_has_are_left_where_that_is_asked_for(snapshots):
    extra, a = numpy.ones(2), numpy.zeros((3, 5), dtype="float32")
    left = bouillon.hold(snapshots).merge_into({"a": a, "c": extra}, [0, 0, 1], strict=False)
    assert left == (("b", "n"), ("c",)) and (a == snapshots[2]["a"]).all() and (extra == 1).all()


def test_targets_that_overlap_are_refused():
    memory = numpy.zeros(6, dtype="float32")
    resident = bouillon.hold([{"a": memory[:4] + k, "b": memory[:4] - k} for k in range(2)])
    with pytest.raises(bouillon.InputError, match="overlap"):
        resident.merge_into({"a": memory[:4], "b": memory[2:]}, [0.5, 0.5])


def test_weights_that_cannot_be_used_are_named(snapshots):
    resident = bouillon.hold(snapshots)
    for weights in ([1, 0], [0, 0, 0], [numpy.nan, 0, 1], "abc", None, [[1, 0, 0]], numpy.array([1j, 0, 1])):
        with pytest.raises(bouillon.InputError):
            resident.merge(weights)


def test_a_run_is_opened_merged_and_written(data, tmp_path):
    run = bouillon.open_run(data, last=3)
    assert run.names == ["step-02160", "step-02280", "step-02400"] and len(run) == 3
    assert all(tensor.dtype in ("F32", "BF16", "F16") for tensor in run.tensors)
    resident = run.resident()
    merge = resident.merge(WEIGHTS)
    bouillon.write_merged(run, WEIGHTS, tmp_path / "merged", provenance={"by": "a test"})
    written = bouillon.open_run(tmp_path / "merged").resident().merge([1])
    for name in merge:
        assert bytes(words(merge, name)) == bytes(words(written, name))
    with pytest.raises(bouillon.InputError, match="exists"):
        bouillon.write_merged(run, WEIGHTS, tmp_path / "merged")
    bouillon.write_merged(run, WEIGHTS, tmp_path / "merged", force=True)


def test_weights_that_do_not_sum_to_one_are_written_with_a_warning(data, tmp_path):
    with pytest.warns(UserWarning, match="the weights sum to 0.7"):
        bouillon.write_merged(bouillon.open_run(data, last=2), [0.2, 0.5], tmp_path / "merged")


def words(merge, name):
    from bouillon import _core
    return _core.as_words(merge[name]) if merge.dtype(name) == "BF16" else numpy.from_dlpack(merge[name])


def test_a_merge_of_another_type(data):
    merge = bouillon.open_run(data, last=2, dtype="f32").resident().merge([0.5, 0.5])
    assert {merge.dtype(name) for name in merge} == {"F32"} and merge.numpy()


def test_a_checkpoint_is_inspected(data):
    found = bouillon.inspect(data / "step-02400")
    assert found.name == "step-02400" and found.config.name == "config.json"
    assert sum(tensor.elements for tensor in found.tensors) > 1000


def test_checkpoints_that_cannot_be_opened_are_named(tmp_path):
    with pytest.raises(bouillon.InputError, match="missing"):
        bouillon.open_run(tmp_path / "missing")
    (tmp_path / "broken.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(bouillon.InputError, match="broken"):
        bouillon.inspect(tmp_path / "broken.safetensors")
    for wrong in (3, [3], "a\0b"):
        with pytest.raises(bouillon.InputError):
            bouillon.open_run(wrong)
    with pytest.raises(bouillon.InputError):
        bouillon.open_run(os.fsencode(tmp_path) + b"/\xff")


@pytest.mark.parametrize("work", [
    "resident.merge([1, 0])", "search.observe(search.suggest(), 1.0)",
    "bouillon.search_merge(resident, lambda merge: sum(i for i in range(999)), budget=2)"])
def test_a_program_may_end_while_its_daemons_work(work):
    program = f"""
import threading, time, bouillon, numpy
resident = bouillon.hold([{{"a": numpy.ones(1 << 16, "f4")}} for _ in range(2)])
search = bouillon.Search(bouillon.Box([0], [1]), budget=None, acquisition=lambda mean, deviation, best: mean)
def work():
    while True:
        {work}
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""
    ended = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr


MANY = 32


@pytest.fixture
def big():
    """A merge which takes some tenths of a second: 256 MB from checkpoints that have all but a number in common."""
    frozen = {f"t{i}": numpy.ones(1 << 16, dtype="float32") for i in range(1000)}
    return bouillon.hold([{**frozen, "number": numpy.full(1, k, dtype="float32")} for k in range(MANY)], threads=1)


def test_other_threads_go_on_while_a_merge_runs(big):
    counts, merging = [], threading.Event()

    def count():
        while not merging.wait(0.0005):
            pass
        while merging.is_set():
            counts.append(1)
            time.sleep(0)

    thread = threading.Thread(target=count)
    thread.start()
    merging.set()
    before = len(counts)
    big._held.merge([1 / MANY] * MANY)  # one call of the library's, beside which no other Python runs in this thread
    after = len(counts)
    merging.clear()
    thread.join()
    assert after - before > 10


def test_ctrl_c_ends_a_merge(big):
    """In the middle, in one of some tries at least: what is written last is as it was."""
    targets = {name: numpy.zeros(shape, dtype="float32") for name, shape in big._shapes.items()}
    first, last = targets[min(targets)], targets[max(targets)]
    for _ in range(20):
        first[:] = last[:] = 0
        interrupt = threading.Thread(target=_interrupt_once_written, args=(first,))
        interrupt.start()
        with pytest.raises(KeyboardInterrupt):
            big.merge_into(targets, [1 / MANY] * MANY)
            interrupt.join()  # the merge was over first
        interrupt.join()
        if not last.any():
            return
    pytest.fail("every merge went on to its end")


def _interrupt_once_written(array):
    while not array[-1]:
        time.sleep(0)
    os.kill(os.getpid(), signal.SIGINT)
