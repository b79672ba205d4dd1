# SPDX-License-Identifier: Apache-2.0
import json

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
    assert result.merge and abs(sum(result.merge_weights) - 1) < 1e-9 and max(result.merge_weights) < 0.6
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
    assert result.merge and 3 in asked
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

    bouillon.search_merge(resident, fragile, budget=8, on_trial=lambda *trial: told.append(trial))
    assert len(told) == 8 and any("ZeroDivisionError: of this merge" in reason for *_, reason in told)

    def broken(merge):
        raise KeyError("always")

    with pytest.raises(bouillon.WorkError, match="KeyError") as raised:
        bouillon.search_merge(resident, broken)
    assert isinstance(raised.value.__cause__, KeyError)


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


def test_a_search_that_was_killed_goes_on(resident, tmp_path):
    file, calls = tmp_path / "search.jsonl", []
    whole = bouillon.search_merge(resident, losses_of, budget=10)

    def until_killed(merge):
        calls.append(1)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return losses_of(merge)

    until_killed.__qualname__ = losses_of.__qualname__
    with pytest.raises(KeyboardInterrupt):
        bouillon.search_merge(resident, until_killed, budget=10, journal=file)
    with pytest.raises(bouillon.InputError):
        bouillon.search_merge(resident, losses_of, budget=10, journal=file)
    resumed = bouillon.search_merge(resident, losses_of, budget=10, journal=file, resume=True)
    assert resumed.found == whole.found and str(resumed) == str(whole)
    assert json.loads(file.read_text().splitlines()[-1])["event"] == "result"


@pytest.mark.parametrize("space", ["simplex", bouillon.Affine(4), bouillon.Schedule(4), bouillon.Simplex(4)])
def test_spaces_of_a_search(resident, space):
    assert len(bouillon.search_merge(resident, losses_of, budget=6, space=space).found) == 4


def test_arguments_that_cannot_be_used_are_named(resident):
    one = bouillon.hold([{"w": numpy.ones(4, dtype="float32")}])
    for arguments in ({"run": 3}, {"run": one}, {"score": 3}, {"space": "cube"}, {"space": bouillon.Simplex(3)},
                      {"space": bouillon.Box([0], [1])}, {"space": "interval"}, {"budget": 0}, {"confirm": 1.0},
                      {"confirm": "a"}, {"kernel": "none"}, {"acquisition": 1}, {"unit": None}, {"on_trial": 3},
                      {"model": 3}):
        given = {"run": resident, "score": losses_of, **arguments}
        with pytest.raises((bouillon.InputError, bouillon.WorkError)):
            bouillon.search_merge(given.pop("run"), given.pop("score"), **given)
