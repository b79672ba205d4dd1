# SPDX-License-Identifier: Apache-2.0
"""Runs examples/make_held_out.py, and the bouillon program on what it wrote.

usage: make_held_out_test.py MAKE_HELD_OUT_PY BOUILLON MODEL      (a model of 48 tokens)

Exit status: 0 all as it should be; 1 not; 77 a package that make_held_out.py needs is not installed.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer, models, pre_tokenizers
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

script, program, model = sys.argv[1:]
folder = pathlib.Path(tempfile.mkdtemp())
failures = 0
WORDS = ["<s>", "?", "the", "sea", "is", "wide", "dry", "naïve", "and", "cold"]


def check(holds, what):
    global failures
    if not holds:
        failures += 1
        print("FAILED:", what)


def text_file(name, text):
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def tokenize(*arguments):
    command = [sys.executable, script, "--tokenizer", str(folder), "--out", str(folder / "out.safetensors")]
    return subprocess.run(command + list(arguments), capture_output=True, text=True)


def written(*arguments, left_out=0):
    (folder / "out.safetensors").unlink(missing_ok=True)
    ended = tokenize(*arguments)
    check(ended.returncode == 0, f"{arguments}: {ended.stderr}")
    check((f"left out {left_out} documents" in ended.stderr) == (left_out > 0), f"{arguments}: {ended.stderr}")
    return {name: values.tolist() for name, values in load_file(folder / "out.safetensors").items()}


def refused(message, *arguments):
    (folder / "out.safetensors").unlink(missing_ok=True)
    ended = tokenize(*arguments)
    check(ended.returncode == 2 and message in ended.stderr, f"{arguments}: {ended.returncode}, {ended.stderr}")
    check(ended.stderr.count("\n") == 1, f"one line: {ended.stderr}")
    check(not list(folder.glob("out.safetensors*")), "nothing is written")


def score(*arguments):
    command = [program, "score", model, "--held-out", str(folder / "out.safetensors"), "--json", "--losses"]
    return json.loads(subprocess.run(command + list(arguments), capture_output=True, text=True, check=True).stdout)


words = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="?"))
words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
words.save(str(folder / "tokenizer.json"))

# One document a file; the first token is only fed, so its bytes do not count.
sea, cold = text_file("sea.txt", "the sea is naïve"), text_file("cold.txt", "the sea is cold and dry\n")
tensors = written(sea, cold)
check(tensors["tokens"] == [2, 3, 4, 7, 2, 3, 4, 9, 8, 6], tensors)
check(tensors["document_offsets"] == [0, 4, 10] and tensors["document_bytes"] == [14, 20], tensors)
check("prompt_tokens" not in tensors, tensors)
check(str(load_file(folder / "out.safetensors")["tokens"].dtype) == "uint16", "a small vocabulary is U16")
scored = score()
nats = 3 * scored["losses"][0] + 5 * scored["losses"][1]
check(abs(scored["bits_per_byte"] - nats / 0.6931471805599453 / 34) < 1e-9, scored)

# A first token of one's own: then everything is predicted. Long documents are cut, and what is left over too short is not.
tensors = written("--bos", "<s>", sea)
check(tensors["tokens"] == [0, 2, 3, 4, 7] and tensors["document_bytes"] == [17], tensors)
tensors = written("--max-tokens", "2", sea, cold)
check(tensors["document_offsets"] == [0, 2, 4, 6, 8, 10] and tensors["document_bytes"] == [4, 7, 4, 5, 4], tensors)
check(written("--max-tokens", "3", sea)["tokens"] == [2, 3, 4], "a single token is no document")

# JSONL, and a part of it.
lines = text_file("lines.jsonl", "".join(json.dumps({"body": f"the {word} sea"}) + "\n\n" for word in WORDS[4:8]))
tensors = written("--field", "body", "--skip", "1", "--limit", "2", lines)
check(tensors["tokens"] == [2, 5, 3, 2, 6, 3], tensors)

# A line ends at a line feed alone: strings may hold what other programs take for the end of one.
texts = [f"the{end}sea" for end in "\u2028\u2029\u0085 "]
ends = text_file("ends.jsonl", "".join(f'{{"text": "{text}"}}\n' for text in texts) + '{"text": "the dry"}\r\n')
tensors = written(ends)
check(tensors["document_offsets"] == [0, 2, 4, 6, 8, 10] and tensors["tokens"][-2:] == [2, 6], tensors)
for name in ("lines.ndjson", "lines.json"):
    check(written(text_file(name, '\ufeff{"text": "the sea"}\n{"text": "the dry"}'))["tokens"] == [2, 3, 2, 6], name)
check(written(text_file("list.json", '[\n{"text": "the sea"}]'))["tokens"] == [2, 3], "a list of objects")
check(written(text_file("mark.txt", "\ufeffthe sea"))["tokens"] == [2, 3], "a mark is no text")

# What has nothing to predict is left out and counted.
sparse = text_file("sparse.jsonl", '{"text": null}\n{"text": ""}\n{"text": "the"}\n{"text": "the sea"}\n')
tensors = written(sparse, left_out=3)
check(tensors["tokens"] == [2, 3] and tensors["document_offsets"] == [0, 2], tensors)
check(written("--bos", "<s>", sparse, left_out=2)["tokens"] == [0, 2, 0, 2, 3], "one token after a first one")

# Questions: blanks at a prompt's end go to the answer, whose length is that of its text alone.
asked = [{"question": "the sea is ", "choices": ["wide and cold", "naïve"], "answer": 1},
         {"context": "is the sea", "choices": ["dry", "cold", "wide"], "label": "cold"}]
questions = text_file("questions.jsonl", "".join(json.dumps(question) + "\n" for question in asked))
tensors = written(questions)
check(tensors["tokens"] == [2, 3, 4, 5, 8, 9, 2, 3, 4, 7, 4, 2, 3, 6, 4, 2, 3, 9, 4, 2, 3, 5], tensors)
check(tensors["prompt_tokens"] == [3] * 5 and tensors["answer_lengths"] == [13, 5, 3, 4, 4], tensors)
check(tensors["question_offsets"] == [0, 2, 5] and tensors["correct"] == [1, 1], tensors)
check(tensors["document_bytes"] == [15, 8, 4, 5, 5], tensors)
scored = score("--metric", "acc")
check(len(scored["losses"]) == 2 and scored["acc"] == 1 - sum(scored["losses"]) / 2 and "acc_norm" in scored, scored)

refused("nowhere.txt", str(folder / "nowhere.txt"))
refused("no documents after the first 0 (1 have nothing to predict)", text_file("one.txt", "the"))
refused("the text is no string", text_file("number.jsonl", '{"text": 5}'))
refused("element 2: is no JSON object", text_file("mixed.json", '[{"text": "the sea"}, 5]'))
refused("line 1: has no 'text'", lines)
refused("line 2: is no JSON", text_file("bad.jsonl", '{"text": "the sea"}\n{"text": \n'))
refused("the answer is 3, but there are 2 choices",
        text_file("wrong.jsonl", json.dumps({"question": "the", "choices": ["sea", "dry"], "answer": 3})))
refused("do not go into one file", sea, questions)
refused("no documents after the first 9", "--skip", "9", sea)
refused("has no token '<bos>'", "--bos", "<bos>", sea)
sys.exit(failures > 0)
