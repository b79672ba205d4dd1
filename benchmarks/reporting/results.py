# SPDX-License-Identifier: Apache-2.0
"""The results of benchmarks/results, and what is counted from them."""
import collections
import csv
import functools
import math
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
RATIOS = ROOT / "benchmarks" / "compile_time" / "ratios.csv"
NAMES = {"optuna": "Optuna", "tpe": "Optuna's TPE", "botorch": "BoTorch", "skopt": "scikit-optimize",
         "sobol": "Sobol points", "bayes_opt": "bayes_opt", "random": "random draws", "bouillon_plain": "bouillon, plain"}
FLOOR = 1e-8  # regrets below it count as it
TIE = 0.05  # decades


@functools.cache
def all_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(name, **wanted):
    """The rows of a file of results that have the wanted values."""
    path = RESULTS / f"{name}.csv" if name != "compile_time" else RATIOS
    return [dict(row) for row in all_rows(path) if all(row[key] == str(value) for key, value in wanted.items())]


def one(name, column, **wanted):
    rows = read(name, **wanted)
    assert len(rows) == 1, (name, wanted, len(rows))
    return rows[0][column]


def decades(regret):
    return math.log10(max(float(regret), FLOOR))


@functools.cache
def bbob_runs():
    return {(row["system"], int(row["function"]), int(row["dimension"]), row["instance"]): decades(row["regret"])
            for row in read("bbob")}


def bbob_behind(ours, other, dimension=None, functions=range(1, 25)):
    """By how many decades of regret a system ends behind another, for each run that both have."""
    runs = bbob_runs()
    return [regret - runs[other, *run] for (system, *run), regret in runs.items()
            if system == ours and (other, *run) in runs and dimension in (None, run[1]) and run[0] in functions]


def bbob_counts(*which):
    """(wins, ties, losses)"""
    behind = bbob_behind(*which)
    wins, losses = sum(by < -TIE for by in behind), sum(by > TIE for by in behind)
    return [wins, len(behind) - wins - losses, losses]


def significance(noise, system):
    """Of the test functions that more than 20 seeds of both ran: how many ours is lower on, undecided, higher."""
    rows = [row for row in read("search_regret", noise=noise, system=system) if int(row["seeds"]) > 20]
    marks = collections.Counter(row["bouillon_is_significantly"] for row in rows)
    return [marks["lower"], marks[""], marks["higher"]]
