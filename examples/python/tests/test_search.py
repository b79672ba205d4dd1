# SPDX-License-Identifier: Apache-2.0
import copy
import io
import json
import math
import pickle
import sys
import threading
import types

import bouillon
import numpy
import pytest
from bouillon.search import acquisitions, kernels


def parabola(point):
    return float(sum((x - 0.3) ** 2 for x in point))


def run(search, objective=parabola):
    while not search.done():
        trial = search.suggest()
        search.observe(trial, objective(trial.point), 0.0)
    return search


def test_a_search_finds_the_minimum_of_a_parabola():
    found = run(bouillon.Search(bouillon.Box([0, 0], [1, 1]), budget=20)).recommendation()
    assert found.loss < 1e-3 and found.standard_error == 0 and len(found.point) == 2
    assert found.merge_weights == [] and found.ticket is not None


@pytest.mark.parametrize("space, weights", [
    (bouillon.Interval(0, 1), 2), (bouillon.Simplex(4), 4), (bouillon.Affine(3), 3), (bouillon.Schedule(6), 6)])
def test_merge_weights_of_every_space_sum_to_one(space, weights):
    search = run(bouillon.Search(space, budget=6), lambda point: float(numpy.sum(numpy.square(point))))
    for one in search.history():
        assert len(one.merge_weights) == weights and abs(sum(one.merge_weights) - 1) < 1e-9


def test_a_search_is_the_same_twice_and_another_with_another_seed():
    points = [[one.point for one in run(bouillon.Search(bouillon.Box([0], [1]), budget=8, seed=seed)).history()]
              for seed in (1, 1, 2)]
    assert points[0] == points[1] != points[2]


def test_integers_are_whole_and_a_space_of_few_points_ends():
    search = run(bouillon.Search(bouillon.Box([0, 0], [1, 2], integer=[True, True]), budget=100))
    assert sorted(one.point for one in search.history()) == [[a, b] for a in (0, 1) for b in (0, 1, 2)]


@pytest.mark.parametrize("name", kernels())
def test_every_kernel_by_name(name):
    assert run(bouillon.Search(bouillon.Simplex(3), budget=7, kernel=name)).recommendation().loss < 0.3


@pytest.mark.parametrize("name", acquisitions())
def test_every_acquisition_by_name(name):
    assert run(bouillon.Search(bouillon.Simplex(3), budget=7, acquisition=name)).recommendation().loss < 0.3


def test_losses_of_documents_become_paired_differences():
    search = bouillon.Search(bouillon.Simplex(2), reference_losses=[1.0, 2.0, 3.0])
    trial = search.suggest()
    search.observe(trial, numpy.array([0.5, 1.5, 2.5], dtype=numpy.float32))
    record = search.history()[0]
    assert record.loss == -0.5 and record.variance == 0 and record.document_losses == [0.5, 1.5, 2.5]


def test_trials_fail_are_abandoned_and_come_again():
    search = bouillon.Search(bouillon.Box([0], [1]), budget=5)
    first, second, third = search.suggest(), search.suggest(), search.suggest()
    search.fail(second, "diverged")
    search.abandon(third.ticket, "the worker died")
    search.observe(first.ticket, math.nan)
    again = search.repeat(first)
    assert again.point == first.point and again.ticket == 3
    assert [one.status for one in search.history()] == ["failed", "failed", "abandoned", "pending"]
    assert search.history()[1].reason == "diverged"
    search.extend(2)
    assert search.budget == 7


def test_known_losses_cost_no_trial():
    search = bouillon.Search(bouillon.Box([0], [1]), budget=4, known=[bouillon.Known([0.25], 0.0025)])
    assert run(search).recommendation().loss <= 0.0025 and len(search.history()) == 4


def test_a_belief_meets_what_was_observed_without_noise():
    search = run(bouillon.Search(bouillon.Box([0], [1]), budget=8))
    means, errors = search.belief([[one.point[0]] for one in search.history()])
    assert numpy.allclose(means, [one.loss for one in search.history()], atol=1e-4)
    assert (errors >= 0).all() and search.belief([0.5])[0].shape == (1,)
    assert [part.shape for part in search.belief([])] == [(0,), (0,)]
    for points in ([[0.5, 0.2], [0.1, 0.2]], [[]], [[], []], [[10**400]], [[[0.5]]], [[0.5j]], numpy.array([[0.5j]])):
        with pytest.raises(bouillon.InputError, match="points"):
            search.belief(points)


