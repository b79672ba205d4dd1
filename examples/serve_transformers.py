#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores merges with a model of Hugging Face transformers that stays loaded, for "bouillon search --serve".

    bouillon search run --jobs 4 \\
        --serve 'CUDA_VISIBLE_DEVICES={slot} python3 serve_transformers.py held_out.safetensors'

Each line of standard input is a request, and each line of standard output its answer:

    {"name": "trial-3", "checkpoint": "/dev/shm/merged", "documents": [0, 5]}      {"losses": [2.51, 2.73]}
    {"name": "trial-4", "checkpoint": "/dev/shm/missing"}                          {"error": "..."}

Without "documents" all are scored. A loss is the mean over a document's predicted tokens, in nats. HELD_OUT is a file
that make_held_out.py wrote, of documents. The first checkpoint is loaded as transformers does it. Of all others the
tensors are copied into that model, whose names and shapes they must have. Standard error has the time of each.

Needs torch, transformers 4.56 or newer, and safetensors. Exit status: 0 at the end of standard input; 2 bad usage.
"""
import argparse
import json
import os
import pathlib
import sys
import time
import traceback
from typing import NamedTuple


class InputError(Exception):
    pass


def import_packages():
    """Late: what they print meanwhile must not stand among the answers."""
    global safe_open, torch, transformers
    try:
        import torch
        import transformers
        from safetensors import safe_open
    except ImportError as missing:
        print(f"serve_transformers.py: {missing}: pip install torch transformers safetensors", file=sys.stderr)
        sys.exit(2)


def weight_files(checkpoint):
    """The safetensors files of a checkpoint, which may be one itself."""
    if checkpoint.is_file():
        return [checkpoint]
    index = checkpoint / "model.safetensors.index.json"
    if index.is_file():
        return [checkpoint / shard for shard in sorted(set(json.loads(index.read_text())["weight_map"].values()))]
    return [checkpoint / "model.safetensors"]


def read_tensors(checkpoint):
    """(name, tensor) of a checkpoint, each mapped from its file and not yet read."""
    for path in weight_files(checkpoint):
        if not path.is_file():
            raise InputError(f"{path} is not there")
        with safe_open(path, framework="pt") as file:
            for name in file.keys():
                yield name, file.get_tensor(name)


def require_none(what, names):
    if names:
        names = sorted(map(str, names))
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        raise InputError(f"{what} {', '.join(names[:3])}{more}")


class ResidentModel:
    """A model of transformers that takes one checkpoint's tensors after another."""

    def __init__(self, device, dtype, config):
        self.device, self.dtype, self.config = device, dtype, config
        self.model = self.loaded = None
        self.names = set()  # of the tensors in a checkpoint's files
        self.places = {}    # name in the files -> the model's own tensor; of tied ones only the first is copied

    def load(self, checkpoint):
        if checkpoint == self.loaded:
            return
        self.loaded = None  # until all of it is there
        if self.places:
            self.copy(checkpoint)
        else:
            self.load_anew(checkpoint)
        self.loaded = checkpoint

    def load_anew(self, checkpoint):
        """By transformers itself, which knows how a model's tensors are named and put together in files."""
        self.model = None  # first, so that there is room for another
        tensors = dict(read_tensors(checkpoint))
        config = transformers.AutoConfig.from_pretrained(self.config or checkpoint)
        if type(config) not in transformers.MODEL_FOR_CAUSAL_LM_MAPPING:
            raise InputError(f"{checkpoint}: transformers has no causal language model of type {config.model_type}")
        model, found = transformers.MODEL_FOR_CAUSAL_LM_MAPPING[type(config)].from_pretrained(
            None, config=config, state_dict=tensors, dtype=self.dtype, output_loading_info=True)
        for key in ("missing", "unexpected", "mismatched"):
            require_none(f"{checkpoint} does not fit its config.json: {key} tensors", found[f"{key}_keys"])
        self.model = model.to(self.device).eval()
        for tensor in (*model.parameters(), *model.buffers()):
            tensor.data = tensor.data.clone()  # transformers may have left it in the file, which will go
        own, first = model.state_dict(), {}
        for name in sorted(own.keys() & tensors.keys()):
            first.setdefault(own[name].data_ptr(), name)
        if all(tensor.data_ptr() in first for tensor in own.values()):
            self.names = set(tensors)
            self.places = {name: own[name] for name in first.values()}
        else:
            print("serve_transformers.py: the model's tensors are not those of the files, as experts that are put "
                  "together: each merge is loaded from the beginning", file=sys.stderr)

    def copy(self, checkpoint):
        names = set()
        for name, tensor in read_tensors(checkpoint):
            names.add(name)
            place = self.places.get(name)
            if place is None:
                continue
            if place.shape != tensor.shape:
                raise InputError(f"{checkpoint}: tensor {name} has the shape {list(tensor.shape)}, "
                                 f"but {list(place.shape)} in the model")
            place.copy_(tensor)
        require_none(f"{checkpoint} lacks the tensors", self.names - names)
        require_none(f"{checkpoint} has tensors that the model has not:", names - self.names)


class Window(NamedTuple):
    """Tokens [begin, end) are fed, and [first, end] predicted."""
    document: int
    begin: int
    first: int
    end: int


