# SPDX-License-Identifier: Apache-2.0
"""Compares what bouillon finds in random files of torch.save, and random distributed checkpoints, with what was stored.

usage: compare_with_torch.py COPY_TORCH [COUNT] [SEED]      (the program of tests/programs/copy_torch.cpp)

Exit status: 0 they agree; 1 they do not; 77 torch or safetensors is not installed, so there is nothing to compare with.
"""
import argparse
import collections
import io
import os
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import torch
    import torch.distributed as dist
    import torch.distributed.checkpoint as dcp
    import torch.multiprocessing
    from safetensors.torch import load_file
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import DTensor, Replicate, Shard
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

program = sys.argv[1]
count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
choose = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 18)

OLD_TYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
             torch.uint8, torch.bool, torch.complex64]
NEW_TYPES = [torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz,
             torch.float8_e5m2fnuz]
LETTERS = "abcdefghijklmnopqrstuvwxyz_.0123456789é中\U0001f963"


def random_bytes(size):
    return torch.tensor([choose.randrange(256) for _ in range(size)], dtype=torch.uint8)


def random_tensor(types):
    """Of any bits, often a view of a larger storage."""
    dtype = choose.choice(types)
    shape = [choose.choice([0, 1, 1, 2, 3, 4, 5]) for _ in range(choose.randrange(4))]
    if dtype == torch.bool:
        tensor = torch.tensor([choose.random() < 0.5 for _ in range(torch.Size(shape).numel())]).reshape(shape).bool()
    else:
        size = torch.Size(shape).numel() * torch.empty(0, dtype=dtype).element_size()
        tensor = random_bytes(size).view(dtype).reshape(shape)
    for _ in range(choose.randrange(3)):
        kind = choose.choice(["slice", "permute", "select", "unsqueeze", "step"])
        if kind == "unsqueeze":
            tensor = tensor.unsqueeze(choose.randrange(tensor.dim() + 1))
        elif tensor.dim() == 0:
            continue
        elif kind == "permute":
            tensor = tensor.permute(choose.sample(range(tensor.dim()), tensor.dim()))
        else:
            axis = choose.randrange(tensor.dim())
            size = tensor.shape[axis]
            if kind == "slice":
                begin = choose.randrange(size + 1)
                tensor = tensor.narrow(axis, begin, choose.randrange(size - begin + 1))
            elif kind == "step" and size > 0:
                tensor = tensor[(slice(None),) * axis + (slice(choose.randrange(size), None, choose.choice([2, 3])),)]
            elif kind == "select" and size > 0:
                tensor = tensor.select(axis, choose.randrange(size))
    return tensor


def random_name(taken):
    while True:
        name = "".join(choose.choice(LETTERS) for _ in range(choose.randrange(1, 20)))
        if name not in taken and "__" not in name:
            return name


def random_state(types):
    """Name -> tensor: what must be found; and the dict to be saved, which has more."""
    tensors, saved = {}, choose.choice([dict, collections.OrderedDict])()
    for _ in range(choose.choice([1, 2, 5, 30, 300])):
        name = random_name(saved)
        kind = choose.random()
        if kind < 0.05 and tensors:
            tensors[name] = saved[name] = choose.choice(list(tensors.values()))  # tied
        elif kind < 0.1:
            saved[name] = choose.choice([None, 7, "text", [1, 2], argparse.Namespace(a=(1, 2)), b"bytes", 2**70])
        elif kind < 0.15:
            saved[name + "._extra_state"] = io.BytesIO(b"abc")
        elif kind < 0.3:
            tensor = random_tensor(types)
            if tensor.is_floating_point() or tensor.is_complex():
                tensor = torch.nn.Parameter(tensor, requires_grad=choose.random() < 0.5)
            tensors[name] = saved[name] = tensor
        elif kind < 0.35:
            tensors[name] = saved[name] = random_tensor(types)
            saved[name].mark = True
        else:
            tensors[name] = saved[name] = random_tensor(types)
    name = random_name(saved)
    tensors[name] = saved[name] = random_tensor(types)
    return tensors, saved