def test_an_unlimited_search():
    search = bouillon.Search(bouillon.Box([0], [1]), budget=None)
    search.observe(search.suggest(), 1.0)
    assert search.budget is None and not search.done()


def test_an_acquisition_of_ones_own_is_asked_for_arrays():
    seen = []

    def lower_bound(mean, deviation, best):
        seen.append(mean.shape)
        return mean + 2 * deviation

    search = run(bouillon.Search(bouillon.Box([0], [1]), budget=8, acquisition=lower_bound))
    assert search.recommendation().loss < 1e-3 and any(shape[0] > 5 for shape in seen)


def test_what_an_acquisition_raises_reaches_the_caller():
    def broken(mean, deviation, best):
        raise KeyError("mine")

    search = bouillon.Search(bouillon.Box([0], [1]), budget=8, acquisition=broken)
    with pytest.raises(KeyError, match="mine"):
        run(search)
    short = bouillon.Search(bouillon.Box([0], [1]), budget=8, acquisition=lambda mean, deviation, best: [1.0] * 99)
    with pytest.raises(bouillon.InputError, match="must return an array of"):
        run(short)


def test_a_search_cannot_be_called_by_its_own_acquisition():
    def recursive(mean, deviation, best):
        search.suggest()

    search = bouillon.Search(bouillon.Box([0], [1]), budget=8, acquisition=recursive)
    with pytest.raises(bouillon.InputError, match="by its own acquisition"):
        run(search)


def test_a_kernel_of_ones_own_gives_the_points_of_the_named_one():
    def matern52(r2):
        s = numpy.sqrt(5 * r2)
        return (1 + s + s * s / 3) * numpy.exp(-s)

    def derivative(r2):
        s = numpy.sqrt(5 * r2)
        return -5 / 6 * (1 + s) * numpy.exp(-s)

    named, own, rough = (run(bouillon.Search(bouillon.Box([0, 0], [1, 1]), budget=8, kernel=kernel)) for kernel in
                         ("matern52", bouillon.Kernel(matern52, derivative), bouillon.Kernel(matern52)))
    for search in (own, rough):
        points = [[one.point for one in each.history()] for each in (named, search)]
        assert numpy.allclose(*points, atol=1e-2)


def test_a_journal_is_taken_up_again(tmp_path):
    file = tmp_path / "trials.jsonl"
    whole = [one.point for one in run(bouillon.Search(bouillon.Box([0], [1]), budget=6)).history()]
    begun = bouillon.Search(bouillon.Box([0], [1]), budget=6, journal=file, settings={"data": "mine"})
    for _ in range(3):
        trial = begun.suggest()
        begun.observe(trial, parabola(trial.point), 0.0)
    out = begun.suggest()
    del begun
    resumed = bouillon.Search(bouillon.Box([0], [1]), budget=6, journal=file, resume=True, settings={"data": "mine"})
    assert resumed.resumed == 3 and resumed.suggest().ticket == out.ticket
    resumed.observe(out.ticket, parabola(out.point), 0.0)
    assert [one.point for one in run(resumed).history()] == whole
    header = json.loads(file.read_text().splitlines()[0])
    assert header["settings"] == {"kernel": "matern52", "acquisition": "log-nei", "data": "mine"}
    with pytest.raises(bouillon.InputError, match="another search is writing it"):
        bouillon.Search(bouillon.Box([0], [1]), budget=6, journal=file, resume=True)
    del resumed
    with pytest.raises(bouillon.InputError, match="data"):
        bouillon.Search(bouillon.Box([0], [1]), budget=6, journal=file, resume=True, settings={"data": "other"})
    with pytest.raises(bouillon.InputError):
        bouillon.Search(bouillon.Box([0], [1]), budget=6, journal=file)


@pytest.mark.parametrize("line, field, value", [
    (0, "event", None), (0, "known", [3]), (0, "reference_losses", "x"), (1, "event", None), (2, "event", "budget")])