def cut(document, begin, end, prompt, length):
    """A document's windows, as docs/file-formats.md has them: of a long prompt only what fits before its targets."""
    targets = end - begin - prompt
    fed = -(-targets // length) * length
    for start in range(end - 1 - min(fed, end - begin - 1), end - 1, length):
        yield Window(document, start, max(start + 1, begin + prompt), min(start + length, end - 1))


def batches(windows, most):
    """Windows of like length, together at most so many tokens when the shorter ones are filled up."""
    batch = []
    for window in sorted(windows, key=lambda window: window.begin - window.end):
        if batch and (len(batch) + 1) * (batch[0].end - batch[0].begin) > most:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


class HeldOut:
    """Documents, and how a model's losses on them are measured."""

    def __init__(self, path, device, window, most):
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        if not {"tokens", "document_offsets"} <= tensors.keys():
            raise InputError(f"{path} has no tokens or no document_offsets")
        if "question_offsets" in tensors:
            raise InputError(f"{path} has questions, not documents; bouillon scores them by --held-out")
        self.path, self.window, self.most = path, window, most
        self.tokens = tensors["tokens"].long().to(device)
        self.offsets = tensors["document_offsets"].tolist()
        self.size = len(self.offsets) - 1
        self.prompts = tensors["prompt_tokens"].tolist() if "prompt_tokens" in tensors else [1] * self.size

    def losses(self, model, numbers):
        """(numbers), the mean loss of each of these documents, nats per token."""
        for number in numbers:
            if number not in range(self.size):
                raise InputError(f"document {number} is asked for, but {self.path} has {self.size}")
        vocabulary = model.get_input_embeddings().num_embeddings
        if self.tokens.max() >= vocabulary:
            raise InputError(f"{self.path} has the token {self.tokens.max()}, but the model knows {vocabulary}")
        length = self.window or min(getattr(model.config.get_text_config(), "max_position_embeddings", 4096), 4096)
        windows = [window for place, number in enumerate(numbers) for window in cut(
            place, self.offsets[number], self.offsets[number + 1], self.prompts[number], length)]
        sums = torch.zeros(len(numbers), dtype=torch.float64, device=self.tokens.device)
        for batch in batches(windows, self.most):
            self.add_batch(model, batch, sums)
        losses = [loss / (self.offsets[number + 1] - self.offsets[number] - self.prompts[number])
                  for number, loss in zip(numbers, sums.tolist())]
        for number, loss in zip(numbers, losses):
            if loss - loss != 0:  # JSON has no such numbers
                raise InputError(f"document {number} has the loss {loss}")
        return losses

    def add_batch(self, model, batch, sums):
        fed = self.tokens.new_zeros(len(batch), batch[0].end - batch[0].begin)
        for row, (_, begin, _, end) in enumerate(batch):
            fed[row, :end - begin] = self.tokens[begin:end]  # what fills it up comes after, where nothing looks
        logits = model(input_ids=fed, use_cache=False).logits
        for row, (document, begin, first, end) in enumerate(batch):
            losses = torch.nn.functional.cross_entropy(logits[row, first - 1 - begin:end - begin].float(),
                                                       self.tokens[first:end + 1], reduction="none")
            sums[document] += losses.double().sum()


def serve(requests, answers, score, check_device):
    """Answers each line; a failure is the answer to one, and the server stays."""
    for line in requests:
        try:
            request = json.loads(line)
            documents = request.get("documents")
            answer = {"losses": score(request.get("name", ""), pathlib.Path(request["checkpoint"]), documents)}
        except InputError as problem:
            answer = {"error": str(problem)}
        except Exception as problem:
            traceback.print_exc()
            answer = {"error": f"{type(problem).__name__}: {problem}"}
            check_device()  # ends the server where the device is lost, which would fail every other merge too
        print(json.dumps(answer), file=answers, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    positive = lambda text: int(text) if int(text) > 0 else parser.error(f"{text} is not above 0")
    parser.add_argument("held_out", metavar="HELD_OUT", type=pathlib.Path)
    parser.add_argument("--device", help="as torch names it (default: cuda where there is one, else cpu)")
    parser.add_argument("--dtype", choices=["auto", "float32", "bfloat16", "float16"],
                        help="that the model runs in; auto: the checkpoint's (default: float32 on a cpu, else auto)")
    parser.add_argument("--tokens", type=positive, default=8192, metavar="N",
                        help="that go through the model at once; fewer need less memory (default: %(default)s)")
    parser.add_argument("--window", type=positive, metavar="N",
                        help="cut documents every N tokens (default: the model's context, but no more than 4096)")
    parser.add_argument("--config", type=pathlib.Path, metavar="DIR",
                        help="where config.json is, for checkpoints that are single files")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints goes to standard error
    import_packages()
    transformers.utils.logging.disable_progress_bar()
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    dtype = arguments.dtype or ("float32" if device == "cpu" else "auto")
    resident = ResidentModel(device, dtype if dtype == "auto" else getattr(torch, dtype), arguments.config)
    try:
        held_out = HeldOut(arguments.held_out, device, arguments.window, arguments.tokens)
    except Exception as problem:
        print(f"serve_transformers.py: {problem}", file=sys.stderr)
        return 2

    def score(name, checkpoint, documents):
        began = time.perf_counter()
        resident.load(checkpoint)
        loaded = time.perf_counter()
        losses = held_out.losses(resident.model, range(held_out.size) if documents is None else documents)
        print(f"{name}: loaded in {loaded - began:.3f} s, {len(losses)} documents scored in "
              f"{time.perf_counter() - loaded:.3f} s", file=sys.stderr, flush=True)
        return losses

    with torch.inference_mode():
        serve(sys.stdin, answers, score, check_device=lambda: torch.zeros(1, device=device).item())
    return 0


if __name__ == "__main__":
    sys.exit(main())
