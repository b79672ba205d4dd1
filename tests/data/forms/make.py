# SPDX-License-Identifier: Apache-2.0
"""Writes three states of a tiny Llama in three forms: safetensors, shards of torch.save with an index, and
torch.distributed.checkpoint from four processes.

    python make.py FOLDER

The folders beside this file were written so by torch 2.15.0.
"""
import json
import os
import sys

import torch
import torch.distributed
import torch.distributed.checkpoint
import torch.multiprocessing
from safetensors.torch import save_file
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Shard, distribute_tensor

HIDDEN, INNER, VOCABULARY = 8, 12, 64
CONFIG = {"model_type": "llama", "hidden_size": HIDDEN, "intermediate_size": INNER, "num_hidden_layers": 1,
          "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": VOCABULARY, "rms_norm_eps": 1e-5,
          "max_position_embeddings": 64, "tie_word_embeddings": True, "torch_dtype": "bfloat16"}
SHAPES = {"model.embed_tokens.weight": (VOCABULARY, HIDDEN), "model.norm.weight": (HIDDEN,)}
LAYER = {"input_layernorm": (HIDDEN,), "post_attention_layernorm": (HIDDEN,), "self_attn.q_proj": (HIDDEN, HIDDEN),
         "self_attn.k_proj": (HIDDEN // 2, HIDDEN), "self_attn.v_proj": (HIDDEN // 2, HIDDEN),
         "self_attn.o_proj": (HIDDEN, HIDDEN), "mlp.gate_proj": (INNER, HIDDEN), "mlp.up_proj": (INNER, HIDDEN),
         "mlp.down_proj": (HIDDEN, INNER)}
SHAPES.update({f"model.layers.0.{name}.weight": shape for name, shape in LAYER.items()})


def state(step):
    generator = torch.Generator().manual_seed(step)
    return {name: torch.randn(shape, generator=generator).to(torch.bfloat16) for name, shape in SHAPES.items()}


def directory(folder, form, step):
    path = os.path.join(folder, form, f"step-{step}")
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "config.json"), "w") as file:
        json.dump(CONFIG, file, indent=2)
    return path


def write_files(folder, step):
    tensors = state(step)
    save_file(tensors, os.path.join(directory(folder, "safetensors", step), "model.safetensors"), {"format": "pt"})
    path, names, shards = directory(folder, "pytorch", step), sorted(tensors), {}
    for number, part in ((1, names[:4]), (2, names[4:])):
        shard = f"pytorch_model-{number:05d}-of-00002.bin"
        torch.save({name: tensors[name] for name in part}, os.path.join(path, shard))
        shards.update({name: shard for name in part})
    with open(os.path.join(path, "pytorch_model.bin.index.json"), "w") as file:
        json.dump({"metadata": {}, "weight_map": shards}, file)


def write_distributed(rank, folder, steps):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29519")
    torch.distributed.init_process_group("gloo", rank=rank, world_size=4)
    mesh = init_device_mesh("cpu", (4,))
    for step in steps:
        path = directory(folder, "distributed", step)
        shards = {name: distribute_tensor(tensor, mesh, [Shard(1 if "down_proj" in name else 0)])
                  for name, tensor in state(step).items()}
        torch.distributed.checkpoint.save(shards, checkpoint_id=path)
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    steps = (1, 2, 3)
    for step in steps:
        write_files(sys.argv[1], step)
    torch.multiprocessing.spawn(write_distributed, (sys.argv[1], steps), nprocs=4)