def test_a_journal_that_was_changed_is_refused(tmp_path, line, field, value):
    file = tmp_path / "trials.jsonl"
    given = {"reference_losses": [1.0], "known": [bouillon.Known([0.5], 0.0)], "journal": file}
    search = bouillon.Search(bouillon.Box([0], [1]), **given)
    search.observe(search.suggest(), [2.0])
    del search
    lines = [json.loads(one) for one in file.read_text().splitlines()]
    lines[line][field] = value
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    with pytest.raises(bouillon.InputError, match="^journal .*trials.jsonl: "):
        bouillon.Search(bouillon.Box([0], [1]), **given, resume=True)


def test_several_threads_share_a_search():
    search = bouillon.Search(bouillon.Box([0], [1]), budget=12)

    def work():
        try:
            while not search.done():
                trial = search.suggest()
                search.observe(trial, parabola(trial.point), 0.0)
        except bouillon.InputError:  # another thread took the last trial
            pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(search.history()) == 12


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_progress_of_a_search():
    search, out = bouillon.Search(bouillon.Box([0], [1]), budget=2), io.StringIO()
    with bouillon.Progress(search, file=out) as progress:
        search.observe(search.suggest(), 2.5)
        progress.show()
    assert out.getvalue().startswith("trial 1 of 2, best loss 2.5000, ")
    search, out = bouillon.Search(bouillon.Simplex(2), reference_losses=[1.0, 2.0]), Terminal()
    with bouillon.Progress(search, file=out) as progress:
        assert progress.line().startswith("trial 0 of 20, ")
    assert out.getvalue() == ""
    with bouillon.Progress(search, file=out) as progress:
        search.observe(search.suggest(), [0.9, 1.9])
        progress.show()
    assert out.getvalue().startswith("\r\x1b[Ktrial 1 of 20, best difference -0.1000, ")
    assert out.getvalue().endswith(" s\n")


def test_the_progress_in_a_notebook(monkeypatch):
    shown = []

    class Display:
        Pretty = staticmethod(str)

        def display(text, display_id):
            shown.append(("new", text))
            return Display

        def update(text):
            shown.append(("again", text))

    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(
        get_ipython=lambda: types.SimpleNamespace(kernel=True), display=Display))
    search = bouillon.Search(bouillon.Box([0], [1]), budget=2)
    with bouillon.Progress(search) as progress:
        for _ in range(2):
            search.observe(search.suggest(), 1.0)
            progress.show()
    assert [how for how, _ in shown] == ["new", "again"] and shown[1][1].startswith("trial 2 of 2, best loss 1.0000, ")


def test_the_history_as_a_table():
    pandas = pytest.importorskip("pandas")
    search = run(bouillon.Search(bouillon.Simplex(2), budget=3))
    frame = search.to_frame()
    assert isinstance(frame, pandas.DataFrame) and list(frame.index) == [0, 1, 2]
    assert frame["loss"].notna().all() and (frame["weight_0"] + frame["weight_1"]).round(9).eq(1).all()
    for space in (bouillon.Simplex(2), bouillon.Box([0], [1]), bouillon.Interval(0, 1), bouillon.Schedule(5)):
        search = bouillon.Search(space, budget=1)
        empty = search.to_frame()
        search.suggest()
        assert empty.empty and list(empty.columns) == list(search.to_frame().columns)
        assert empty.index.name == "ticket" == search.to_frame().index.name


def test_what_a_search_tells_is_plain_data():
    search = run(bouillon.Search(bouillon.Simplex(3), budget=4))
    search.extend(1)
    trial = search.suggest()
    for one in (trial, search.history()[0], search.history()[-1], search.recommendation()):
        again = pickle.loads(pickle.dumps(one))
        assert repr(again) == repr(one) == repr(copy.deepcopy(one)) and type(one).__name__ + "(" in repr(one)
    assert isinstance(trial, bouillon.Trial) and isinstance(search.history()[0], bouillon.Record)
    assert isinstance(search.recommendation(), bouillon.Recommendation) and "merge_weights=[" in repr(trial)
    assert repr(search) == "<bouillon.Search over Simplex(checkpoints=3): 5 of 5 trials>"
    other = bouillon.Search(bouillon.Simplex(3), budget=5, seed=9)
    for _ in range(5):
        other.suggest()
    with pytest.raises(bouillon.InputError, match="it belongs to another search"):
        other.observe(trial, 1.0)
    search.observe(pickle.loads(pickle.dumps(trial)), 0.5)
    assert search.history()[4].loss == 0.5


