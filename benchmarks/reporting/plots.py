# SPDX-License-Identifier: Apache-2.0
"""The plots of the documents, plot_NAME each."""
import statistics

from .drawing import Box, Picture, bars, dots, lines, number, power, scale
from .results import NAMES, decades, read
from .tables import compile_rows, inputs_name, scoring_ratios

CLASSES = {"skopt": "cma", "random": "other", "sobol": "other", "sweep": "other", "bouillon_before": "other",
           "mergekit": "optuna", "bouillon_plain": "cma"}


def plot_weighted_sum():
    types = [("f32", "bouillon", "circle"), ("bf16", "optuna", "square"), ("f16", "botorch", "triangle")]
    picture = Picture("weighted_sum", "Weighted sum of K inputs: its speed as a share of a copy's", 300)
    picture.legend([*types, ("plain loop, f32", "other", "diamond")])
    for column, threads in enumerate((1, 2)):
        series = [(kind, shape, [(int(row["inputs"]), float(row["share_of_memcpy"])) for row in
                                 read("weighted_sum", backend="xtensor", type=type_, build="portable OpenMP",
                                      threads=threads)]) for type_, kind, shape in types]
        loop = [(int(row["inputs"]), float(row["share_of_memcpy"])) for row in
                read("weighted_sum", backend="plain loop", type="f32", build="portable OpenMP", threads=threads)]
        lines(picture, Box(56 + 420 * column, 84, 360, 170), "one thread" if threads == 1 else "two threads",
              series + ([("other", "diamond", loop)] if loop else []), [2, 4, 8, 16],
              [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5], x_name=inputs_name, aim=[(2, 0.95), (8, 0.95), (16, 0.85)])
    return picture


def plot_merge_disk():
    picture = Picture("merge_disk", "Merging files: beside mergekit, and beside reading and then writing", 280)
    at = scale(0.5, 100, 130, 390, log=True)
    rows = [(f"{row['type']}, {row['system']}", float(row["wall_s"]), CLASSES.get(row["system"], row["system"]), None,
             f"{row['wall_s']} s") for row in read("mergekit")]
    bars(picture, Box(130, 66, 260, 170), "four checkpoints of 1 GB, seconds by the clock", rows, at, [0.5, 1, 10, 100],
         step=40)
    cases = [("in the cache, twin through the cache", "optuna", "square"),
             ("in the cache, twin around the cache", "bouillon", "circle"),
             ("not in the cache, twin around the cache", "botorch", "triangle")]
    series = [(kind, shape, [(int(row["inputs"]), float(row["value"])) for row in
                             read("merge_disk", case=case, quantity="twin_over_merge") if "load" not in row["machine"]])
              for case, kind, shape in cases]
    lines(picture, Box(500, 66, 340, 120), "time of reading, then writing, over the merge's", series, [2, 4, 8],
          [0, 2, 4, 6], x_name=inputs_name, aim=[(2, 0.8), (8, 0.8)])
    for index, (case, kind, shape) in enumerate(cases):
        picture.legend([(case, kind, shape)], 230 + 17 * index, 500)
    return picture


def plot_scoring():
    ratios = scoring_ratios()
    parts = [("times PyTorch's rate: more is better", [row for row in ratios if row[3]]),
             ("processor time beside another way: less is better", [row for row in ratios if not row[3]])]
    picture = Picture("scoring", "Scoring on one thread: ratios, and their aims (red)", 330)
    top = 62
    for title, rows in parts:
        at = scale(0, 2.5, 210, 800)
        bars(picture, Box(210, top, 590, 0), title, [(what, float(ratio), "bouillon", float(aim), ratio)
                                                     for what, ratio, aim, _ in rows], at, [0, 0.5, 1, 1.5, 2, 2.5])
        top += 24 * len(rows) + 52
    return picture


def plot_compile_time():
    kinds = {"headers": ("headers alone", "other"), "library": ("with the library", "cma"),
             "libraries": ("with both", "bouillon")}
    rows = [(f"{row['name'].strip('`')}, {kinds[row['definitions']][0]}", float(row["ratio"]),
             kinds[row["definitions"]][1], float(row["aim"]) if row["aim"] else None, row["ratio"])
            for row in compile_rows()]
    picture = Picture("compile_time", "Compile time as a ratio to parsing JSON with nlohmann/json; aims in red",
                      76 + 22 * len(rows))
    bars(picture, Box(260, 46, 560, 0), "", rows, scale(0, 16, 260, 820), [0, 2, 4, 6, 8, 10, 12, 14, 16], step=22)
    return picture


