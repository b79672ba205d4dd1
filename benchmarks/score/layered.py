# SPDX-License-Identifier: Apache-2.0
"""Searches checkpoints with memory for a quarter of the model, where the program reads, merges and scores them layer by
layer, and with all of the memory: the same losses to the last bit, and what a trial costs of the other.

    python layered.py --program build/release/bouillon --folder FOLDER [--layers 28] [--width 2048]
        [--documents 2] [--tokens 256] [--limit MB | --tight] [--by group|ulimit]

--limit is a quarter of the model's size unless given; --tight takes just so little that a whole merge does not fit, for
models too small for that. It is that of a control group (version 1 or 2; needs root), or of
the address space (--by ulimit). The documents' tokens and the weights are random; the model is a Llama of bf16 weights,
its feed-forward of four times the width. What is written to FOLDER is deleted at the end. Exit status: 0 if the losses
are equal and the plan said layer by layer.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import sys

from random_models import llama_config, measured, parameters_of, write_checkpoints, write_documents
from scale import planned_bytes

GROUP = f"bouillon-benchmark-{os.getpid()}"
FOLDERS = {pathlib.Path("/sys/fs/cgroup") / GROUP: "memory.max",
           pathlib.Path("/sys/fs/cgroup/memory") / GROUP: "memory.limit_in_bytes"}


class Group:
    """A control group with a limit of memory, removed at the end."""

    def __init__(self, limit):
        for self.folder, name in FOLDERS.items():
            if (self.folder.parent / "cgroup.procs").exists():
                try:
                    self.folder.mkdir(exist_ok=True)
                    (self.folder / name).write_text(str(limit))
                    return
                except OSError:
                    continue
        sys.exit("no control group of memory can be made here; --by ulimit")

    def enter(self):
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        self.folder.rmdir()


def search(arguments, run, documents, name, **more):
    """Losses that were measured, by merge weights, what was said, seconds a trial and what it took."""
    journal = run.parent / f"{name}.jsonl"
    command = [arguments.program, "search", run, "--held-out", documents, "--confirm", "0", "--full", "--budget",
               arguments.trials + 1, "--json", "--threads", arguments.threads, "--journal", journal]
    printed, said, took = measured(command, arguments.trials, **more)
    events = [json.loads(line) for line in journal.read_text().splitlines()]
    losses = [(event["event"], event.get("merge_weights"), event.get("search"), event.get("losses"))
              for event in events if event["event"] in ("measured", "observe")]
    seconds = [line["seconds"] for line in printed if line["event"] == "trial" and line["seconds"]["score"] > 0]
    merge, score = (statistics.median(each[part] for each in seconds) for part in ("merge", "score"))
    print(f"{said.strip()}\n{name}: a trial {merge + score:.2f} s, of them merging {merge:.2f}, scoring {score:.2f}; "
          f"in all {took['cpu']:.1f} s of the processor, {took['wall']:.1f} by the clock; largest memory "
          f"{took['peak'] / 1e6:.0f} MB ({took['anonymous'] / 1e6:.0f} MB without files)", flush=True)
    return losses, said, merge + score, took


def work(arguments, folder):
    config = llama_config(arguments.layers, arguments.width, 4 * arguments.width, arguments.width // 64,
                          arguments.width // 256, arguments.vocabulary, arguments.tokens)
    size = 2 * parameters_of(config)
    run, documents = folder / "run", folder / "documents.safetensors"
    write_checkpoints(run, config, arguments.checkpoints)
    write_documents(documents, arguments.documents, arguments.tokens, arguments.vocabulary)
    resident = search(arguments, run, documents, "resident")
    whole = planned_bytes(resident[1]) - arguments.checkpoints * size  # what one merge and its scoring need
    limit = 1e6 * arguments.limit if arguments.limit else size / 4
    if arguments.tight:
        limit = (whole - 0.4 * size) / 0.95  # the program leaves a twentieth free
    limit = int(limit)
    print(f"{arguments.checkpoints} checkpoints of {size / 1e6:.0f} MB, a limit of {limit / 1e6:.0f} MB by "
          f"{arguments.by}, {arguments.documents * arguments.tokens} tokens", flush=True)
    if arguments.by == "ulimit":
        layered = search(arguments, run, documents, "limited", preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_AS, (limit, limit)))
    else:
        group = Group(limit)
        try:
            layered = search(arguments, run, documents, "limited", preexec_fn=group.enter)
        finally:
            group.remove()
    equal, planned = layered[0] == resident[0], "layer by layer" in layered[1]
    print(f"losses {'equal to the last bit' if equal else 'DIFFERENT'} ({len(resident[0])} measured); plan "
          f"{'layer by layer' if planned else 'NOT layer by layer'}; a trial {layered[2] / resident[2]:.2f} of the "
          f"resident way's, processor time {layered[3]['cpu'] / resident[3]['cpu']:.2f} of it")
    return equal and planned


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--checkpoints", type=int, default=2)
    parser.add_argument("--layers", type=int, default=28)
    parser.add_argument("--width", type=int, default=2048)
    parser.add_argument("--vocabulary", type=int, default=8192)
    parser.add_argument("--documents", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=256, help="a document, and the model's context")
    parser.add_argument("--limit", type=float, metavar="MB")
    parser.add_argument("--tight", action="store_true")
    parser.add_argument("--by", choices=("group", "ulimit"), default="group")
    parser.add_argument("--trials", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    folder = arguments.folder / "layered"
    folder.mkdir(parents=True)
    try:
        return 0 if work(arguments, folder) else 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
