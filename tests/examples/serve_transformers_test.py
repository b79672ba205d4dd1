# SPDX-License-Identifier: Apache-2.0
"""Compares the losses of examples/serve_transformers.py, over its protocol, with those of the bouillon program.

usage: serve_transformers_test.py SERVE_TRANSFORMERS_PY BOUILLON EXAMPLE_DATA

Exit status: 0 they agree; 1 they do not; 77 a package that serve_transformers.py needs is not installed.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import torch
    import transformers
    from safetensors.torch import load_file, save_file
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

script, program, data = sys.argv[1:]
data = pathlib.Path(data)
folder = pathlib.Path(tempfile.mkdtemp())
older, newer = data / "step-02280", data / "step-02400"
failures = 0


def check(holds, what):
    global failures
    if not holds:
        failures += 1
        print("FAILED:", what)


class Server:
    """serve_transformers.py while it runs; a line that is no answer fails in json."""

    def __init__(self, *arguments, **variables):
        self.process = subprocess.Popen(
            [sys.executable, script, *map(str, arguments), "--device", "cpu"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=(folder / "log").open("w"), text=True, env={**os.environ, **variables})

    def ask(self, checkpoint, documents=None, **more):
        request = {"trial": 1, "name": "trial-1", "checkpoint": str(checkpoint), **more}
        if documents is not None:
            request["documents"] = documents
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        check(line != "", f"no answer: {(folder / 'log').read_text()}")
        return json.loads(line or "{}")

    def end(self):
        self.process.stdin.close()
        check(self.process.wait() == 0 and self.process.stdout.read() == "", "ends with its input, and says no more")
        return (folder / "log").read_text()


def program_losses(checkpoint, held_out, *options):
    ended = subprocess.run([program, "score", checkpoint, "--held-out", held_out, "--json", "--losses", *options],
                           capture_output=True, text=True)
    check(ended.returncode == 0, ended.stderr)
    return json.loads(ended.stdout)["losses"]


def check_losses(answer, expected, what):
    losses = answer.get("losses", [])
    check(len(losses) == len(expected) and all(abs(a - b) < 1e-5 for a, b in zip(losses, expected)),
          f"{what}: {answer}, not {expected}")


def check_error(answer, *words):
    check(all(word in answer.get("error", "") for word in words), f"{answer} has not {words}")


def changed(name, change):
    """A copy of a checkpoint whose tensors were changed."""
    shutil.copytree(newer, folder / name)
    tensors = load_file(folder / name / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / name / "model.safetensors")
    return folder / name


def write_held_out(name, documents, prompts):
    offsets = torch.tensor([0] + [len(document) for document in documents]).cumsum(0)
    save_file({"tokens": torch.cat(documents), "document_offsets": offsets, "prompt_tokens": torch.tensor(prompts)},
              folder / name)
    return folder / name


# Two checkpoints in turn, some documents; what a library prints is no answer.
(folder / "sitecustomize.py").write_text(
    "import os, time\nclock = time.perf_counter\n"
    "time.perf_counter = lambda: (print('noise', flush=True), os.write(1, b'noise\\n'), clock())[2]\n")
held_out = data / "search.safetensors"
expected = {path: program_losses(path, held_out) for path in (older, newer)}
server = Server(held_out, PYTHONPATH=str(folder))
for path, documents in ((older, [5, 0, 7]), (newer, [5, 0, 7]), (newer, [47]), (older, [1]), (newer, [3, 3])):
    check_losses(server.ask(path, documents), [expected[path][number] for number in documents], f"{path} {documents}")

# What fails, fails by itself.
norm = "model.norm.weight"
check_error(server.ask(newer, [48]), "document 48 is asked for", "has 48")
check_error(server.ask(folder / "nowhere", [0]), "nowhere/model.safetensors is not there")
check_error(server.ask(changed("lacking", lambda tensors: tensors.pop(norm)), [0]), "lacking lacks the tensors " + norm)
check_error(server.ask(changed("more", lambda tensors: tensors.update(extra=tensors[norm].clone())), [0]),
            "more has tensors that the model has not: extra")
check_error(server.ask(changed("shape", lambda tensors: tensors.update({norm: torch.ones(95)})), [0]),
            f"tensor {norm} has the shape [95], but [96]")
check_error(server.ask(changed("nan", lambda tensors: tensors[norm].fill_(float("nan"))), [2]),
            "document 2 has the loss nan")
check_losses(server.ask(newer, [2], trial=None, name="baseline-2"), [expected[newer][2]], "after failures")
log = server.end()
check("noise" in log and "baseline-2: loaded in" in log, "the log has what was printed, and times")

# Prompts, long and short documents, windows: all documents of a file, and a checkpoint that is a file.
tokens = load_file(held_out)["tokens"]
prompted = write_held_out("prompted.safetensors", [tokens[:n] for n in (2, 40, 300, 600, 257)], [1, 10, 5, 280, 256])
for options in ((), ("--window", "100")):
    server = Server(prompted, *options, "--config", newer, "--tokens", 300)
    check_losses(server.ask(newer / "model.safetensors"), program_losses(newer, prompted, *options), options)
    server.end()

# A fit of no kind is refused; a model may be tied, in shards, of experts that transformers puts together.
server = Server(held_out)
check_error(server.ask(folder / "lacking", [0]), "missing tensors " + norm)
check_losses(server.ask(newer, [4]), [expected[newer][4]], "after a first that does not fit")
server.end()
shared = dict(vocab_size=1024, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.3, pad_token_id=None)
short = write_held_out("short.safetensors", [tokens[:50], tokens[50:200]], [1, 1])
for config, anew in ((transformers.LlamaConfig(tie_word_embeddings=True, **shared), False),
                     (transformers.OlmoeConfig(num_experts=4, num_experts_per_tok=2, **shared), None)):
    server = Server(short)
    for seed in (1, 2, 1):
        torch.manual_seed(seed)
        path = folder / f"{config.model_type}-{seed}"
        transformers.AutoModelForCausalLM.from_config(config).save_pretrained(path, max_shard_size="100KB")
        check_losses(server.ask(path), program_losses(path, short), path)
    log = server.end()
    check(anew is None or anew == ("loaded from the beginning" in log), log)

# Files that are no documents are told before any request.
for name, tensors, words in (("empty", {}, "has no tokens"), ("questions", {
        "tokens": tokens, "document_offsets": torch.tensor([0, 1]), "question_offsets": torch.tensor([0, 1])},
        "has questions, not documents")):
    save_file(tensors, folder / name)
    ended = subprocess.run([sys.executable, script, folder / name], capture_output=True, text=True, input="")
    check(ended.returncode == 2 and words in ended.stderr and ended.stdout == "", f"{name}: {ended.stderr}")

print(f"{failures} failures")
shutil.rmtree(folder)
sys.exit(failures > 0)
