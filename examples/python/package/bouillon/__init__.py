# SPDX-License-Identifier: Apache-2.0
"""Bayesian optimization over the merge weights of checkpoints, and merges of them in memory (docs/python.md)."""
from bouillon._core import InputError, WorkError
from bouillon._core import version as __version__
from bouillon.checkpoints import Checkpoint, Run, TensorInfo, inspect, open_run, write_merged
from bouillon.merge_search import MergeSearchResult, MergeTrial, search_merge
from bouillon.progress import Progress
from bouillon.resident import Incompatible, Merge, Resident, hold
from bouillon.search import Kernel, Known, Recommendation, Record, Search, Trial
from bouillon.spaces import Affine, Box, Interval, Schedule, Simplex

__all__ = [
    "Affine", "Box", "Checkpoint", "Incompatible", "InputError", "Interval", "Kernel", "Known", "Merge",
    "MergeSearchResult", "MergeTrial", "Progress", "Recommendation", "Record", "Resident", "Run", "Schedule", "Search",
    "Simplex", "TensorInfo", "Trial", "WorkError", "hold", "inspect", "open_run", "search_merge", "write_merged",
]
