# SPDX-License-Identifier: Apache-2.0
"""Lets transformers read configurations as version 4 wrote them, and notes how it saves them.

usage: resave_configurations.py FILE     (made with transformers 5.24)

FILE has a JSON object a line, with "before"; its "after" is set: tests/data/configurations/pairs.jsonl.
"""
import json
import pathlib
import sys
import tempfile

from transformers import AutoConfig


def resaved(config: dict) -> dict:
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / "config.json"
        file.write_text(json.dumps(config))
        AutoConfig.from_pretrained(directory).save_pretrained(directory)
        return json.loads(file.read_text())


path = pathlib.Path(sys.argv[1])
pairs = [json.loads(line) for line in path.read_text().splitlines()]
for pair in pairs:
    pair["after"] = resaved(pair["before"])
    del pair["after"]["transformers_version"]
path.write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
