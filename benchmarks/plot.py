#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the plots and writes the tables and figures of the documents from benchmarks/results/*.csv.

    plot.py            writes docs/pictures/benchmarks/*.svg and what is marked in README.md and docs/**/*.md
    plot.py --check    fails where one of them is not what the results say

A table is marked by a line <!-- table: NAME --> before it; NAME is that of a function below, table_NAME. A figure
within a sentence is marked by <!--=NAME--> right behind it; figures() has the names.
"""
import argparse
import collections
import csv
import functools
import math
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
RATIOS = ROOT / "benchmarks" / "compile_time" / "ratios.csv"
PICTURES = ROOT / "docs" / "pictures" / "benchmarks"
COLOURS = {  # class: (on light, on dark)
    "bouillon": ("#0b5cad", "#58a6ff"), "optuna": ("#c2410c", "#f0883e"), "botorch": ("#7e22ce", "#c297ff"),
    "cma": ("#15803d", "#56d364"), "other": ("#6b7280", "#a0a8b3"), "ink": ("#1f2328", "#e6edf3"),
    "grid": ("#d8dee4", "#30363d"), "aim": ("#b91c1c", "#ff7b72")}
PAPER = ("#ffffff", "#0d1117")
CLASSES = {"skopt": "cma", "random": "other", "sobol": "other", "sweep": "other", "bouillon_before": "other",
           "mergekit": "optuna", "bouillon_plain": "cma"}
NAMES = {"optuna": "Optuna", "botorch": "BoTorch", "skopt": "scikit-optimize", "sobol": "Sobol points",
         "bayes_opt": "bayes_opt", "random": "random draws", "bouillon_plain": "bouillon, plain"}
FLOOR = 1e-8  # regrets below it count as it
TIE = 0.05  # decades
GROUPS = {"separable, f1 to f5": range(1, 6), "moderate, f6 to f9": range(6, 10),
          "ill-conditioned, f10 to f14": range(10, 15), "multimodal, f15 to f19": range(15, 20),
          "weakly structured, f20 to f24": range(20, 25)}


# ---- Results --------------------------------------------------------------------------------------------------------

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


# ---- Tables ---------------------------------------------------------------------------------------------------------

def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return ["|" + "|".join(f" {cell} " if cell != "---" else cell for cell in map(str, line)) + "|" for line in lines]


def pivot(rows, row_keys, column_key, value, corner, columns=None, column_name="{}".format):
    """A table with a line for each value of the row keys and a column for each of the column key."""
    names, cells = list(columns or dict.fromkeys(row[column_key] for row in rows)), {}
    for row in rows:
        cells.setdefault(tuple(row[key] for key in row_keys), {})[row[column_key]] = (
            value(row) if callable(value) else row[value])
    return table([*corner, *map(column_name, names)],
                 [[*key, *(line.get(name, "") for name in names)] for key, line in cells.items()])


def inputs_name(inputs):
    return f"K = {inputs}"


def table_weighted_sum():
    rows = read("weighted_sum", backend="xtensor", build="portable OpenMP", threads=1)
    return pivot([row for row in rows if row["type"] in ("f32", "bf16", "f16")], ["type"], "inputs", "share_of_memcpy",
                 ["inputs"])


def weighted_sum_full(threads):
    merged = {}
    for row in read("weighted_sum", threads=threads):
        merged.setdefault((row["backend"], row["type"], row["inputs"]), []).append(row["share_of_memcpy"])
    rows = [dict(sum=f"{backend}, {type_}", inputs=inputs, shares="; ".join(shares))
            for (backend, type_, inputs), shares in merged.items()]
    return pivot(rows, ["sum"], "inputs", "shares", ["portable, OpenMP; native, OpenMP; portable, TBB"],
                 columns=["2", "4", "8", "16"], column_name=inputs_name)


def table_weighted_sum_one_thread():
    return weighted_sum_full(1)


def table_weighted_sum_two_threads():
    return weighted_sum_full(2)


def table_weighted_sum_batch():
    merged = {}
    for row in read("weighted_sum_batch"):
        where = f"K = {row['inputs']}, {row['threads']} thread" + ("s" if row["threads"] != "1" else "")
        merged.setdefault((row["type"], where), []).append(row["cost_of_single"])
    rows = [dict(type=type_, where=where, cost="; ".join(costs)) for (type_, where), costs in merged.items()]
    return pivot(rows, ["type"], "where", "cost", ["type"])


def table_bfloat16_scores():
    return table(["run", "documents", "largest difference of a document", "mean difference", "documents above"],
                 [[row["run"], row["documents"], row["largest_difference"], row["mean_difference"],
                   f"{row['documents_above']} of {row['document_count']}"] for row in read("bfloat16_scores")])


def table_merge_disk():
    rows = read("merge_disk", quantity="twin_over_merge")
    for row in rows:
        row["case"] += ", busy machine" if "load" in row["machine"] else ""
    return pivot(rows, ["case"], "inputs", "value", ["twin's time over the merge's"], column_name=inputs_name)


def table_merge_disk_cpu():
    return pivot(read("merge_disk", case="processor time"), ["quantity"], "inputs", "value", ["processor time"],
                 column_name=inputs_name)


def table_merge_formats():
    return table(["from", "wall, s", "of safetensors (aim 1.05)", "processor, s", "memory, MiB"],
                 [[row["from"], row["wall_s"], row["of_safetensors"], row["cpu_s"], row["memory_mib"]]
                  for row in read("merge_formats")])


def table_compare():
    return pivot(read("compare"), ["what"], "type", "twin_over_comparison", ["twin's time over the comparison's"])


def table_mergekit():
    return table(["merge", "clock, s", "CPU, s", "MiB"],
                 [[f"{row['system']}, {row['type']}", row["wall_s"], row["cpu_s"], row["peak_mib"]]
                  for row in read("mergekit")])


def table_mergekit_rounding():
    return table(["type", "system", "not rounded to nearest, %", "elements", "of, million"],
                 [[row["type"], row["system"], row["not_nearest_percent"], row["not_nearest"], row["of_million"]]
                  for row in read("mergekit")])


def scoring_ratios():
    """[(what, its ratio, aim, whether more is better)]"""
    rows = [(f"{row['model'].split(',')[0]}, {row['kernels']}", row["ratio"], row["aim"], True)
            for row in read("scoring")]
    rows += [(f"{row['model'].split(': ')[1]}, layer by layer", row["ratio"], row["aim"], False)
             for row in read("scoring_layers")]
    rows += [(f"experts, context {row['context']}", row["ratio"], row["aim"], False) for row in read("scoring_experts")]
    return rows


def table_scoring():
    aims = {True: "≥{}", False: "≤{}"}
    chosen = [row for row in scoring_ratios() if "260" not in row[0] and "65" not in row[0] and "1024" not in row[0]]
    return table(["what", "ratio", "aim"], [[what, ratio, aims[more].format(aim)] for what, ratio, aim, more in chosen])


def table_scoring_pytorch():
    return table(["model", "kernels", "bouillon", "PyTorch", "ratio (aim)", "matrix products' share (aim)"],
                 [[row["model"], row["kernels"], row["bouillon_tokens_per_s"], row["pytorch_tokens_per_s"],
                   f"{row['ratio']} ({row['aim']})",
                   f"{row['products_share']} ({row['products_aim']})" if row["products_share"] else ""]
                  for row in read("scoring")])


def table_scoring_passes():
    return table(["what", "threads", "rows", "processor, ms", "clock, ms"],
                 [[row["what"], row["threads"], row["rows"], row["cpu_ms"], row["wall_ms"]]
                  for row in read("scoring_passes")])


def table_scoring_large():
    return table(["quantity", "value", "unit", "aim"],
                 [[row["quantity"], row["value"], row["unit"], row["aim"]] for row in read("scoring_large")])


def table_scoring_layers():
    return table(["model, bf16", "tokens", "limit, MB", "planned", "resident set", "processor, s", "ratio (aim)",
                  "trial, s", "ratio"],
                 [[row["model"], row["tokens"], row["limit_mb"], row["planned_mb"], row["resident_mb"],
                   f"{row['cpu_resident_s']}; {row['cpu_layers_s']}", f"{row['ratio']} ({row['aim']})",
                   f"{row['trial_resident_s']}; {row['trial_layers_s']}" if row["trial_ratio"] else "",
                   row["trial_ratio"]] for row in read("scoring_layers")])


def table_scoring_experts():
    return table(["context", "dense", "experts", "ratio (aim)", "matrix products, dense; experts"],
                 [[row["context"], row["dense_tokens_per_s"], row["experts_tokens_per_s"],
                   f"{row['ratio']} ({row['aim']})" + (", one run" if row["runs"] else ""),
                   f"{row['dense_products_share']}; {row['experts_products_share']}" if row["dense_products_share"]
                   else ""] for row in read("scoring_experts")])


def compile_rows():
    aims = {row["unit"]: row["aim"] for row in read("compile_time") if row["aim"]}
    rows = read("compile_time")
    for row in rows:
        row["name"], row["aim"] = f"`{pathlib.Path(row['unit']).name}`", aims.get(row["unit"], "")
    return rows


def table_compile_time():
    rows = [row for row in compile_rows() if row["aim"]]
    return pivot(rows, ["name", "aim"], "definitions", "ratio", ["unit", "aim"])


def table_compile_time_units():
    return pivot(compile_rows(), ["name", "mode", "aim"], "definitions", "ratio", ["what", "how", "aim"])


def table_compile_time_program():
    return table(["what", "how", "with", "ratio", "aim"],
                 [[row["what"], row["mode"], row["definitions"], row["ratio"], row["aim"]]
                  for row in read("compile_time_program")])


def table_search_regret():
    peers = ["botorch", "optuna", "skopt", "sobol"]
    rows = [[name, *("-".join(map(str, significance(noise, peer))) if sum(significance(noise, peer)) else ""
                     for peer in peers)] for noise, name in (("0", "none"), ("0.01", "1 %"), ("0.05", "5 %"))]
    return table(["noise", *(NAMES[peer].split()[0] for peer in peers)], rows)


def regret_cell(row):
    if row["system"] == "bouillon":
        return row["median"]
    mark = {"lower": " ▼", "higher": " ▲", "": ""}[row["bouillon_is_significantly"]]
    return f"{row['median']} {row['bouillon_lower']}/{row['seeds']}{mark}"


def regret_full(*noises):
    rows = [row for noise in noises for row in read("search_regret", noise=noise)]
    for row in rows:
        row["function"] += ", sd 0.003" if row["noise"].startswith("sd") else ""
    return pivot(rows, ["function"], "system", regret_cell, ["function"])


def table_search_regret_no_noise():
    return regret_full("0")


def table_search_regret_1_percent():
    return regret_full("0.01")


def table_search_regret_5_percent():
    return regret_full("0.05", "sd 0.003")


def table_search_cpu():
    return pivot(read("search_cpu"), ["function"], "system",
                 lambda row: f"{row['ms_without_noise'] or '-'}, {row['ms_with_noise'] or '-'}", ["function"])


def table_search_growth():
    return table(["trials", "milliseconds", "target"],
                 [[row["trials"], row["milliseconds"], row["target"]] for row in read("search_growth")])


PEERS = {"optuna": "Optuna", "cma": "cma", "sobol": "Sobol"}


def table_bbob():
    return table(["dimensions", *PEERS.values()],
                 [[name, *("-".join(map(str, bbob_counts("bouillon", peer, dimension))) for peer in PEERS)]
                  for dimension, name in ((2, 2), (3, 3), (5, 5), (10, 10), (None, "all"))])


def bbob_groups(system):
    return table(["dimensions", "group", *PEERS.values()],
                 [[dimension, group, *("-".join(map(str, bbob_counts(system, peer, dimension, functions)))
                                       for peer in PEERS)]
                  for dimension in (2, 3, 5, 10) for group, functions in GROUPS.items()])


def table_bbob_groups_before():
    return bbob_groups("bouillon_before")


def table_bbob_groups_after():
    return bbob_groups("bouillon")


def table_bbob_cpu():
    rows = collections.defaultdict(list)
    for row in read("bbob"):
        rows[row["system"], row["dimension"]].append(float(row["cpu_ms_per_suggestion"]))
    rows = [dict(system=system, dimension=dimension, ms=f"{statistics.median(times):.2g}")
            for (system, dimension), times in rows.items()]
    return pivot(rows, ["system"], "dimension", "ms", ["system"], column_name="{} dimensions".format)


def table_real_merges():
    names = {"bouillon": "bouillon", "bouillon_plain": "*plain*", "optuna": "Optuna", "random": "random"}
    rows = [row for row in read("real_merges") if "pair" not in row["task"]]
    return pivot(rows, ["task"], "system", "median_trials", ["task"], names, names.get)


def real_merges_full(*systems):
    def cell(row):
        never = f", {row['never']} never" if row["never"] != "0" else ""
        quartiles = f" [{row['lower_quartile']}, {row['upper_quartile']}]" if row["median_trials"] != "never" else ""
        return f"{row['median_trials']}{quartiles} ({row['seeds']}{never})"
    rows = [row for row in read("real_merges") if row["system"] in systems]
    return pivot(rows, ["task", "lowest_loss"], "system", cell, ["task", "lowest loss known"], systems)


def table_real_merges_surrogates():
    return real_merges_full("bouillon", "bouillon_plain", "botorch", "optuna")


def table_real_merges_others():
    return real_merges_full("skopt", "random", "sweep")


def table_trainer_runs():
    columns = ["newest", "uniform_all", "uniform_last_3", "moving_average", "greedy_soup", "random_search",
               "found_merge"]
    return table(["family", *(name.replace("_", " ") for name in columns), "gain"],
                 [[row["family"], *(row[name] for name in columns), f"+{row['gain']} ({row['gain_se']})"]
                  for row in read("trainer_runs")])


def table_trainer_runs_training():
    return table(["family", "million parameters", "steps, each saved", "training, s"],
                 [[row["family"], row["million_parameters"], f"{row['steps']}, {row['steps_each_saved']}",
                   row["training_s"]] for row in read("trainer_runs")])


WAYS = ("test", "confirm", "search")  # the documents that a verdict is on


def table_verdict_coverage():
    runs = {}
    for row in read("verdict_coverage"):
        runs.setdefault(row["run"], []).append(row)

    def span(rows, column):
        values = sorted((row[column] for row in rows), key=float)
        return values[0] if values[0] == values[-1] else f"{values[0]} to {values[-1]}"
    return table(["run", "true gain", *(f"held, {way}" for way in WAYS), *(f"claimed, {way}" for way in WAYS)],
                 [[run, span(rows, "true_gain"), *(min((row[f"{way}_held"] for row in rows), key=float)
                                                  for way in WAYS), *(span(rows, f"{way}_claimed") for way in WAYS)]
                  for run, rows in runs.items()])


def table_verdict_coverage_full():
    return table(["run", "documents", "true gain", *WAYS, "bias of search"],
                 [[row["run"], row["documents"], f"+{row['true_gain']}",
                   *(f"{row[f'{way}_held']}, {row[f'{way}_claimed']}" for way in WAYS), f"+{row['search_bias']}"]
                  for row in read("verdict_coverage")])


def table_trial():
    return table(["suggest", "merge", "score", "observe"],
                 [[one('trial', 'milliseconds', step=step) for step in ("suggest", "merge", "score", "observe")]])


def times(rows):
    """How many times as long mergekit takes."""
    wall = {row["system"]: float(row["wall_s"]) for row in rows}
    return f"{wall['mergekit'] / wall['bouillon']:.0f}"


def bbob_figures():
    found = {}
    for peer in PEERS:
        counts = bbob_counts("bouillon", peer)
        found |= {f"bbob.{peer}.{what}": str(count) for what, count in
                  zip(("wins", "ties", "losses", "runs"), (*counts, sum(counts)))}
        found[f"bbob.before.{peer}"] = "-".join(map(str, bbob_counts("bouillon_before", peer)))
        found[f"bbob.after.{peer}"] = "-".join(map(str, counts))
    for name, functions in (("moderate", range(6, 10)), ("weak", range(20, 25))):
        found[f"bbob.optuna.{name}.2"] = "-".join(map(str, bbob_counts("bouillon", "optuna", 2, functions)))
    found["bbob.after.before"] = "-".join(map(str, bbob_counts("bouillon", "bouillon_before")))
    found["bbob.sobol.far_behind"] = str(sum(by > 0.5 for by in bbob_behind("bouillon", "sobol")))
    return found


def seconds(definitions):
    rows = read("compile_time_program", definitions=definitions)
    row = next(row for row in rows if "open_checkpoints" in row["what"])
    return f"{float(row['ratio']) * float(row['yardstick_s']):.0f}"


@functools.cache
def figures():
    """{name: text} of what stands within sentences."""
    return bbob_figures() | {
        "mergekit.bf16.times": times(read("mergekit", type="bf16")),
        "mergekit.f32.times": times(read("mergekit", type="f32")),
        "compile.open_headers.seconds": seconds("headers"),
        "compile.open_library.seconds": seconds("library"),
        "trial.overhead": one("trial_overhead", "percent"),
        **{f"demo.{row['quantity']}": row["value"] for row in read("demo")},
        "growth.60": one("search_growth", "milliseconds", trials=60),
        "growth.300": one("search_growth", "milliseconds", trials=300),
    }


# ---- Drawing --------------------------------------------------------------------------------------------------------

class Picture:
    """An SVG on a paper of its own, so that it is legible on light pages and on dark ones."""

    def __init__(self, name, title, height, width=860):
        self.name, self.title, self.width, self.height, self.parts = name, title, width, height, []
        self.text(16, 24, title, "start", "title")

    def add(self, part):
        self.parts.append(part)

    def text(self, x, y, words, anchor="start", kind="ink"):
        words = words.replace("&", "&amp;").replace("<", "&lt;")
        self.add(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>')

    def line(self, points, kind, dash=""):
        dash = f' stroke-dasharray="{dash}"' if dash else ""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.add(f'<polyline class="s-{kind}" points="{path}"{dash}/>')

    def bar(self, x, y, width, height, kind):
        self.add(f'<rect class="f-{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}"/>')

    def mark(self, x, y, kind, shape):
        """Systems differ in shape too, for whoever sees no difference of colours."""
        shapes = {"circle": [], "square": [(-4, -4), (4, -4), (4, 4), (-4, 4)], "triangle": [(-5, 4), (0, -5), (5, 4)],
                  "diamond": [(-5, 0), (0, -5), (5, 0), (0, 5)]}
        if shape == "circle":
            self.add(f'<circle class="f-{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
        elif shape == "bar":
            self.line([(x, y - 5), (x, y + 5)], kind)
        else:
            path = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shapes[shape])
            self.add(f'<polygon class="f-{kind}" points="{path}"/>')

    def legend(self, entries, y=44, x=16):
        """entries: (words, class, shape)"""
        for words, kind, shape in entries:
            self.mark(x + 5, y - 4, kind, shape)
            self.text(x + 16, y, words)
            x += 34 + 6.6 * len(words)

    def style(self, side):
        rules = [f".paper{{fill:{PAPER[side]}}}"]
        for name, colours in COLOURS.items():
            rules.append(f".f-{name}{{fill:{colours[side]}}}.s-{name}{{stroke:{colours[side]}}}")
        rules.append(f".ink,.title{{fill:{COLOURS['ink'][side]}}}.aim{{fill:{COLOURS['aim'][side]}}}")
        return "".join(rules)

    def svg(self):
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'width="{self.width}" height="{self.height}">', f"<title>{self.title}</title>",
            "<style>text{font:12px system-ui,sans-serif}.title{font-size:15px;font-weight:600}"
            f"polyline{{fill:none;stroke-width:2}}.s-grid{{stroke-width:1}}{self.style(0)}",
            f"@media(prefers-color-scheme:dark){{{self.style(1)}}}</style>",
            f'<rect class="paper" width="{self.width}" height="{self.height}"/>', *self.parts, "</svg>", ""])


Box = collections.namedtuple("Box", "left top width height")


def scale(low, high, start, end, log=False):
    """A function from values between low and high to places between start and end."""
    along = math.log10 if log else float
    return lambda value: start + (along(value) - along(low)) / (along(high) - along(low)) * (end - start)


def number(value):
    return f"{value:g}"


def power(value):
    return f"1e{math.log10(value):.0f}"


def lines(picture, box, title, series, x_ticks, y_ticks, x_name=number, y_name=number, aim=None):
    """series: (class, shape, [(place, value)]); places lie evenly, in the order of x_ticks."""
    at_x = scale(0, len(x_ticks) - 1, box.left + 8, box.left + box.width - 8)
    at_y = scale(y_ticks[0], y_ticks[-1], box.top + box.height, box.top)
    picture.text(box.left, box.top - 10, title)
    for tick in y_ticks:
        picture.line([(box.left, at_y(tick)), (box.left + box.width, at_y(tick))], "grid")
        picture.text(box.left - 6, at_y(tick) + 4, y_name(tick), "end")
    for place, tick in enumerate(x_ticks):
        picture.text(at_x(place), box.top + box.height + 18, x_name(tick), "middle")
    if aim:
        places = [(at_x(x_ticks.index(x)), at_y(y)) for x, y in aim]
        picture.line(places, "aim", "5 4")
        picture.text(box.left + 8, places[0][1] + 15, "aim", "start", "aim")
    for kind, shape, points in series:
        places = [(at_x(x_ticks.index(x)), at_y(y)) for x, y in points]
        picture.line(places, kind)
        for place in places:
            picture.mark(*place, kind, shape)


def bars(picture, box, title, rows, at, ticks, name=number, step=24):
    """rows: (label, value, class, aim or None, words at the bar's end)"""
    picture.text(box.left, box.top - 10, title)
    bottom = box.top + step * len(rows)
    for tick in ticks:
        picture.line([(at(tick), box.top), (at(tick), bottom)], "grid")
        picture.text(at(tick), bottom + 16, name(tick), "middle")
    for index, (label, value, kind, aim, words) in enumerate(rows):
        y = box.top + step * index + 4
        picture.text(box.left - 8, y + 12, label, "end")
        picture.bar(at(ticks[0]), y, at(value) - at(ticks[0]), step - 8, kind)
        if aim is not None:
            picture.line([(at(aim), y - 3), (at(aim), y + step - 5)], "aim")
        picture.text(max(at(value), at(aim) if aim is not None else 0) + 6, y + 12, words)


def dots(picture, box, title, rows, at, ticks, name=number, step=19, labels=True):
    """rows: (label, [(value, class, shape)])"""
    picture.text(box.left, box.top - 10, title)
    bottom = box.top + step * len(rows)
    for tick in ticks:
        picture.line([(at(tick), box.top), (at(tick), bottom)], "grid")
        picture.text(at(tick), bottom + 16, name(tick), "middle")
    for index, (label, marks) in enumerate(rows):
        y = box.top + step * (index + 0.5)
        if labels:
            picture.text(box.left - 8, y + 4, label, "end")
        picture.line([(at(ticks[0]), y), (at(ticks[-1]), y)], "grid")
        for value, kind, shape in reversed(marks):
            picture.mark(at(value), y, kind, shape)


# ---- Plots ----------------------------------------------------------------------------------------------------------

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


# ---- Documents ------------------------------------------------------------------------------------------------------

def generated(text, problem):
    """A document with its marked tables and figures as the results have them."""
    result, in_table = [], False
    for line in text.split("\n"):
        if in_table and line.startswith("|"):
            continue
        in_table = False
        marked = re.fullmatch(r"<!-- table: (\w+) -->", line)
        result.append(re.sub(r"([\d.,-]*\d)<!--=([\w.]+)-->", lambda found: figure(found, problem), line))
        if marked and f"table_{marked[1]}" in globals():
            result += globals()[f"table_{marked[1]}"]()
            in_table = True
        elif marked:
            problem(f"there is no table {marked[1]}")
    return "\n".join(result)


def figure(found, problem):
    name = found[2]
    if name not in figures():
        problem(f"there is no figure {name}")
        return found[0]
    return f"{figures()[name]}<!--={name}-->"


def outputs(problem):
    """{path: text} of all that is generated."""
    pictures = [plot() for name, plot in globals().items() if name.startswith("plot_")]
    texts = {PICTURES / f"{picture.name}.svg": picture.svg() for picture in pictures}
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = document.read_text(encoding="utf-8")
        if "<!-- table:" in text or "<!--=" in text:
            name = document.relative_to(ROOT)
            texts[document] = generated(text, lambda words, name=name: problem(f"{name}: {words}"))
    return texts


def check_sources(problem):
    """Each row says when and where it was measured, and of which commit or version."""
    for path in [RATIOS, *sorted(RESULTS.glob("*.csv"))]:
        with open(path, encoding="utf-8", newline="") as file:
            for index, row in enumerate(csv.DictReader(file), 2):
                if not re.fullmatch(r"\d{4}-\d\d-\d\d", row.get("date") or "") or not row.get("machine"):
                    problem(f"{path.relative_to(ROOT)}:{index}: no date or machine")


def check_readme(problem):
    """Each number of the README's prose with digits after the point is a figure, marked or not."""
    skipped = r"```.*?```|`[^`]*`|\]\([^)]*\)|<!--.*?-->|CMake [\d.]+|Apache-2\.0"  # code, links, versions
    prose = re.sub(skipped, " ", (ROOT / "README.md").read_text("utf-8"), flags=re.DOTALL)
    for found in re.findall(r"\d+\.\d+", prose):
        if found not in figures().values():
            problem(f"README.md: {found} is no figure of the results")


def difference(path, text):
    old = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    for index, line in enumerate(text.split("\n")):
        if index >= len(old) or old[index] != line:
            return f"{path.relative_to(ROOT)}:{index + 1}: the results give: {line[:200]}"
    return f"{path.relative_to(ROOT)}: has more than the results give"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a file would change")
    check = parser.parse_args().check
    problems = []
    check_sources(problems.append)
    check_readme(problems.append)
    texts = outputs(problems.append)
    for path, text in texts.items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            problems.append(difference(path, text))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    problems += [f"{path.relative_to(ROOT)}: no plot of that name" for path in sorted(PICTURES.glob("*.svg"))
                 if path not in texts]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(f"{len(problems)} places are not what benchmarks/results has; benchmarks/plot.py writes them")
    print(f"{len(texts)} documents and plots are what benchmarks/results has")


if __name__ == "__main__":
    main()
