# SPDX-License-Identifier: Apache-2.0
"""Writes files of torch.save, and for each NAME.pt what must be found in it, NAME.safetensors: what tests/data/torch holds.

usage: make_torch_files.py DIRECTORY      (torch, made with 2.15; numpy, safetensors)
"""
import argparse
import io
import pathlib
import sys
import tempfile
import warnings

import numpy
import torch
import torch.distributed.checkpoint as dcp
from safetensors.torch import save_file

folder = pathlib.Path(sys.argv[1])
generator = torch.manual_seed(18)


def numbers(*shape, dtype=torch.float32):
    return torch.randn(shape, generator=generator).mul(30).to(dtype)


def expect(name, tensors, metadata=None):
    separate = {key: tensor.detach().clone().contiguous() for key, tensor in tensors.items()}
    save_file(separate, folder / f"{name}.safetensors", metadata=metadata)
    (folder / f"{name}.safetensors").chmod(0o644)


def make(name, root, tensors=None, **options):
    torch.save(root, folder / f"{name}.pt", **options)
    if tensors is not None:
        expect(name, tensors)


# Every type.
types = {
    str(dtype).removeprefix("torch."): numbers(3, 2).abs().to(dtype)
    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
                  torch.int8, torch.uint8, torch.bool, torch.complex64)
}
newer = {
    str(dtype).removeprefix("torch."): numbers(3, 2).abs().to(dtype)
    for dtype in (torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn, torch.float8_e5m2,
                  torch.float8_e4m3fnuz, torch.float8_e5m2fnuz, torch.float8_e8m0fnu)
}
make("types", types | newer, types | newer)
make("legacy_types", types, types, _use_new_zipfile_serialization=False)

# Every way in which a tensor lies in its storage.
flat, tied, matrix = numbers(24), numbers(2, 3), numbers(4, 6)
views = {
    "first": flat[:6].view(2, 3), "second": flat[6:], "tied.a": tied, "tied.b": tied, "transposed": numbers(3, 5).T,
    "columns": matrix[:, 2:4], "every_second": matrix[::2], "scalar": torch.tensor(0.5), "empty": numbers(0, 3),
    "empty_part": numbers(0, 3)[:, 1:], "ones": numbers(1, 4, 1).transpose(0, 2), "permuted": numbers(2, 3, 4).permute(2, 0, 1), "element": matrix[3, 5],
}
make("views", views, views)
make("legacy_views", views, views, _use_new_zipfile_serialization=False)

# What torch.save's writers can do otherwise.
small = {"a": numbers(2, 3), "b": numbers(5, dtype=torch.bfloat16)}
make("protocol_4", small, small, pickle_protocol=4)
make("legacy_protocol_4", small, small, pickle_protocol=4, _use_new_zipfile_serialization=False)
torch.serialization.set_crc32_options(False)
make("no_checksums", small, small)
torch.serialization.set_crc32_options(True)
torch.utils.serialization.config.save.storage_alignment = 4096
make("aligned", small, small)
torch.utils.serialization.config.save.storage_alignment = 64
stream = io.BytesIO()
torch.save(small, stream)
(folder / "renamed.by.hand.pt").write_bytes(stream.getvalue())
expect("renamed.by.hand", small)
make("small", small, small)
make("legacy_small", small, small, _use_new_zipfile_serialization=False)

# A model's own state dict, parameters, attributes, and what trainers store beside the model.
module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.LayerNorm(3))
state = module.state_dict()
make("state_dict", state, state)
marked = numbers(2, 2)
marked.tensor_model_parallel = True
wrapped = {"parameter": torch.nn.Parameter(numbers(3)), "marked": marked}
make("wrapped", wrapped, wrapped)
optimizer = torch.optim.AdamW(module.parameters())
module(numbers(4, 2)).sum().backward()
optimizer.step()
trainer = {
    "args": argparse.Namespace(lr=1e-3, betas=(0.9, 0.95), dtype=torch.bfloat16, path=pathlib.PurePosixPath("/data")),
    "iteration": 7, "numpy": numpy.arange(3), "optimizer": optimizer.state_dict(), "best_val_loss": torch.tensor(1.5),
    "rng_state": torch.get_rng_state()[:16].clone(),
}
nested = {"language_model": {"embedding": {"weight": small["a"]}, "encoder": dict(state) | {"0._extra_state": None}}}
flattened = {"language_model.embedding.weight": small["a"]} | {f"language_model.encoder.{k}": v for k, v in state.items()}
make("megatron", trainer | {"model": nested}, flattened)
make("lightning", trainer | {"state_dict": {f"model.{k}": v for k, v in state.items()}, "loops": {"a": [1, 2]}},
     {f"model.{k}": v for k, v in state.items()})
make("composer", {"state": {"model": state, "optimizers": optimizer.state_dict()}, "rng": [trainer["rng_state"]]}, state)

# What is refused.
make("refused_optimizer", optimizer.state_dict())
make("refused_random_state", {"python": (3, (1, 2), None), "numpy": ("MT19937", numpy.arange(3)), "cpu": trainer["rng_state"]})
make("refused_meta", {"a": torch.zeros(2, device="meta")})
make("refused_sparse", {"a": torch.eye(3).to_sparse()})
make("refused_conjugate", {"a": torch.tensor([1j]).conj()})
make("refused_expanded", {"a": torch.zeros(1).expand(1000)})
make("refused_complex", {"a": torch.zeros(1, dtype=torch.complex128)})
make("refused_module", module)
make("refused_tensor", small["a"])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch.jit.script(torch.nn.Linear(2, 3)).save(folder / "refused_script.pt")

# What make_old_torch_files.py wrote.
for name in ("torch_1_13", "legacy_torch_1_13"):
    expect(name, torch.load(folder / f"{name}.pt")["model"])

# Items of torch.distributed.checkpoint, whose places are in the expected file's metadata: "OFFSET LENGTH".
with tempfile.TemporaryDirectory() as path, warnings.catch_warnings():
    warnings.simplefilter("ignore")
    items = {"matrix": numbers(4, 3), "transposed": numbers(2, 3).T, "scalar": torch.tensor(7), "half": numbers(5).half(),
             "empty": numbers(0, 4), "parameter": torch.nn.Parameter(numbers(3)), "step": 12}
    dcp.save(items, storage_writer=dcp.FileSystemWriter(path), no_dist=True)
    metadata = dcp.FileSystemReader(path).read_metadata()
    (folder / "items.distcp").write_bytes((pathlib.Path(path) / "__0_0.distcp").read_bytes())
    places = {index.fqn: f"{place.offset} {place.length}" for index, place in metadata.storage_data.items()}
    expect("items", {name: item for name, item in items.items() if name != "step"}, places)
