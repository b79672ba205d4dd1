# SPDX-License-Identifier: Apache-2.0
"""Writes a checkpoint in pieces with PyTorch's distributed checkpoints: what tests/data/dcp holds.

usage: make_dcp_pieces.py DIRECTORY      (torch, made with 2.15; safetensors, fsspec)

Four processes hold tensors that count 0, 1, 2, ... in row-major order: split by rows, unevenly; split by columns; in
blocks; and not split at all.
"""
import os
import sys

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Replicate, Shard, distribute_tensor

# name: shape, type, placement on a 2 x 2 mesh
TENSORS = {
    "blocks": ((4, 6), torch.float32, [Shard(0), Shard(1)]),
    "columns": ((3, 4), torch.bfloat16, [Replicate(), Shard(1)]),
    "rows": ((5, 3), torch.float32, [Shard(0), Replicate()]),
    "layers": ((2, 3, 4), torch.float16, [Shard(1), Shard(2)]),
    "whole": ((3,), torch.float64, [Replicate(), Replicate()]),
    "step": ((), torch.int64, [Replicate(), Replicate()]),
}


def write(rank: int, directory: str) -> None:
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29571")
    dist.init_process_group("gloo", rank=rank, world_size=4)
    mesh = init_device_mesh("cpu", (2, 2))
    state = {}
    for name, (shape, dtype, placement) in TENSORS.items():
        count = int(torch.tensor(shape).prod())
        state[name] = distribute_tensor(torch.arange(count).reshape(shape).to(dtype), mesh, placement)
    files = {name: 2 if name in ("whole", "layers") else 1 for name in TENSORS}
    writer = dcp.HuggingFaceStorageWriter(directory, fqn_to_index_mapping=files, save_distributed=True)
    dcp.save(state, storage_writer=writer)
    dist.destroy_process_group()


if __name__ == "__main__":
    torch.multiprocessing.spawn(write, args=(sys.argv[1],), nprocs=4)
