# SPDX-License-Identifier: Apache-2.0
import copy
import functools
import io
import json
import pickle
import sys
import warnings

import bouillon
import numpy
import pytest

SIZE, DOCUMENTS = 512, 32


@pytest.fixture
def resident():
    """Four noisy snapshots around 1, of which the average is the best merge."""
    random = numpy.random.default_rng(2)
    return bouillon.hold([{"w": (1 + random.uniform(-0.5, 0.5, SIZE)).astype("float32")} for _ in range(4)],
                         names=["a", "b", "c", "d"])


def losses_of(merge):
    return ((merge.numpy()["w"] - 1.0) ** 2).reshape(DOCUMENTS, -1).mean(axis=1)


def test_a_search_finds_the_average_and_says_so(resident):
    result = bouillon.search_merge(resident, losses_of, budget=12)
    text = str(result)
    assert result.use_merge and abs(sum(result.merge_weights) - 1) < 1e-9 and max(result.merge_weights) < 0.6
    assert "gain over newest" in text and "Found merge: a:" in text and "Decision: use the found merge." in text
    assert result.report["event"] == "result" and result.report["gains_on"] == "confirm"
    assert result._repr_html_().startswith("<iframe") and "<svg" in result.page


def test_trials_race_where_a_scorer_takes_documents(resident):
    asked = []

    def score(merge, documents=None):
        asked.append(None if documents is None else len(documents))
        losses = losses_of(merge)
        return losses if documents is None else losses[documents]

    result = bouillon.search_merge(resident, score, budget=12)
    assert result.use_merge and 3 in asked
    full = bouillon.search_merge(resident, score, budget=12, race=False)
    assert full.report["decision"] == result.report["decision"] == "merge"


def test_one_loss_a_merge_is_enough(resident):
    result = bouillon.search_merge(resident, lambda merge: float(losses_of(merge).mean()), budget=8)
    assert "one number a merge cannot tell" in str(result)


def test_what_a_scorer_raises_fails_the_trial(resident):
    calls, told = [], []

    def fragile(merge):
        calls.append(1)
        if len(calls) == 7:
            raise ZeroDivisionError("of this merge")
        return losses_of(merge)

    with pytest.warns(UserWarning, match="failed: the scorer raised ZeroDivisionError: of this merge") as warned:
        result = bouillon.search_merge(resident, fragile, budget=8, on_trial=told.append)
    assert warned[0].filename == __file__
    assert [one.ticket for one in told] == list(range(8)) and "1 of 8 trials failed" in str(result)
    failed, = [one for one in told if one.status == "failed"]
    assert failed.reason == "the scorer raised ZeroDivisionError: of this merge" and numpy.isnan(failed.loss)
    assert all(one.gain > 0 and one.loss > 0 and one.documents == 21 for one in told if one.status == "observed")


def test_a_scorer_that_always_fails_ends_the_search_with_its_cause(resident):
    def broken(merge):
        raise KeyError("always")

    with pytest.warns(UserWarning, match="is tried once more"), pytest.raises(bouillon.WorkError) as raised:
        bouillon.search_merge(resident, broken)
    assert "the scorer raised KeyError: 'always'" in str(raised.value) and isinstance(raised.value.__cause__, KeyError)


def test_a_scorer_that_works_for_the_newest_alone_ends_the_search_after_three_trials(resident):
    calls = []

    def broken(merge):
        calls.append(1)
        return losses_of(merge) if len(calls) == 1 else losses_of(merge) + "a"

    with pytest.warns(UserWarning), pytest.raises(bouillon.WorkError, match="first 3 trials all failed") as raised:
        bouillon.search_merge(resident, broken, confirm=0, race=False)
    assert len(calls) == 4 and isinstance(raised.value.__cause__, TypeError)


def test_a_scorer_that_fails_now_and_then_is_asked_again(resident):
    calls = []

    def flaky(merge):
        calls.append(1)
        if len(calls) % 3 == 0:
            raise OSError("busy")
        return losses_of(merge)

    assert str(bouillon.search_merge(resident, flaky, budget=6, retries=1)) == str(
        bouillon.search_merge(resident, losses_of, budget=6))


@pytest.mark.parametrize("given, message", [
    (None, "the scorer returned None"), ({"loss": 1.0, "accuracy": 2.0}, "the scorer returned a dict of 'loss', "
                                         "'accuracy'"), ([[1.0]], "has the shape"), ("a", "a loss is 'a'")])
def test_what_no_scorer_may_return_ends_the_search_at_once(resident, given, message):
    calls = []

    def wrong(merge):
        calls.append(1)
        return given

    with pytest.raises(bouillon.InputError, match=message):
        bouillon.search_merge(resident, wrong)
    assert len(calls) == 1