def plot_search_regret():
    systems = [("bouillon", "bouillon", "circle"), ("optuna", "optuna", "square"), ("botorch", "botorch", "triangle"),
               ("sobol", "other", "diamond")]
    functions = list(dict.fromkeys(row["function"] for row in read("search_regret", noise="0")))
    picture = Picture("search_regret", "Search on test functions: median regret at the end (0 counts as 1e-14)",
                      110 + 19 * len(functions))
    picture.legend([(NAMES.get(system, system), kind, shape) for system, kind, shape in systems])
    for column, (noise, title) in enumerate((("0", "without noise"), ("0.05", "noise of 5 %"))):
        left = 140 + 400 * column
        medians = {(row["function"], row["system"]): max(float(row["median"]), 1e-14)
                   for row in read("search_regret", noise=noise)}
        rows = [(function, [(medians[function, system], kind, shape) for system, kind, shape in systems
                            if (function, system) in medians]) for function in functions]
        ticks = [1e-14, 1e-10, 1e-6, 1e-2, 1e2, 1e6] if noise == "0" else [1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6]
        dots(picture, Box(left, 76, 300, 0), title, rows, scale(ticks[0], ticks[-1], left, left + 300, log=True),
             ticks, power, labels=column == 0)
    return picture


def plot_search_out():
    systems = [("bouillon", "bouillon", "circle"), ("botorch", "botorch", "triangle"), ("optuna", "optuna", "square"),
               ("tpe", "cma", "diamond")]

    def seeds(system):
        numbers = [int(row["seeds"]) for row in read("search_out", noise="0", system=system)]
        return " to ".join(map(str, sorted({min(numbers), max(numbers)})))

    picture = Picture("search_out", "Several trials out: median regret of 60 trials, without noise", 300)
    picture.legend([(f"{NAMES.get(system, system)}, {seeds(system)} seeds", kind, shape)
                    for system, kind, shape in systems])
    functions = [("hartmann6", -4), ("simplex8_face", -7), ("simplex8_centre", -5)]
    for column, (function, lowest) in enumerate(functions):
        series = []
        for system, kind, shape in systems:
            rows = read("search_out", noise="0", function=function, system=system)
            series.append((kind, shape, [(int(row["out"]), decades(row["median"])) for row in rows]))
        lines(picture, Box(60 + 274 * column, 84, 220, 170), function, [one for one in series if one[2]], [1, 2, 4, 8],
              list(range(lowest, 2)), x_name="{} out".format, y_name="1e{}".format)
    return picture


def plot_bbob():
    systems = [("bouillon", "bouillon", "circle"), ("optuna", "optuna", "square"), ("cma", "cma", "triangle"),
               ("sobol", "other", "diamond")]
    columns = {25: "regret_quarter", 50: "regret_half", 75: "regret_three_quarters", 100: "regret"}
    picture = Picture("bbob", "BBOB: median log10 regret of all functions against the share of the budget", 300)
    picture.legend([(NAMES.get(system, system), kind, shape) for system, kind, shape in systems])
    for column, dimension in enumerate((2, 3, 5, 10)):
        series = []
        for system, kind, shape in systems:
            rows = read("bbob", system=system, dimension=dimension)
            rows = [row for row in rows if dimension != 10 or row["instance"] == "1"]
            series.append((kind, shape, [(share, statistics.median(decades(row[name]) for row in rows))
                                         for share, name in columns.items()]))
        lines(picture, Box(44 + 206 * column, 84, 172, 170), f"{dimension} dimensions", series, list(columns),
              [0, 0.5, 1, 1.5, 2, 2.5], x_name="{} %".format)
    return picture


def plot_real_merges():
    systems = [("bouillon", "bouillon", "circle"), ("bouillon_plain", "cma", "square"),
               ("botorch", "botorch", "diamond"), ("optuna", "optuna", "triangle"), ("random", "other", "bar")]
    rows = read("real_merges")
    picture = Picture("real_merges", "Real merges: median trials to within 0.002 nats of the lowest loss known", 224)
    picture.legend([(NAMES.get(system, system), kind, shape) for system, kind, shape in systems])
    found = {(row["task"], row["system"]): 45 if row["median_trials"] == "never" else int(row["median_trials"])
             for row in rows}
    tasks = [(task, [(found[task, system], kind, shape) for system, kind, shape in systems if (task, system) in found])
             for task in dict.fromkeys(row["task"] for row in rows)]
    dots(picture, Box(120, 58, 700, 0), "", tasks, scale(0, 45, 120, 820), [0, 10, 20, 30, 40, 45],
         lambda tick: "never" if tick == 45 else number(tick), step=23)
    return picture


def plot_trial():
    picture = Picture("trial", "A trial: milliseconds of its steps", 166)
    rows = [(row["step"], float(row["milliseconds"]), "other" if row["step"] == "score" else "bouillon", None,
             f"{row['milliseconds']} ms") for row in read("trial")]
    bars(picture, Box(120, 42, 600, 0), "", rows, scale(1e-3, 1e3, 120, 740, log=True),
         [1e-3, 1e-2, 1e-1, 1, 10, 100, 1000])
    return picture
