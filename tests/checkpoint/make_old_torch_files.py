# SPDX-License-Identifier: Apache-2.0
"""Writes what make_torch_files.py cannot: files of an older torch, torch_1_13.pt and legacy_torch_1_13.pt.

usage: make_old_torch_files.py DIRECTORY      (torch, made with 1.13, which Debian 12 has); then make_torch_files.py
"""
import collections
import pathlib
import sys

import torch

folder = pathlib.Path(sys.argv[1])
torch.manual_seed(18)
module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1).half())
flat = torch.randn(10)
tensors = collections.OrderedDict(module.state_dict())
tensors.update({"flat.first": flat[:4].view(2, 2), "flat.second": flat[4:], "transposed": torch.randn(2, 3).t(),
                "parameter": torch.nn.Parameter(torch.randn(2)), "brain": torch.randn(3).bfloat16(),
                "count": torch.tensor(7), "mask": torch.tensor([True, False])})
for i in range(12):  # more than ten storages: older writers sort them as texts
    tensors[f"many.{i}"] = torch.full((2,), float(i))
torch.save({"model": tensors, "iteration": 7}, folder / "torch_1_13.pt")
torch.save({"model": tensors, "iteration": 7}, folder / "legacy_torch_1_13.pt", _use_new_zipfile_serialization=False)
