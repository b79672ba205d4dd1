#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tables of a run of bench_tensor: the shares of the copy's bytes per second, and what a candidate costs.

    bench_tensor --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true --benchmark_out=run.json
    shares.py run.json

Medians over the repetitions; the copy is that of as many threads in the same run. One thread is timed by its processor
time and two by the clock: what else runs on the machine lengthens the latter.
"""
import json
import re
import statistics
import sys


def medians(path, figure):
    """{name: median of a figure over the repetitions}"""
    values = {}
    with open(path, encoding="utf-8") as file:
        for run in json.load(file)["benchmarks"]:
            if run["run_type"] == "iteration" and figure in run:
                by_clock = "/threads:2" in run["run_name"]
                rate = run[figure] * (1 if by_clock else run["real_time"] / run["cpu_time"])
                values.setdefault(run["run_name"].removesuffix("/real_time"), []).append(rate)
    return {name: statistics.median(of) for name, of in values.items()}


def argument(name, key):
    found = re.search(rf"/{key}:(\d+)", name)
    return int(found.group(1)) if found else None


def print_shares(speeds):
    copies = {threads: speeds[name] for threads in (1, 2) if (name := f"copy/threads:{threads}") in speeds}
    rows = {}
    for name, speed in speeds.items():
        threads = argument(name, "threads") or 1
        if name.startswith("candidates") or name == f"copy/threads:{threads}":
            continue
        if threads not in copies:
            sys.exit(f"{name} has no copy of as many threads beside it: --benchmark_filter must keep copy/threads:{threads}")
        row = rows.setdefault(f"{name.split('/')[0].replace('dtype::', '')}, {threads} thread{'s'[: threads - 1]}", {})
        row[argument(name, "inputs")] = speed / copies[threads]
    print("copy: " + ", ".join(f"{speed / 1e9:.1f} GB/s on {threads}" for threads, speed in copies.items()))
    print("\n| | K = 2 | K = 4 | K = 8 | K = 16 |\n|---|---|---|---|---|")
    for title, row in rows.items():
        cells = [f"{row[None]:.2f}"] * 4 if None in row else [f"{row[k]:.2f}" if k in row else "" for k in (2, 4, 8, 16)]
        print(f"| {title} | " + " | ".join(cells) + " |")


def print_candidates(rates):
    print("\n| a candidate of 4, its cost over that of one alone | K = 8 | K = 16 |\n|---|---|---|")
    rows = {}
    for name, rate in rates.items():
        if name.startswith("candidates") and argument(name, "candidates") == 4:
            title = f"{name.split('/')[0].replace('dtype::', '')}, {argument(name, 'threads')}"
            alone = rates.get(name.replace("candidates:4", "candidates:1"))
            if alone:
                rows.setdefault(title, {})[argument(name, "inputs")] = alone / rate
    for title, row in rows.items():
        cells = [f"{row[k]:.2f}" if k in row else "" for k in (8, 16)]
        print(f"| {title} thread(s) | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    print_shares(medians(sys.argv[1], "bytes_per_second"))
    print_candidates(medians(sys.argv[1], "items_per_second"))
