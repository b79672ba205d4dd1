#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the plots and writes the tables and figures of the documents from benchmarks/results/*.csv.

    plot.py            writes docs/pictures/benchmarks/*.svg and what is marked in README.md and docs/**/*.md
    plot.py --check    fails where one of them is not what the results say

A table is marked by a line <!-- table: NAME --> before it; NAME is that of a function of reporting/tables.py,
table_NAME. A figure within a sentence is marked by <!--=NAME--> right behind it; its figures() has the names.
"""
import argparse
import csv
import re
import sys

from reporting import plots, tables
from reporting.results import RATIOS, RESULTS, ROOT

PICTURES = ROOT / "docs" / "pictures" / "benchmarks"


def generated(text, problem):
    """A document with its marked tables and figures as the results have them."""
    result, in_table = [], False
    for line in text.split("\n"):
        if in_table and line.startswith("|"):
            continue
        in_table = False
        marked = re.fullmatch(r"<!-- table: (\w+) -->", line)
        result.append(re.sub(r"([\d.,-]*\d)<!--=([\w.]+)-->", lambda found: figure(found, problem), line))
        if marked and hasattr(tables, f"table_{marked[1]}"):
            result += getattr(tables, f"table_{marked[1]}")()
            in_table = True
        elif marked:
            problem(f"there is no table {marked[1]}")
    return "\n".join(result)


def figure(found, problem):
    name = found[2]
    if name not in tables.figures():
        problem(f"there is no figure {name}")
        return found[0]
    return f"{tables.figures()[name]}<!--={name}-->"


def outputs(problem):
    """{path: text} of all that is generated."""
    pictures = [plot() for name, plot in vars(plots).items() if name.startswith("plot_")]
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
        if found not in tables.figures().values():
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
