# SPDX-License-Identifier: Apache-2.0
"""Merges the same checkpoints from three forms of files: shards of torch.save, a distributed checkpoint of four
processes, and safetensors; beside them, torch.load, a sum in float32 and torch.save.

    python formats.py --program build/release/bouillon [--checkpoints 8] [--size 256] [--runs 5] [--folder FOLDER]

--size is MiB of bf16 a checkpoint. Each run of each form is a process of its own, the forms in turn; the table has the
median wall and processor seconds and the largest resident memory. The merges must be the same bit for bit.
"""
import argparse
import hashlib
import json
import multiprocessing
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

LOAD_AND_SUM = """
import glob, sys, torch
torch.set_num_threads({threads})
total, folders = {{}}, sorted(glob.glob(sys.argv[1] + "/step-*"))
for folder in folders:
    for shard in sorted(glob.glob(folder + "/*.bin")):
        for name, tensor in torch.load(shard, map_location="cpu", weights_only=True).items():
            part = tensor.float().mul_(1 / len(folders))
            total[name] = part if name not in total else total[name].add_(part)
torch.save({{name: tensor.to(torch.bfloat16) for name, tensor in total.items()}}, sys.argv[2])
"""


def state(step, mebibytes):
    import torch
    generator = torch.Generator().manual_seed(step)
    rows = 1024
    tensors = {"embedding": (rows, mebibytes * 1024 * 1024 // 2 // 10 // rows)}
    for layer in range(24):
        tensors[f"norm.{layer}"] = (rows,)
        for part in range(4):
            tensors[f"linear.{layer}.{part}"] = (rows, mebibytes * 1024 * 1024 // 2 * 9 // 10 // 96 // rows)
    return {name: torch.randn(shape, generator=generator).to(torch.bfloat16) for name, shape in tensors.items()}


def write_files(folder, step, mebibytes):
    import torch
    from safetensors.torch import save_file
    tensors = state(step, mebibytes)
    safe, shards = (folder / form / f"step-{step}" for form in ("safetensors", "torch.save"))
    safe.mkdir(parents=True), shards.mkdir(parents=True)
    save_file(tensors, safe / "model.safetensors", {"format": "pt"})
    names, weight_map = sorted(tensors), {}
    for number in (0, 1):
        shard = f"pytorch_model-{number + 1:05d}-of-00002.bin"
        part = names[number * len(names) // 2:(number + 1) * len(names) // 2]
        torch.save({name: tensors[name] for name in part}, shards / shard)
        weight_map.update({name: shard for name in part})
    (shards / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))


def write_distributed(rank, folder, steps, mebibytes):
    import torch
    import torch.distributed.checkpoint
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Shard, distribute_tensor
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29521")
    torch.distributed.init_process_group("gloo", rank=rank, world_size=4)
    mesh = init_device_mesh("cpu", (4,))
    for step in range(1, steps + 1):
        shards = {name: distribute_tensor(tensor, mesh, [Shard(0)]) for name, tensor in state(step, mebibytes).items()}
        torch.distributed.checkpoint.save(shards, checkpoint_id=str(folder / "distributed" / f"step-{step}"))
    torch.distributed.destroy_process_group()


def write(folder, steps, mebibytes):
    import torch.multiprocessing
    for step in range(1, steps + 1):
        write_files(folder, step, mebibytes)
    torch.multiprocessing.spawn(write_distributed, (folder, steps, mebibytes), nprocs=4)


def measured(command):
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--checkpoints", type=int, default=8)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--folder")
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(dir=arguments.folder))
    try:
        # By a process of its own: what this one holds would count as the memory of those that it starts.
        writer = multiprocessing.get_context("spawn").Process(
            target=write, args=(folder, arguments.checkpoints, arguments.size))
        writer.start()
        writer.join()
        output, script = folder / "merged", folder / "load_and_sum.py"
        script.write_text(LOAD_AND_SUM.format(threads=arguments.threads))
        forms = ("safetensors", "torch.save", "distributed")
        commands = {form: [arguments.program, "merge", folder / form, "--schedule", "uniform", "--threads",
                           str(arguments.threads), "--force", "--out", output] for form in forms}
        commands["torch.load, sum, torch.save"] = [sys.executable, script, folder / "torch.save", folder / "sum.pt"]
        figures, digests = {name: [] for name in commands}, set()
        for _ in range(arguments.runs):
            for name, command in commands.items():
                os.sync()
                figures[name].append(measured(command))
                if name in forms:
                    with open(output / "model.safetensors", "rb") as merged:
                        digests.add(hashlib.file_digest(merged, "sha256").hexdigest())
        assert len(digests) == 1, "the merges differ"
        base = statistics.median(run[0] for run in figures["safetensors"])
        print("| from | wall, s | of safetensors | processor, s | memory, MiB |\n|---|---|---|---|---|")
        for name, runs in figures.items():
            wall, processor, memory = (statistics.median(run[i] for run in runs) for i in range(3))
            print(f"| {name} | {wall:.2f} | {wall / base:.2f} | {processor:.2f} | {memory:.0f} |")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
