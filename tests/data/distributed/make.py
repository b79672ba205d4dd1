# SPDX-License-Identifier: Apache-2.0
"""Writes a checkpoint of small tensors with torch.distributed.checkpoint from PROCESSES processes: sharded along rows,
columns and both, replicated, with fewer rows than processes, transposed, empty; a trainer's and an optimizer's state
beside them. Element i of each tensor, in row-major order, is i.

    python make.py PROCESSES FOLDER

The folders one and four here were written so by torch 2.15.0.
"""
import os
import sys

import torch
import torch.distributed
import torch.distributed.checkpoint
import torch.multiprocessing
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Replicate, Shard, distribute_tensor


def counted(shape, dtype=torch.float32):
    elements = 1
    for size in shape:
        elements *= size
    return torch.arange(elements, dtype=torch.float32).reshape(shape).to(dtype)


def write(rank, processes, folder):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29517")
    torch.distributed.init_process_group("gloo", rank=rank, world_size=processes)
    mesh = init_device_mesh("cpu", (processes,))
    state = {
        "rows": distribute_tensor(counted((7, 5)), mesh, [Shard(0)]),
        "columns": distribute_tensor(counted((3, 8), torch.bfloat16), mesh, [Shard(1)]),
        "replicated": distribute_tensor(counted((4,)), mesh, [Replicate()]),
        "few": distribute_tensor(counted((2, 3), torch.float16), mesh, [Shard(0)]),
        "scalar": torch.tensor(0, dtype=torch.int64),
        "plain": counted((3, 3), torch.float64),
        "transposed": counted((4, 3)).t().contiguous().t(),
        "empty": torch.empty(0, 3),
        "parameter": torch.nn.Parameter(counted((2, 2))),
        "train_state": {"step": 100, "seen": torch.tensor(0)},
        "optim": {"state": {"0": {"exp_avg": distribute_tensor(counted((7, 5)), mesh, [Shard(0)])}}},
    }
    if processes == 4:
        both = init_device_mesh("cpu", (2, 2), mesh_dim_names=("rows", "columns"))
        state["blocks"] = distribute_tensor(counted((4, 6)), both, [Shard(0), Shard(1)])
    torch.distributed.checkpoint.save(state, checkpoint_id=folder)
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    torch.multiprocessing.spawn(write, (int(sys.argv[1]), sys.argv[2]), nprocs=int(sys.argv[1]))
