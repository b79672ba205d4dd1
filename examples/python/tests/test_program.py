# SPDX-License-Identifier: Apache-2.0
"""The package against the program `bouillon search`, where both and transformers are here."""
import json
import pathlib
import subprocess
import sys

import bouillon
import pytest

EXAMPLES = pathlib.Path(__file__).parents[2]
PROGRAM = EXAMPLES.parent / "build" / "release" / "bouillon"
CLOSE = 1e-5  # transformers' sums are in another order than the program's
TIMES = {"seconds", "window"}


def assert_close(ours, theirs, place=""):
    if isinstance(theirs, dict):
        assert set(ours) - TIMES == set(theirs) - TIMES, place
        for name in set(theirs) - TIMES:
            assert_close(ours[name], theirs[name], f"{place}/{name}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), place
        for k, (one, other) in enumerate(zip(ours, theirs)):
            assert_close(one, other, f"{place}[{k}]")
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, abs=CLOSE), place
    else:
        assert ours == theirs, place


def test_a_search_with_transformers_is_the_programs(data):
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    pytest.importorskip("safetensors")
    if not PROGRAM.is_file():
        pytest.skip("build/release/bouillon is not here")
    held = data / "search.safetensors"
    words = [PROGRAM, "search", data, "--held-out", held, "--dtype", "f32", "--budget", "20", "--json"]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    *their_trials, theirs = map(json.loads, printed.splitlines())
    sys.path.insert(0, str(EXAMPLES))
    import serve_transformers

    serve_transformers.import_packages()
    run = bouillon.open_run(data, dtype="F32")
    model = transformers.AutoModelForCausalLM.from_pretrained(run.paths[-1], dtype=torch.float32).eval()
    documents_of = serve_transformers.HeldOut(held, "cpu", window=None, most=8192)

    def score(merged, documents=None):
        with torch.inference_mode():
            return documents_of.losses(merged, range(documents_of.size) if documents is None else documents)

    trials = []
    result = bouillon.search_merge(run, score, model=model, budget=20, progress=False, on_trial=trials.append)
    for ours, their in zip(trials, their_trials, strict=True):
        told = {"trial": ours.ticket, "merge_weights": ours.merge_weights, "loss": ours.loss, "gain": ours.gain,
                "documents": ours.documents}
        assert_close(told, {name: their[name] for name in told}, f"trial {ours.ticket}")
    assert_close(result.report, theirs)
    left = run.resident().merge(result.merge_weights).torch()
    assert all(torch.equal(model.state_dict()[name], tensor) for name, tensor in left.items())
