#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Merges the same four checkpoints with bouillon and with mergekit's linear method, and compares what it took.

    mergekit.py --program build/release/bouillon --folder FOLDER [--size 1e9] [--runs 5] [--types bfloat16,float32]

Makes synthetic Hugging Face directories of a Llama's shapes in FOLDER, SIZE bytes each, and removes them; FOLDER needs
room for six. The runs of both alternate, with the inputs in the system's cache. Prints a line a type and tool: medians
of wall time and CPU time, the largest resident memory, and how many outputs are not the sum in float64 rounded to
nearest. requirements.txt has the versions. On one machine, only the ratios of one run mean something.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

WEIGHTS = [0.1, 0.2, 0.3, 0.4]  # none of them a bf16 number


def shapes(size):
    """Tensors of a Llama of about `size` elements: name -> shape."""
    hidden, inner, vocabulary = 2048, 5632, 32000
    layer = {"input_layernorm": (hidden,), "post_attention_layernorm": (hidden,)}
    layer |= {f"self_attn.{part}_proj": (hidden, hidden) for part in "qkvo"}
    layer |= {"mlp.gate_proj": (inner, hidden), "mlp.up_proj": (inner, hidden), "mlp.down_proj": (hidden, inner)}
    tensors = {"model.embed_tokens.weight": (vocabulary, hidden), "lm_head.weight": (vocabulary, hidden),
               "model.norm.weight": (hidden,)}
    per_layer = sum(int(np.prod(shape)) for shape in layer.values())
    layers = max(1, round((size - 2 * vocabulary * hidden) / per_layer))
    for i in range(layers):
        tensors |= {f"model.layers.{i}.{name}.weight": shape for name, shape in layer.items()}
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": hidden,
              "intermediate_size": inner, "num_hidden_layers": layers, "num_attention_heads": 16,
              "num_key_value_heads": 16, "vocab_size": vocabulary, "rms_norm_eps": 1e-5,
              "tie_word_embeddings": False, "max_position_embeddings": 2048, "hidden_act": "silu"}
    return tensors, config


def make_checkpoints(folder, name, size):
    """Neighbours on a trajectory: one random model, and a small random step from each to the next."""
    dtype = getattr(torch, name)
    tensors, config = shapes(size / dtype.itemsize)
    generator = torch.Generator().manual_seed(1)
    model = {name: torch.randn(shape, generator=generator) * 0.02 for name, shape in tensors.items()}
    folders = []
    for k in range(len(WEIGHTS)):
        folders.append(folder / f"step-{k + 1}")
        folders[-1].mkdir(parents=True)
        save_file({key: value.to(dtype) for key, value in model.items()}, folders[-1] / "model.safetensors",
                  {"format": "pt"})
        (folders[-1] / "config.json").write_text(json.dumps(config | {"torch_dtype": name}, indent=2))
        for value in model.values():
            value += torch.randn(value.shape, generator=generator) * 0.002
    return folders


# Measures from a small process: the memory of the one that starts a program counts as the program's before it runs.
LAUNCHER = """
import json, os, resource, subprocess, sys, time
start = time.monotonic()
status = subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], "wb"), stderr=subprocess.STDOUT).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([status, time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def run(command, log):
    """Wall seconds, CPU seconds and the largest resident MiB of a command."""
    launcher = [sys.executable, "-S", "-c", LAUNCHER, log, *command]
    status, *taken = json.loads(subprocess.check_output([str(word) for word in launcher]))
    if status != 0:
        sys.exit(f"{command[0]} ended with {status}:\n{pathlib.Path(log).read_text()[-2000:]}")
    return taken


def recipe(folders, name):
    lines = ["merge_method: linear", f"dtype: {name}", "parameters:", "  normalize: false", "models:"]
    for folder, weight in zip(folders, WEIGHTS):
        lines += [f"  - model: {folder}", "    parameters:", f"      weight: {weight}"]
    return "\n".join(lines) + "\n"


def numbers(file, key, name):
    """A tensor's values in float64 and its bits."""
    tensor = file.get_tensor(key).flatten()
    bits = tensor.view(torch.int16 if name == "bfloat16" else torch.int32).numpy()
    return tensor.to(torch.float64).numpy(), bits


def value_of(bits, name):
    return torch.from_numpy(bits).view(getattr(torch, name)).to(torch.float64).numpy()


def not_rounded(inputs, output, name):
    """How many outputs have a neighbour of their type nearer to the sum in float64; and how many outputs there are.
    Of two as near as float64 can tell, either will do."""
    files = [safe_open(folder / "model.safetensors", "pt") for folder in inputs]
    shards = [safe_open(path, "pt") for path in sorted(output.glob("*.safetensors"))]
    wrong = total = 0
    for shard in shards:
        for key in shard.keys():
            value, bits = numbers(shard, key, name)
            exact = sum(weight * numbers(file, key, name)[0] for weight, file in zip(WEIGHTS, files))
            error = np.abs(value - exact) - 1e-12 * np.abs(exact)
            nearer = np.zeros(len(value), bool)
            for step in (-1, 1):
                nearer |= np.abs(value_of(bits + bits.dtype.type(step), name) - exact) < error
            wrong += int(nearer.sum())
            total += len(value)
    return wrong, total


def cache(folders):
    for folder in folders:
        with open(folder / "model.safetensors", "rb") as file:
            while file.read(1 << 24):
                pass


def compare(arguments, name):
    folder = arguments.folder / name
    inputs = make_checkpoints(folder, name, arguments.size)
    (folder / "recipe.yml").write_text(recipe(inputs, name))
    outputs = {"bouillon": folder / "by-bouillon", "mergekit": folder / "by-mergekit"}
    merged = [f"{path}:{weight}" for path, weight in zip(inputs, WEIGHTS)]
    commands = {
        "bouillon": [arguments.program, "merge", *merged, "--out", outputs["bouillon"]],
        "mergekit": [arguments.mergekit, folder / "recipe.yml", outputs["mergekit"], "--no-copy-tokenizer"],
    }
    taken = {tool: [] for tool in commands}
    for _ in range(arguments.runs):
        for tool, command in commands.items():
            shutil.rmtree(outputs[tool], ignore_errors=True)
            cache(inputs)
            os.sync()
            taken[tool].append(run(command, folder / "log"))
    for tool, runs in taken.items():
        wall, cpu, _ = (statistics.median(column) for column in zip(*runs))
        wrong, total = not_rounded(inputs, outputs[tool], name)
        print(f"{name:9} {tool:9} wall {wall:7.2f} s   CPU {cpu:7.2f} s   peak {max(r[2] for r in runs):7.0f} MiB   "
              f"not rounded to nearest {wrong} of {total} ({100 * wrong / total:.2g} %)", flush=True)
    shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, required=True, help="bouillon")
    parser.add_argument("--mergekit", type=pathlib.Path, default=pathlib.Path(sys.executable).parent / "mergekit-yaml")
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="for the checkpoints; need not exist")
    parser.add_argument("--size", type=float, default=1e9, help="bytes of a checkpoint")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--types", default="bfloat16,float32")
    arguments = parser.parse_args()
    for name in arguments.types.split(","):
        compare(arguments, name)


if __name__ == "__main__":
    main()
