#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All that there is to test and to measure on a GPU, the most worth first, within a time; ./run gpu calls it.

    measure.py [--minutes 12] [--built] [--python PYTHON] [--output build/gpu/figures.json] [OPTION...]

Builds the preset cuda, runs its tests, runs them under compute-sanitizer where there is one, measures with bench_cuda
and with transformers where PYTHON has it, and searches the example checkpoints in bf16 and float32. Other options go to
bench_cuda; with --benchmark_filter=... only those of its figures are measured. --built: takes the programs that are in
build/cuda. What each step prints goes to a file beside the output.

The output is one JSON object: the machine, the commit, and a figure for each step, whose "status" is "measured",
"failed" or "skipped", the last two with a "reason". It is complete JSON after every step, whatever ends this program:
what was not reached is "skipped". Exit status: 0, 1 where a step failed or there is no GPU, 2 for wrong options.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build" / "cuda"
# Figures of bench_cuda in the order of their worth, as regular expressions of their names.
FIRST = [r"score/llama_7b/bf16/", r"trial/llama_7b/", r"sum<dtype::(bf16|f32)>", r"score/llama_1b/bf16/"]
LAST = [r"score/llama_7b/", r"score/llama_1b/", r"trial/llama_1b/", r"sum<"]
# Seconds that a step is given at most, and without which it is not begun.
LIMITS = {"build": (420, 60), "tests": (240, 20), "sanitizer": (150, 20), "benchmark": (90, 10),
          "transformers": (150, 30), "search": (90, 15)}
NOT_COUNTERS = {"family_index", "per_family_instance_index", "repetitions", "repetition_index", "threads", "iterations",
                "real_time", "cpu_time"}


class skipped(Exception):
    """Why a step is not done."""


class failed(Exception):
    """Why a step did not give its figure."""


def tool(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + os.pathsep + "/usr/local/cuda/bin")


