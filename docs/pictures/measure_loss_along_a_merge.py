#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the README's picture shows, with the program of the release build, and keeps it in a file.

    docs/pictures/measure_loss_along_a_merge.py build/release/bouillon

Writes loss_along_a_merge.json beside itself: the search of the newest two example checkpoints, and the losses of 41
merges along the line between them. Takes a minute or two. Needs Python's standard library only.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "examples" / "data"
PAIR = [DATA / "step-02280", DATA / "step-02400"]
SEARCH, TEST = DATA / "search.safetensors", DATA / "test.safetensors"
GRID = [step / 40 for step in range(41)]


def lines_of(command):
    """The JSON objects that a command prints, one a line."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def searched(program):
    events = lines_of([program, "search", *PAIR, "--held-out", SEARCH, "--test", TEST, "--space", "interval",
                       "--alpha", 0, "--budget", 8, "--json"])
    result = next(event for event in events if event["event"] == "result")
    rows = ("name", "merge_weights", "search_loss", "test_loss", "gain", "gain_interval", "significant")
    return {
        "trials": [{"newer_weight": event["merge_weights"][1], "loss": event["loss"], "documents": event["documents"]}
                   for event in events if event["event"] == "trial"],
        "rows": [{key: row[key] for key in rows} for row in result["rows"]],
        "decision": result["decision"],
        "test_documents": result["gain_documents"],
    }


def line_of_losses(program, folder):
    merges = []
    for weight in GRID:
        merges.append(folder / f"{weight:.3f}")
        subprocess.run([str(program), "merge", f"{PAIR[0]}:{1 - weight}", f"{PAIR[1]}:{weight}", "--out",
                        str(merges[-1])], check=True)
    return [{"newer_weight": weight, "loss": scored["loss"]}
            for weight, scored in zip(GRID, lines_of([program, "score", *merges, "--held-out", SEARCH, "--json"]))]


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        line = line_of_losses(program, pathlib.Path(folder))
    measured = {"checkpoints": [path.name for path in PAIR], **searched(program), "line": line}
    (HERE / "loss_along_a_merge.json").write_text(json.dumps(measured, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