def test_another_number_of_losses_ends_the_search_at_once(resident):
    calls = []

    def wrong(merge, documents=None):
        calls.append(documents)
        return losses_of(merge)[:DOCUMENTS - len(calls)]

    with pytest.raises(bouillon.InputError, match="the scorer returned 30 losses, but .. documents were asked for"):
        bouillon.search_merge(resident, wrong)
    assert len(calls) == 2
    with pytest.raises(bouillon.InputError, match="the scorer returned 29 losses, but 30 at first"):
        calls = [0]
        bouillon.search_merge(resident, lambda merge: wrong(merge))


def test_an_argument_for_documents_that_is_not_the_searchs_is_left_alone(resident):
    mine, seen = list(range(DOCUMENTS)), []

    def score(merge, documents):
        seen.append(documents)
        return losses_of(merge)

    def by_default(merge, documents=mine):
        return score(merge, documents)

    def by_position(merge, documents=None, /):
        return score(merge, documents or mine)

    for own in (functools.partial(score, documents=mine), functools.partial(by_default, documents=mine), by_default,
                by_position):
        bouillon.search_merge(resident, own, budget=4)
    assert all(documents is mine for documents in seen)
    with pytest.raises(bouillon.InputError, match="documents were asked for"):
        bouillon.search_merge(resident, score, budget=4)
    assert seen[-2] is None and seen[-1] is not None


def test_a_merge_that_does_not_fit_the_model_is_no_fault_of_the_scorers(resident):
    calls = []
    model = {"w": numpy.zeros((2, SIZE), dtype="float32")}
    with pytest.raises(bouillon.InputError, match="shape"):
        bouillon.search_merge(resident, calls.append, model=model)
    assert not calls


def score_model(model):
    return ((model["w"] - 1.0) ** 2).reshape(DOCUMENTS, -1).mean(axis=1)


def test_the_model_holds_what_is_to_be_used_and_the_newest_after_an_exception(resident):
    model = {"w": numpy.zeros(SIZE, dtype="float32")}
    result = bouillon.search_merge(resident, score_model, model=model, budget=6)
    assert result.use_merge and (model["w"] == resident.merge(result.merge_weights).numpy()["w"]).all()
    for failure in (KeyboardInterrupt, None):
        calls = []

        def until(model):
            calls.append(1)
            if len(calls) == 5:
                if failure:
                    raise failure
                return None
            return score_model(model)

        with pytest.raises((KeyboardInterrupt, bouillon.InputError)):
            bouillon.search_merge(resident, until, model=model, budget=6)
        assert (model["w"] == resident.merge([0, 0, 0, 1]).numpy()["w"]).all()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_progress_of_a_search(resident, monkeypatch, capfd):
    bouillon.search_merge(resident, losses_of, budget=4, progress=False)
    assert capfd.readouterr() == ("", "")
    bouillon.search_merge(resident, losses_of, budget=4)
    lines = capfd.readouterr().err.splitlines()
    assert lines[0].startswith("measuring newest, ") and lines[-1].startswith("measuring found merge, ")
    assert lines[4].startswith("trial 4 of 4, best gain 0.0") and lines[4].endswith(" s")
    assert any(line.startswith("measuring uniform over all, ") for line in lines)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    bouillon.search_merge(resident, losses_of, budget=4)
    assert "\r\x1b[Ktrial 4 of 4, best gain 0.0" in terminal.getvalue() and terminal.getvalue().count("\n") == 1
    assert capfd.readouterr() == ("", "")


def test_the_losses_of_other_documents_may_judge(resident):
    asked = []

    def score_test(merge):
        asked.append(1)
        return losses_of(merge)[:20] + 1

    result = bouillon.search_merge(resident, losses_of, budget=6, score_test=score_test)
    assert result.report["gains_on"] == "test" and result.report["gain_documents"] == 20
    assert asked and result.report["rows"][0]["test_loss"] > 1


def test_a_search_may_end_early(resident):
    assert bouillon.search_merge(resident, losses_of, budget=20, target_gain=1e-6).report["stopped_by"] == "target-gain"
    patient = bouillon.search_merge(resident, losses_of, budget=30, patience=2)
    assert "Stopped by patience after " in str(patient)
    assert bouillon.search_merge(resident, losses_of, budget=30, stop_regret="noise").report["decision"] == "merge"


def test_a_result_is_plain_data(resident):
    told = []
    result = bouillon.search_merge(resident, losses_of, budget=4, on_trial=told.append)
    for one in (result, told[0]):
        assert pickle.loads(pickle.dumps(one)) == one == copy.deepcopy(one)
    assert repr(result) == "<bouillon.MergeSearchResult: use the found merge>"


@pytest.mark.parametrize("failure, told", [
    (ValueError("\ud800"), r"ValueError: \\ud800"), (type("Mute", (Exception,), {"__str__": None})(), "Mute: ")])
