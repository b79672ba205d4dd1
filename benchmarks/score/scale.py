# SPDX-License-Identifier: Apache-2.0
"""Scores and searches checkpoints of 1.2 G random parameters (Llama 3.2 1B's shapes) on a CPU: seconds a trial, the
share of them that is matrix products, and the largest memory beside the plan that the program printed before.

    python scale.py --program build/release/bouillon --folder FOLDER [--tokens 2048] [--trials 2] [--threads 2]

Writes 4 checkpoints of 2.5 GB to FOLDER and deletes them at the end, unless --keep. The search ends after --trials
trials that were measured (one that is a baseline too costs nothing). The share of matrix products is that
of the samples of perf, where there is one, in functions of BLAS.
"""
import argparse
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from random_models import llama_config, measured, parameters_of, write_checkpoints, write_documents

UNITS = {"MB": 1e6, "GB": 1e9}
BLAS_FUNCTIONS = re.compile(r"[sd]gemm|[sd]gemv|openblas|_gotoblas|gemm_", re.IGNORECASE)


def planned_bytes(said):
    number, unit = re.search(r"memory: .*?\((?:\w+ )*?([\d.]+) (MB|GB)", said).groups()
    return float(number) * UNITS[unit]


def share_of_products(command, folder):
    """The share of a command's processor time in functions of BLAS, and its largest functions."""
    if shutil.which("perf") is None:
        return None, []
    samples = folder / "perf.data"
    subprocess.run(["perf", "record", "-q", "-F", "199", "-o", samples, *map(str, command)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    report = subprocess.run(["perf", "report", "-i", samples, "--stdio", "--no-children", "--sort", "dso,symbol",
                             "--percent-limit", "0.3"], check=True, capture_output=True, text=True).stdout
    samples.unlink()
    lines = re.findall(r"^ *([\d.]+)% +(\S+) +(.*?) *$", report, re.MULTILINE)
    share = sum(float(percent) for percent, library, name in lines if BLAS_FUNCTIONS.search(library + " " + name)) / 100
    return share, [f"{percent} % {name[:110]}" for percent, _, name in lines[:8]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--checkpoints", type=int, default=4)
    parser.add_argument("--layers", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=2048, help="in documents of 256")
    parser.add_argument("--trials", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    config = llama_config(arguments.layers, 2048, 8192, 32, 8, 128256, 131072, rope_scaling={
        "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192})
    folder = arguments.folder / "scale"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        run = folder / "run"
        if not run.exists():
            write_checkpoints(run, config, arguments.checkpoints)
        documents = folder / "documents.safetensors"
        write_documents(documents, arguments.tokens // 256, 256, config["vocab_size"])
        print(f"{parameters_of(config) / 1e9:.2f} G parameters, {arguments.checkpoints} checkpoints of "
              f"{2 * parameters_of(config) / 1e9:.2f} GB, {arguments.tokens} tokens", flush=True)
        threads = ["--threads", arguments.threads]
        score = [arguments.program, "score", run / "step-1", "--held-out", documents, "--json", *threads]
        _, said, took = measured(score)
        print(f"score: {took['wall']:.1f} s, {took['cpu']:.1f} of the processor, "
              f"{arguments.tokens / took['cpu']:.1f} tokens a second of it, largest memory {took['peak'] / 1e9:.2f} GB")
        print(said.strip(), flush=True)
        share, functions = share_of_products(score, folder)
        if share is not None:
            print(f"matrix products: {share:.2f} of score's processor time\n" + "\n".join(functions), flush=True)
        printed, said, took = measured(
            [arguments.program, "search", run, "--held-out", documents, "--confirm", "0", "--full", "--budget",
             arguments.trials + 1, "--json", *threads], arguments.trials)
        print(said.strip())
        seconds = [line["seconds"] for line in printed if line["event"] == "trial" and line["seconds"]["score"] > 0]
        merge, scoring = (statistics.median(each[part] for each in seconds) for part in ("merge", "score"))
        planned = planned_bytes(said)
        print(f"search: a trial {merge + scoring:.1f} s, of them merging {merge:.2f}, scoring {scoring:.2f}; with "
              f"{took['cpu'] / took['wall']:.2f} processors; planned {planned / 1e9:.2f} GB, largest memory "
              f"{took['peak'] / 1e9:.2f} GB, {took['peak'] / planned:.2f} of it")
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
