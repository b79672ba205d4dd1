# SPDX-License-Identifier: Apache-2.0
"""Tests what examples/serve_transformers.py does without torch: windows, batches, files, and answers to requests.

usage: serve_transformers_parts_test.py SERVE_TRANSFORMERS_PY

Exit status: 0 all as it should be; 1 not.
"""
import importlib.util
import io
import json
import pathlib
import random
import sys
import tempfile

failures = 0


def check(holds, what):
    global failures
    if not holds:
        failures += 1
        print("FAILED:", what)


sys.dont_write_bytecode = True
specification = importlib.util.spec_from_file_location("serve_transformers", sys.argv[1])
serving = importlib.util.module_from_spec(specification)
specification.loader.exec_module(serving)

# Every token but the prompt is predicted once, from the tokens before it in windows that are not too long.
choose = random.Random(1)
for _ in range(2000):
    begin, tokens, length = choose.randrange(50), choose.randrange(2, 60), choose.randrange(1, 20)
    prompt = choose.randrange(1, tokens)
    windows = list(serving.cut(7, begin, begin + tokens, prompt, length))
    case = f"{tokens} tokens with {prompt} of prompt in windows of {length}: {windows}"
    predicted = [token for _, _, first, end in windows for token in range(first, end + 1)]
    check(predicted == list(range(begin + prompt, begin + tokens)), case)
    check(all(document == 7 and begin <= start < first <= end and end - start <= length
              for document, start, first, end in windows), case)
    check(all(before.end == after.begin for before, after in zip(windows, windows[1:])), case)
    check(len(windows) == -(-(tokens - prompt) // length), f"no more than it takes: {case}")
    check(prompt > 1 or windows[0].begin == begin, f"without a prompt from the beginning: {case}")

    mixed = [serving.Window(0, 0, 1, choose.randrange(1, 30)) for _ in range(choose.randrange(20))]
    made = list(serving.batches(mixed, 40))
    check(sorted(window for batch in made for window in batch) == sorted(mixed), f"each in one batch: {mixed}")
    check(all(len(batch) * batch[0].end <= 40 and batch[0].end == max(window.end for window in batch)
              for batch in made), f"small, and the longest first: {made}")

folder = pathlib.Path(tempfile.mkdtemp())
check(serving.weight_files(folder) == [folder / "model.safetensors"], "one file of a directory")
(folder / "bare.safetensors").touch()
check(serving.weight_files(folder / "bare.safetensors") == [folder / "bare.safetensors"], "a file is itself")
(folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "2", "b": "1", "c": "2"}}))
check(serving.weight_files(folder) == [folder / "1", folder / "2"], "each shard once")


def score(name, checkpoint, documents):
    if checkpoint.name == "wrong":
        raise serving.InputError(f"{name} has no tensor")
    if checkpoint.name == "unlucky":
        raise RuntimeError("out of memory")
    return [1.5] * len(documents) if documents is not None else [2.5, 3.5]


def answers_to(*lines, check_device=lambda: None):
    printed = io.StringIO()
    serving.serve(lines, printed, score, check_device)
    return [json.loads(line) for line in printed.getvalue().splitlines()]


sys.stderr = io.StringIO()  # where failures are told
answers = answers_to('{"trial": 1, "name": "trial-1", "checkpoint": "/m", "documents": [0, 5, 7]}',
                     '{"trial": null, "name": "baseline-2", "checkpoint": "/m"}',
                     '{"checkpoint": "/m", "documents": []}',
                     '{"name": "trial-3", "checkpoint": "/wrong"}', '{"checkpoint": "/unlucky"}', "nonsense", "{}",
                     '{"checkpoint": "/m", "documents": null}')
told = sys.stderr.getvalue()
check(answers[:3] == [{"losses": [1.5] * 3}, {"losses": [2.5, 3.5]}, {"losses": []}], answers)
check(answers[3:5] == [{"error": "trial-3 has no tensor"}, {"error": "RuntimeError: out of memory"}], answers)
check(all(list(answer) == ["error"] for answer in answers[5:7]) and answers[7] == {"losses": [2.5, 3.5]}, answers)
check("out of memory" in told and "has no tensor" not in told, "a trace of what nobody foresaw")


def lost():
    raise RuntimeError("the device is lost")


try:
    answers_to('{"checkpoint": "/unlucky"}', '{"checkpoint": "/m"}', check_device=lost)
    check(False, "a lost device ends the server")
except RuntimeError as problem:
    check(str(problem) == "the device is lost", problem)
sys.stderr = sys.__stderr__

print(f"{failures} failures")
sys.exit(failures > 0)