def output_of(*command):
    """What a command prints, or None where there is no such command or it fails."""
    try:
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def machine():
    """The GPU, or None."""
    found = output_of("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
    if not found:
        return None
    name, memory, driver = (part.strip() for part in found.splitlines()[0].split(","))
    cuda = re.search(r"release ([\d.]+)", output_of(tool("nvcc") or "nvcc", "--version") or "")
    return {"device": name, "memory": memory, "driver": driver, "devices": len(found.splitlines()),
            "cuda": cuda and cuda.group(1)}


def commit():
    found = output_of("git", "rev-parse", "HEAD")
    return {"commit": found, "changed": found and bool(output_of("git", "status", "--porcelain"))}


class measurement:
    """The figures so far, and the time that is left."""

    def __init__(self, output, minutes, options):
        self.output, self.begin, self.end = output, time.monotonic(), time.monotonic() + 60 * minutes
        self.running = None
        self.report = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), **machine(),
                       **commit(), "minutes": minutes, "options": options, "seconds": 0, "finished": False,
                       "figures": []}

    def write(self):
        self.report["seconds"] = round(time.monotonic() - self.begin, 1)
        part = self.output.with_suffix(".part")
        part.write_text(json.dumps(self.report, indent=1) + "\n")
        part.replace(self.output)

    def plan(self, name, kind, step):
        """A step that will be done: step(seconds it has) returns what it measured."""
        figure = {"name": name, "status": "skipped", "reason": "the measurement was stopped before"}
        self.report["figures"].append(figure)
        return figure, kind, step

    def do(self, figure, kind, step):
        print(f"begins    {figure['name']}", flush=True)
        most, least = LIMITS[kind]
        left, begin = self.end - time.monotonic(), time.monotonic()
        try:
            if left < least:
                raise skipped(f"{max(0, left):.0f} s of {self.report['minutes']:g} minutes were left")
            values = step(min(most, left))
            figure.pop("reason")
            figure.update(status="measured", **values)
        except skipped as reason:
            figure.update(status="skipped", reason=str(reason))
        except failed as reason:
            figure.update(status="failed", reason=str(reason)[:1000])
        except (OSError, KeyError, ValueError, StopIteration) as problem:  # what a program printed is not as expected
            figure.update(status="failed", reason=f"{type(problem).__name__}: {problem}"[:1000])
        figure["seconds"] = round(time.monotonic() - begin, 1)
        self.write()
        numbers = {key: value for key, value in figure.items() if key not in ("name", "status", "seconds")}
        shown = "  ".join(f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                          for key, value in numbers.items())
        print(f"{figure['status']:8}  {figure['name']}  {shown}  ({figure['seconds']} s)", flush=True)
        return figure["status"] == "measured"

    def command(self, log, limit, *command):
        """Runs a command, whose standard error goes to a file, with standard output where that is not returned.

        @returns (exit status, standard output)
        """
        path = self.output.parent / f"{re.sub('[^a-z0-9_.-]+', '-', log.lower())}.log"
        with open(path, "w") as errors:
            self.running = subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE, stderr=errors,
                                            text=True, start_new_session=True)
            try:
                printed, _ = self.running.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                self.stop()
                raise failed(f"it took more than {limit:.0f} s") from None
            errors.write(printed)
        status, self.running = self.running.returncode, None
        return status, printed, path

    def stop(self):
        """Ends the command that runs, and those that it started."""
        if self.running is not None:
            try:
                os.killpg(self.running.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.running.wait()
            self.running = None

    def succeed(self, log, limit, *command):
        """Standard output of a command that must not fail."""
        status, printed, path = self.command(log, limit, *command)
        if status != 0:
            last = path.read_text(errors="replace").strip().splitlines()[-3:]
            raise failed(f"{command[0]} ended with {status} ({path}): " + " / ".join(last))
        return printed


def build(run, limit):
    end = time.monotonic() + limit
    run.succeed("configure", limit, "cmake", "--preset", "cuda")
    run.succeed("build", end - time.monotonic(), "cmake", "--build", "--preset", "cuda", "--parallel",
                os.cpu_count() or 1)
    return {}


def tests(run, limit):
    status, printed, path = run.command("tests", limit, "ctest", "--preset", "cuda")
    counts = re.search(r"(\d+) tests failed out of (\d+)", printed)
    if counts is None or status != 0:
        raise failed(f"{counts.group(0) if counts else 'no tests were run'} ({path})")
    return {"tests": int(counts.group(2)), "failed": int(counts.group(1))}


def sanitizer(run, limit):
    checker = tool("compute-sanitizer")
    if checker is None:
        raise skipped("this CUDA toolkit has no compute-sanitizer")
    # But for calls that are meant to fail, and the process that is meant to lose its device.
    printed = run.succeed("sanitizer", limit, checker, "--error-exitcode", 1, "--report-api-errors", "no",
                          PROGRAMS / "tests" / "test_cuda", "--test-case-exclude=a device that is lost*")
    return {"summary": (re.findall(r"ERROR SUMMARY: .*", printed) or ["no errors"])[-1]}


def benchmark(run, name, options, limit):
    """One of bench_cuda's figures: its counters, the median where it was repeated."""
    exactly = "^" + re.sub(r"([<>()\[\].+*?|])", r"\\\1", name) + "$"
    repeated = ["--benchmark_repetitions=3"] if name.startswith("sum") else []
    printed = run.succeed(f"bench-{name}", limit, PROGRAMS / "benchmarks" / "bench_cuda", "--benchmark_format=json",
                          *repeated, *options, f"--benchmark_filter={exactly}")
    entries = json.loads(printed)["benchmarks"]
    wrong = [entry["error_message"] for entry in entries if entry.get("error_occurred")]
    if wrong or not entries:
        raise failed(wrong[0] if wrong else "bench_cuda measured nothing")
    medians = [entry for entry in entries if entry.get("aggregate_name") == "median"]
    entry = (medians or entries)[0]
    milliseconds = entry["real_time"] * {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3}[entry["time_unit"]]
    return {"milliseconds": milliseconds, **{key: value for key, value in entry.items()
                                             if isinstance(value, (int, float)) and key not in NOT_COUNTERS}}


def transformers(run, python, name, limit):
    """The rate of transformers, and how many times that ours is."""
    _, model, _, documents = name.split("/")
    printed = run.succeed(name, limit, python, "benchmarks/cuda/transformers_rates.py", "--models", model,
                          "--documents", documents)
    values = json.loads(printed)
    if "skipped" in values:
        raise skipped(values["skipped"])
    values.pop("name")
    for figure in run.report["figures"]:
        if figure["name"].startswith(f"score/{model}/bf16/{documents}") and "items_per_second" in figure:
            values["bouillon_over_transformers"] = figure["items_per_second"] / values["tokens_per_second"]
    return values


def search(run, precision, limit):
    """What the program finds on the example checkpoints."""
    data = ROOT / "examples" / "data"
    printed = run.succeed(f"search-{precision}", limit, PROGRAMS / "bouillon", "search", *sorted(data.glob("step-*")),
                          "--held-out", data / "search.safetensors", "--test", data / "test.safetensors", "--space",
                          "simplex", "--budget", 20, "--backend", "cuda", "--precision", precision, "--json")
    events = [json.loads(line) for line in printed.splitlines()]
    result = next(event for event in events if event["event"] == "result")
    found = result["recommendation"]["merge_weights"]
    row = next(row for row in result["rows"] if row["merge_weights"] == found)
    return {"decision": result["decision"], "test_loss": row["test_loss"], "merge_weights": found}


def compare_searches(run, _):
    found = {figure["name"]: figure for figure in run.report["figures"]}
    one, other = found["search/bf16"], found["search/float32"]
    if not one["status"] == other["status"] == "measured":
        raise skipped("both searches are needed")
    same = one["decision"] == other["decision"]
    difference = abs(one["test_loss"] - other["test_loss"])
    if not same or difference > 0.0005:
        raise failed(f"decisions {one['decision']} and {other['decision']}, test losses {difference:.2e} apart")
    return {"same_decision": same, "test_loss_difference": difference}


def names_of(run, expression):
    """Those of bench_cuda's figures, without the tiny model's, which are there to try it."""
    printed = run.succeed("list", 60, PROGRAMS / "benchmarks" / "bench_cuda", "--benchmark_list_tests",
                          f"--benchmark_filter={expression or '.'}")
    return [name for name in printed.splitlines() if expression or "tiny" not in name]


def measure_all(run, given, options):
    steps = []
    if not given.built:
        step = run.plan("build", "build", lambda limit: build(run, limit))
        if not run.do(*step):
            return
    if given.benchmark_filter is None:
        steps += [run.plan("tests", "tests", lambda limit: tests(run, limit)),
                  run.plan("sanitizer", "sanitizer", lambda limit: sanitizer(run, limit))]
    names, planned = names_of(run, given.benchmark_filter), set()

    def plan_benchmarks(expressions):
        for expression in expressions:
            for name in names:
                if re.search(expression, name) and name not in planned:
                    planned.add(name)
                    short = re.sub(r"/(iterations:\d+|manual_time)", "", name)
                    steps.append(run.plan(short, "benchmark",
                                          lambda limit, name=name: benchmark(run, name, options, limit)))

    plan_benchmarks(FIRST)
    if given.benchmark_filter is None:
        for model in ("llama_1b", "llama_7b"):
            for documents in ("windows_1024", "ragged", "windows_2048"):
                name = f"transformers/{model}/bf16/{documents}"
                steps.append(run.plan(name, "transformers",
                                      lambda limit, name=name: transformers(run, given.python, name, limit)))
        for precision in ("bf16", "float32"):
            steps.append(run.plan(f"search/{precision}", "search",
                                  lambda limit, precision=precision: search(run, precision, limit)))
        steps.append(run.plan("search/agreement", "search", lambda limit: compare_searches(run, limit)))
    plan_benchmarks(LAST + ["."])
    run.write()
    for step in steps:
        run.do(*step)
    run.report["finished"] = True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     allow_abbrev=False)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--built", action="store_true")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build" / "gpu" / "figures.json")
    parser.add_argument("--benchmark_filter")
    given, options = parser.parse_known_args()
    unknown = [option for option in options if not option.startswith("--benchmark_")]
    if unknown:
        parser.error("unknown: " + " ".join(unknown))
    if machine() is None:
        raise SystemExit("measure.py: nvidia-smi finds no GPU here")
    given.output = given.output.absolute()
    given.output.parent.mkdir(parents=True, exist_ok=True)
    run = measurement(given.output, given.minutes, options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        measure_all(run, given, options)
    except (failed, OSError) as reason:
        print(f"measure.py: {reason}", file=sys.stderr)
    except (KeyboardInterrupt, SystemExit):
        run.stop()
        print("measure.py: stopped", file=sys.stderr)
    run.write()
    counts = {status: sum(figure["status"] == status for figure in run.report["figures"])
              for status in ("measured", "failed", "skipped")}
    print(", ".join(f"{count} {status}" for status, count in counts.items()) + f": {given.output}")
    sys.exit(0 if run.report["finished"] and counts["failed"] == 0 else 1)


if __name__ == "__main__":
    main()