def write(path):
    """Writes a random file and returns what must be found in it."""
    legacy = choose.random() < 0.4
    tensors, saved = random_state(OLD_TYPES if legacy else OLD_TYPES + NEW_TYPES)
    place = choose.choice([None, "state_dict", "model", "module", "model_state_dict", "state.model", "nested"])
    if place == "state.model":
        root = {"state": {"model": saved, "optimizers": [random_tensor(OLD_TYPES)]}}
    elif place == "nested":
        root = {"model": {"inner": {"most": saved}}, "loss": torch.tensor(1.0)}
        tensors = {f"inner.most.{name}": tensor for name, tensor in tensors.items()}
    elif place:
        root = {"step": 7, "loss": torch.tensor(0.5), place: saved, "optimizer": {"state": {0: random_tensor(OLD_TYPES)}}}
    else:
        root = saved
    torch.serialization.set_crc32_options(choose.random() < 0.7)
    torch.utils.serialization.config.save.storage_alignment = choose.choice([64, 64, 1, 256, 4096])
    torch.save(root, path, pickle_protocol=choose.choice([2, 2, 2, 3, 4, 5]), _use_new_zipfile_serialization=not legacy)
    return tensors


def part(tensor, mesh, placements):
    """What this process holds of a tensor."""
    local = tensor
    for axis, placement in enumerate(placements):
        if isinstance(placement, Shard):
            pieces = local.chunk(mesh.size(axis), placement.dim)
            at = mesh.get_local_rank(axis)
            local = pieces[at] if at < len(pieces) else local.narrow(placement.dim, local.shape[placement.dim], 0)
    return DTensor.from_local(local, mesh, placements, run_check=False, shape=tensor.shape, stride=tensor.stride())


def write_distributed(rank, directory, amount, seed):
    """One of four processes: writes random checkpoints in pieces, and the first also what must be found in them."""
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29573")
    dist.init_process_group("gloo", rank=rank, world_size=4)
    choose.seed(seed)  # the same tensors in all processes
    for i in range(amount):
        mesh = init_device_mesh("cpu", (4,)) if choose.random() < 0.5 else init_device_mesh("cpu", (2, 2))
        tensors, stored = {}, {"step": 7, "other": b"bytes"}
        for _ in range(choose.choice([1, 5, 20])):
            name, tensor = random_name(stored), random_tensor(OLD_TYPES + NEW_TYPES)
            tensors[name] = tensor
            sharded = [choose.choice([Replicate()] + [Shard(d) for d in range(tensor.dim())]) for _ in range(mesh.ndim)]
            stored[name] = part(tensor, mesh, sharded) if choose.random() < 0.8 else tensor
        writer = dcp.FileSystemWriter(f"{directory}/{i}", single_file_per_rank=choose.random() < 0.7,
                                      thread_count=choose.choice([1, 3]))
        dcp.save(stored, storage_writer=writer)
        if rank == 0:
            torch.save(tensors, f"{directory}/{i}.expected")
    dist.destroy_process_group()


def as_bytes(tensor):
    return torch.empty(tensor.numel(), dtype=tensor.dtype).copy_(tensor.detach().reshape(-1)).view(torch.uint8)


def same(one, other):
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    return torch.equal(as_bytes(one), as_bytes(other))


def compare(written):
    """@param written path -> what must be found. @returns how many differ"""
    failures = 0
    answers = subprocess.run([program, *written], capture_output=True, text=True, check=True).stdout.splitlines()
    for (path, expected), answer in zip(written.items(), answers, strict=True):
        found = load_file(path + ".safetensors") if answer == "ok" else {}
        wrong = [name for name in expected if name not in found or not same(expected[name], found[name])]
        if answer != "ok" or wrong or len(found) != len(expected):
            failures += 1
            print(f"FAILED: {path}: {answer}; {wrong[:5]}")
    return failures


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        paths = [f"{directory}/{i}.pt" for i in range(count)]
        failures = compare({path: write(path) for path in paths})
    print(f"{count} files, {failures} failures")
    with tempfile.TemporaryDirectory() as directory:
        amount = max(count // 10, 1)
        torch.multiprocessing.spawn(write_distributed, (directory, amount, choose.random()), nprocs=4)
        failures += compare({f"{directory}/{i}": torch.load(f"{directory}/{i}.expected") for i in range(amount)})
    print(f"{amount} distributed checkpoints, {failures} failures in all")
    sys.exit(1 if failures else 0)
