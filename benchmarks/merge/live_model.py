#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a merge into a live model of torch costs: by bouillon's package, by the library, by torch and by mergekit.

    live_model.py --program build/bench/benchmarks/bench_merge [--threads 1] [--runs 9]

8 checkpoints in bf16 with the tensors of a Llama of 110 M parameters are in memory, and are merged into a ninth. The
program does the same in C++ (live_model.cpp). The runs of all alternate. Prints medians of wall and processor time, and
how many of the outputs are not the sum in float64 rounded to nearest; then what suggest and observe take from Python, and
what an empty call takes. requirements.txt has the versions. On one machine, only the ratios of one run mean something.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time

sys.path.pop(0)  # this folder, whose mergekit.py is not the package

import bouillon
import torch

CHECKPOINTS = 8
WEIGHTS = [0.9 / CHECKPOINTS] * CHECKPOINTS


class Llama(torch.nn.Module):
    """Its tensors alone: nothing is computed with them."""

    def __init__(self, hidden=768, inner=2048, vocabulary=32000, layers=12):
        super().__init__()
        shapes = {"embed": (vocabulary, hidden), "norm": (hidden,)}
        for i in range(layers):
            shapes |= {f"{i}_{name}": (hidden, hidden) for name in "qkvo"}
            shapes |= {f"{i}_gate": (inner, hidden), f"{i}_up": (inner, hidden), f"{i}_down": (hidden, inner)}
            shapes |= {f"{i}_norm_{n}": (hidden,) for n in (1, 2)}
        for name, shape in shapes.items():
            self.register_parameter(name, torch.nn.Parameter(torch.randn(shape).bfloat16(), requires_grad=False))


def by_torch(model, checkpoints):
    """As it is written by hand: in float32, rounded once."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            total = torch.zeros_like(parameter, dtype=torch.float32)
            for weight, one in zip(WEIGHTS, checkpoints):
                total.add_(one[name], alpha=weight)
            parameter.copy_(total)


def by_mergekit(model, checkpoints):
    """All tensors in one call, as its documentation has merges in memory."""
    from mergekit.merge_methods.base import TensorGroup
    from mergekit.merge_methods.linear import linear_merge

    parameters = dict(model.named_parameters())
    groups = [TensorGroup.from_tensors([one[name] for one in checkpoints], name=name) for name in parameters]
    with torch.no_grad():
        merged = linear_merge(groups, parameters={"weight": WEIGHTS, "normalize": False})
        for parameter, tensor in zip(parameters.values(), merged):
            parameter.copy_(tensor)


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def by_library(program, threads):
    """Seconds of the C++ program's own measurement: wall, processor."""
    only = f"--benchmark_filter=live_model/checkpoints:{CHECKPOINTS}/threads:{threads}/"
    printed = subprocess.check_output([program, only, "--benchmark_format=json"], stderr=subprocess.DEVNULL)
    run = json.loads(printed)["benchmarks"][0]
    return run["real_time"] / 1e9, run["cpu_time"] / 1e9


def not_nearest(model, checkpoints):
    """Share of the outputs that have a bf16 number nearer to the sum in float64."""
    wrong = total = 0
    for name, parameter in model.named_parameters():
        exact = sum(weight * one[name].double() for weight, one in zip(WEIGHTS, checkpoints))
        error = (parameter.double() - exact).abs()
        bits = parameter.detach().view(torch.int16)
        for step in (-1, 1):
            nearer = ((bits + step).view(torch.bfloat16).double() - exact).abs() < error * (1 - 1e-12)
            wrong += int(nearer.sum())
        total += parameter.numel()
    return wrong / total


def search_overhead(trials=20):
    """Medians, in milliseconds, of a suggestion and an observation at every trial, and of the empty call beside it."""
    search = bouillon.Search(bouillon.Simplex(CHECKPOINTS), budget=trials)
    calls = []
    while not search.done():
        began = time.perf_counter()
        trial = search.suggest()
        weights = trial.merge_weights
        suggested = time.perf_counter()
        search.observe(trial, sum(w * w for w in weights))
        calls.append((suggested - began, time.perf_counter() - suggested))
    began = time.perf_counter()
    for _ in range(1000):
        search.done()  # goes through the same lock and the same conversion
    return [1e3 * statistics.median(column) for column in zip(*calls)] + [time.perf_counter() - began]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="bench_merge")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    model, checkpoints = Llama(), [dict(Llama().state_dict()) for _ in range(CHECKPOINTS)]
    resident = bouillon.hold(checkpoints, threads=arguments.threads)
    systems = {"package": lambda: timed(lambda: resident.merge_into(model, WEIGHTS)),
               "library": lambda: by_library(arguments.program, arguments.threads),
               "torch": lambda: timed(lambda: by_torch(model, checkpoints)),
               "mergekit": lambda: timed(lambda: by_mergekit(model, checkpoints))}
    taken, wrong = {name: [] for name in systems}, {}
    for _ in range(arguments.runs):
        for name, run in systems.items():
            taken[name].append(run())
            if name != "library" and name not in wrong:
                wrong[name] = not_nearest(model, checkpoints)
    of_library = [statistics.median(column) for column in zip(*taken["library"])]
    for name, runs in taken.items():
        wall, cpu = (statistics.median(column) for column in zip(*runs))
        line = f"{name:8} wall {wall:.3f} s ({wall / of_library[0]:.2f})   CPU {cpu:.3f} s ({cpu / of_library[1]:.2f})"
        print(line + (f"   not nearest {100 * wrong[name]:.2g} %" if name in wrong else ""))
    suggest, observe, call = search_overhead()
    print(f"suggest {suggest:.3f} ms, observe {observe:.3f} ms; a call into the library {1e3 * call:.3f} us")


if __name__ == "__main__":
    main()
