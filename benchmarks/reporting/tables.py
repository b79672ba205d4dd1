# SPDX-License-Identifier: Apache-2.0
"""The tables of the documents, table_NAME each, and the figures within sentences."""
import collections
import functools
import pathlib
import statistics

from .results import NAMES, bbob_behind, bbob_counts, one, read, significance

GROUPS = {"separable, f1 to f5": range(1, 6), "moderate, f6 to f9": range(6, 10),
          "ill-conditioned, f10 to f14": range(10, 15), "multimodal, f15 to f19": range(15, 20),
          "weakly structured, f20 to f24": range(20, 25)}


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


def table_search_out():
    rows = [row | {"name": NAMES.get(row["system"], row["system"])}
            for row in read("search_out", noise="0", function="hartmann6") if row["system"] in ("bouillon", "optuna")]
    return pivot(rows, ["name"], "out", "median", ["trials out"])


def search_out_full(noise, value, columns=("2", "4", "8")):
    rows = read("search_out", noise=noise)
    for row in rows:
        row["name"] = NAMES.get(row["system"], row["system"])
    return pivot([row for row in rows if value(row)], ["function", "name"], "out", value, ["function", "system"],
                 columns, "{} out".format)


def out_cell(row):
    lower = f", {row['bouillon_lower']}/{row['of_seeds']}" if row["of_seeds"] else ""
    return f"{row['median']} [{row['lower_quartile']}, {row['upper_quartile']}]{lower}"


def table_search_out_no_noise():
    return search_out_full("0", out_cell, ("1", "2", "4", "8"))


def table_search_out_5_percent():
    return search_out_full("0.05", out_cell, ("1", "2", "4", "8"))


def table_search_out_decades():
    return search_out_full("0", lambda row: row["decades_above_one"])


def table_search_out_worth():
    return search_out_full("0", lambda row: row["trials_of_one"] if float(row["median"]) else "")


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
        **{f"out.{row['function']}.{row['out']}": row["trials_of_one"]
           for row in read("search_out", noise="0", system="bouillon") if row["trials_of_one"].isdigit()},
        "growth.60": one("search_growth", "milliseconds", trials=60),
        "growth.300": one("search_growth", "milliseconds", trials=300),
    }
