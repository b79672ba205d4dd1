#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What including bouillon costs to compile, as ratios to a program that parses JSON with nlohmann/json.

    compile_time.py                        a table of the units of ratios.csv
    compile_time.py --check                fails where a ratio has grown by more than a quarter of what ratios.csv has
    compile_time.py --program DIRECTORY    units of the program and the library, by a build directory's commands

Processor time of the compiler, of which the least of some runs counts: what else runs on the machine only adds to it.
The compiler is $CXX, or c++. The yardstick is compiled at -O2 and so are the units, but for those that are only parsed.
Where the definitions are in the library, they are as for who links bouillon::compiled; in the libraries, as for who
links bouillon::compiled_xtensor; else as for who only includes.
"""
import argparse
import csv
import json
import os
import pathlib
import re
import resource
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
RATIOS = pathlib.Path(__file__).with_name("ratios.csv")
COMPILER = shlex.split(os.environ.get("CXX", "c++"))
LINKED = {"headers": [], "library": ["-DBOUILLON_COMPILED"],
          "libraries": ["-DBOUILLON_COMPILED", "-DBOUILLON_COMPILED_XTENSOR"]}
YARDSTICK = """#include <nlohmann/json.hpp>
int main(int count, char** words) { return static_cast<int>(nlohmann::json::parse(words[count - 1]).size()); }
"""


def compile_seconds(command, directory=ROOT):
    """Processor seconds of one compilation."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def unit_seconds(source, mode, definitions="headers"):
    action = ["-fsyntax-only"] if mode == "syntax" else ["-O2", "-c", "-o", os.devnull]
    macros = ["-DNDEBUG", *LINKED[definitions]]
    return compile_seconds([*COMPILER, "-std=c++20", *macros, f"-I{ROOT / 'include'}", *action, str(source)])


def yardstick_seconds(folder, runs=3):
    source = pathlib.Path(folder, "yardstick.cpp")
    source.write_text(YARDSTICK, encoding="utf-8")
    return min(unit_seconds(source, "-O2") for _ in range(runs))


def recorded_units():
    with open(RATIOS, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def measure(folder, rows, runs):
    """[(row of ratios.csv, seconds, ratio)]; the yardstick is measured before and after the units."""
    yardstick = yardstick_seconds(folder)
    seconds = [min(unit_seconds(ROOT / row["unit"], row["mode"], row["definitions"]) for _ in range(runs))
               for row in rows]
    yardstick = min(yardstick, yardstick_seconds(folder))
    print(f"yardstick: {yardstick:.2f} s with {' '.join(COMPILER)}")
    return [(row, unit, unit / yardstick) for row, unit in zip(rows, seconds)]


def print_units(measured):
    print("| unit | mode | definitions | seconds | ratio | recorded | aim |\n|---|---|---|---|---|---|---|")
    for row, seconds, ratio in measured:
        print(f"| {row['unit']} | {row['mode']} | {row['definitions']} | {seconds:.2f} | {ratio:.2f} | {row['ratio']} "
              f"| {row['aim']} |")


def check(folder):
    """Whether no ratio has grown: those that seem to have are measured twice more."""
    suspects = recorded_units()
    for runs in (1, 2, 3):
        measured = measure(folder, suspects, runs)
        print_units(measured)
        suspects = [row for row, _, ratio in measured if ratio > 1.25 * float(row["ratio"])]
        if not suspects:
            return True
    grown = ", ".join(f"{row['unit']} ({row['definitions']})" for row in suspects)
    print(f"slower to compile than ratios.csv has it, by more than a quarter: {grown}", file=sys.stderr)
    return False


def print_program(folder, build):
    with open(pathlib.Path(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    yardstick = yardstick_seconds(folder)
    total = 0.0
    print(f"yardstick: {yardstick:.2f} s\n| unit | seconds | ratio |\n|---|---|---|")
    for entry in sorted(entries, key=lambda one: one["file"]):
        if not re.search(r"bouillon_(program|compiled)\.dir", entry.get("output", entry["command"])):
            continue
        command = re.sub(r"^.*?ccache ", "", entry["command"])
        seconds = compile_seconds(shlex.split(re.sub(r" -o \S+", f" -o {folder}/unit", command)), entry["directory"])
        total += seconds
        print(f"| {pathlib.Path(entry['file']).name} | {seconds:.1f} | {seconds / yardstick:.2f} |")
    print(f"| all | {total:.1f} | {total / yardstick:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail where a ratio has grown by more than a quarter")
    parser.add_argument("--program", metavar="DIRECTORY",
                        help="units of the program and the library, as this build directory has them")
    parser.add_argument("--runs", type=int, default=3, help="compilations of each unit (3)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.program:
            print_program(folder, arguments.program)
        elif arguments.check:
            sys.exit(0 if check(folder) else 1)
        else:
            print_units(measure(folder, recorded_units(), arguments.runs))


if __name__ == "__main__":
    main()