def test_a_scorer_may_raise_what_is_no_text(resident, failure, told):
    def broken(merge):
        raise failure

    with pytest.raises(bouillon.WorkError, match=told):
        bouillon.search_merge(resident, broken)


def test_a_scorer_must_give_a_loss(resident):
    with pytest.raises(bouillon.WorkError, match="the scorer gave no loss"):
        bouillon.search_merge(resident, lambda merge: [])


def test_names_of_checkpoints_are_any_texts_and_stay(resident):
    resident.names.clear()
    assert resident.names == ["a", "b", "c", "d"]
    odd = bouillon.hold([{"w": numpy.ones(4, dtype="float32")} for _ in range(2)], names=["a\0", ""])
    assert len(bouillon.search_merge(odd, lambda merge: 1.0, budget=2).found) == 2


def test_ctrl_c_ends_a_search(resident):
    def interrupted(merge):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bouillon.search_merge(resident, interrupted)


def killed(call):
    """A scorer that ends the program in one of its calls."""
    calls = []

    def score(merge):
        calls.append(1)
        if len(calls) == call:
            raise KeyboardInterrupt
        return losses_of(merge)

    return score


def begin(resident, file, **options):
    with pytest.raises(KeyboardInterrupt):
        bouillon.search_merge(resident, killed(9), budget=10, journal=file, **options)


def test_a_search_that_was_killed_goes_on(resident, tmp_path):
    file = tmp_path / "search.jsonl"
    whole = bouillon.search_merge(resident, losses_of, budget=10)
    begin(resident, file)
    with pytest.raises(bouillon.InputError):
        bouillon.search_merge(resident, losses_of, budget=10, journal=file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        resumed = bouillon.search_merge(resident, losses_of, budget=10, journal=file, resume=True)
    assert resumed.found == whole.found and str(resumed) == str(whole)
    assert json.loads(file.read_text().splitlines()[-1])["event"] == "result"


def test_a_journal_knows_its_checkpoints_and_its_settings(resident, tmp_path):
    file = tmp_path / "search.jsonl"
    begin(resident, file, settings={"data": "mine"})

    def resume(of=resident, score=losses_of, settings={"data": "mine"}):
        return bouillon.search_merge(of, score, budget=10, journal=file, resume=True, settings=settings)

    for settings in ({"data": "other"}, {}, None):
        with pytest.raises(bouillon.InputError, match="settings"):
            resume(settings=settings)
    for settings in (3, {1j: 2}, "abc"):
        with pytest.raises(bouillon.InputError, match="settings"):
            resume(settings=settings)
    others = [dict(resident.merge([float(k == j) for j in range(4)]).numpy()) for k in range(4)]
    others[1]["w"] = others[1]["w"].copy()
    others[1]["w"][7] += 1e-6
    with pytest.raises(bouillon.InputError, match=r"digests\[1\] is"):
        resume(of=bouillon.hold(others, names=resident.names))
    with pytest.raises(bouillon.InputError, match="another scorer, or other documents"):
        resume(score=lambda merge: 1000 * losses_of(merge))
    with pytest.warns(UserWarning, match="21 of 21 losses differ, by up to .* recorded ones stand."):
        assert resume(score=lambda merge: losses_of(merge) * 1.001).use_merge


class Mine(bouillon.Simplex):
    """A space that is one of the package's."""


@pytest.mark.parametrize("space", ["simplex", bouillon.Affine(4), bouillon.Schedule(4), bouillon.Simplex(4), Mine(4)])
def test_spaces_of_a_search(resident, space):
    assert len(bouillon.search_merge(resident, losses_of, budget=6, space=space).found) == 4


def test_arguments_that_cannot_be_used_are_named(resident):
    one = bouillon.hold([{"w": numpy.ones(4, dtype="float32")}])
    for arguments in ({"run": 3}, {"run": one}, {"score": 3}, {"space": "cube"}, {"space": bouillon.Simplex(3)},
                      {"space": bouillon.Box([0], [1])}, {"space": "interval"}, {"budget": 0}, {"confirm": 1.0},
                      {"confirm": "a"}, {"kernel": "none"}, {"acquisition": 1}, {"unit": None}, {"on_trial": 3},
                      {"model": 3}, {"score_test": 3}, {"retries": -1}, {"deadline": 0}, {"patience": 0.5},
                      {"target_gain": "a"}, {"stop_regret": 0}, {"stop_regret": "much"}, {"resume": True,
                      "journal": 3}, {"space": bouillon.Interval()}):
        given = {"run": resident, "score": losses_of, **arguments}
        with pytest.raises(bouillon.InputError):
            bouillon.search_merge(given.pop("run"), given.pop("score"), **given)
