# SPDX-License-Identifier: Apache-2.0
"""The examples print what they say, and every block of docs/python.md runs."""
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).parents[1]
REPOSITORY = EXAMPLES.parents[1]
GUIDE = REPOSITORY / "docs" / "python.md"


def run(*arguments, **options):
    ended = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, **options)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_quickstart():
    assert run(EXAMPLES / "quickstart.py") == "newest loss 0.084, found merge's loss 0.03\n"


def test_custom_acquisition():
    assert run(EXAMPLES / "custom_acquisition.py") == "lowest loss 0.4, Branin's minimum is 0.4\n"


def test_merge_a_trainer_run(data, tmp_path):
    pytest.importorskip("transformers")
    pytest.importorskip("safetensors")
    printed = run(EXAMPLES / "merge_a_trainer_run.py", data, data / "search.safetensors", "--last", 3, "--budget", 4,
                  "--journal", tmp_path / "search.jsonl", "--out", tmp_path / "out")
    assert "Decision: use the found merge." in printed and (tmp_path / "out" / "config.json").is_file()


def blocks():
    """The guide's blocks of Python, in their order; one that is marked needs the package that its mark names."""
    if not GUIDE.is_file():
        return []
    found = re.finditer(r"(?:^<!-- needs: (?P<needs>\w+) -->\n)?^```python\n(?P<text>.*?)^```$", GUIDE.read_text(),
                        re.M | re.S)
    return [(block["needs"], block["text"]) for block in found]


def test_every_block_of_the_guide_runs(data, tmp_path):
    """One after the other in one program, in a folder with a run as the guide has it."""
    assert blocks()
    os.symlink(data, tmp_path / "run")
    program = [text for needs, text in blocks() if needs is None or _installed(needs)]
    run("-c", "\n".join(program), cwd=tmp_path, env={**os.environ, "PYTHONWARNINGS": "error::SyntaxWarning"})


def _installed(package):
    return subprocess.run([sys.executable, "-c", f"import {package}"], capture_output=True).returncode == 0


def test_the_notebook_runs(tmp_path):
    """Its cells in one program, with what they display."""
    cells = json.loads((EXAMPLES / "search_a_merge.ipynb").read_text())["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert "significant" in run("-c", code + "\nprint(result)", cwd=tmp_path)