def test_merge_weights_of_a_point():
    for space in (bouillon.Interval(0, 1), bouillon.Simplex(4), bouillon.Affine(3), bouillon.Schedule(6),
                  bouillon.Box([0], [1])):
        trial = bouillon.Search(space, budget=3).suggest()
        assert space.merge_weights(trial.point) == pytest.approx(trial.merge_weights)
        assert len(trial.merge_weights) == space.checkpoints
        for point in ([0.1] * 9, [], None, [math.nan] * len(trial.point), [7.0] * len(trial.point)):
            with pytest.raises(bouillon.InputError):
                pytest.fail(f"{space} has {space.merge_weights(point)} at {point}")


def test_what_is_no_loss_is_named():
    search = bouillon.Search(bouillon.Box([0], [1]))
    trial = search.suggest()
    with pytest.raises(bouillon.InputError, match="what was observed is None, but"):
        search.observe(trial, None)
    with pytest.raises(bouillon.InputError, match="what was observed is a dict of 'loss', but"):
        search.observe(trial, {"loss": 1.0})
    with pytest.raises(TypeError):
        bouillon.Known([0.5])


@pytest.mark.parametrize("arguments, message", [
    ({"budget": -1}, "budget is -1"), ({"budget": 1.5}, "budget is 1.5"), ({"seed": "a"}, "seed is 'a'"),
    ({"kernel": "cubic"}, "there is no kernel 'cubic' among auto, matern52"), ({"kernel": 3}, "kernel is 3"),
    ({"acquisition": "best"}, "there is no acquisition 'best'"), ({"acquisition": None}, "acquisition is None"),
    ({"known": [3]}, "a known loss is 3"), ({"known": [bouillon.Known([5.0], 0.0)]}, "known observation 0"),
    ({"reference_losses": [[1.0]]}, "has the shape"), ({"reference_losses": [math.inf]}, "reference_losses"),
    ({"settings": {1j: 2}}, "settings must be"), ({"settings": {"a": "\ud800"}}, "settings must be"),
    ({"settings": {"a": 10**400}}, "settings must be"), ({"settings": numpy.ones(2)}, "settings must be"),
    ({"journal": "a", "resume": numpy.ones(2)}, "it must be true or false"), ({"journal": 3}, "journal is 3"),
    ({"journal": "\ud800"}, "no file can be called"), ({"budget": 10**5000}, "budget is <int>"),
    ({"known": 3}, "known is 3"), ({"initial_trials": 10**5}, "a whole number from 0 to 10000")])
def test_arguments_that_cannot_be_used_are_named(arguments, message):
    with pytest.raises(bouillon.InputError, match=None) as raised:
        bouillon.Search(bouillon.Box([0], [1]), **arguments)
    assert message in str(raised.value) and isinstance(raised.value, ValueError)


def test_spaces_that_cannot_be_used_are_named():
    for space in (bouillon.Box([0], [0, 1]), bouillon.Box([1], [0]), bouillon.Simplex(0), bouillon.Simplex(10**9),
                  bouillon.Interval(2, 1), bouillon.Affine(2, 0.6, 0.7), bouillon.Schedule(3, -1), bouillon.Box([], []),
                  bouillon.Box([0], [1], integer=[True, False]), 3, bouillon.Box):
        with pytest.raises(bouillon.InputError):
            pytest.fail(f"{space} was taken: {bouillon.Search(space)}")


def test_calls_out_of_order_are_input_errors():
    search = bouillon.Search(bouillon.Box([0], [1]), budget=1)
    with pytest.raises(bouillon.WorkError, match="nothing to recommend"):
        search.recommendation()
    trial = search.suggest()
    with pytest.raises(bouillon.InputError, match="budget"):
        search.suggest()
    for wrong in (lambda: search.observe(7, 1.0), lambda: search.observe(trial, "a"), lambda: search.observe("a", 1.0),
                  lambda: search.observe(trial, 1.0, -1.0), lambda: search.observe(trial, [1.0], 2.0),
                  lambda: search.observe(trial, numpy.complex64(1)), lambda: search.belief(numpy.array([[1j]]))):
        with pytest.raises(bouillon.InputError):
            wrong()
    search.observe(trial, 1.0)
    with pytest.raises(bouillon.InputError, match="has ended already"):
        search.observe(trial, 1.0)
