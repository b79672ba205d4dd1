#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for examples/serve_transformers.py, whose packages a test may not have: the losses are bouillon's. An
option that the script does not have is refused."""
import json
import os
import pathlib
import subprocess
import sys

script = pathlib.Path(os.path.realpath(__file__)).parents[3] / "examples" / "serve_transformers.py"
for given in sys.argv[1:]:
    if given.startswith("--") and f'"{given}"' not in script.read_text(encoding="utf-8"):
        sys.exit(f"serve_transformers.py has no {given}")
checkpoint, losses = None, []
for line in sys.stdin:
    request = json.loads(line)
    if request["checkpoint"] != checkpoint:
        checkpoint, losses = request["checkpoint"], []
        command = ["bouillon", "score", checkpoint, "--held-out", sys.argv[1], "--json", "--losses"]
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if ended.returncode == 0:
            losses = json.loads(ended.stdout)["losses"]
    if losses:
        answer = {"losses": [losses[number] for number in request.get("documents", range(len(losses)))]}
    else:
        answer = {"error": "bouillon score failed"}
    print(f"{request['name']}: {len(answer.get('losses', []))} documents scored", file=sys.stderr, flush=True)
    print(json.dumps(answer), flush=True)
