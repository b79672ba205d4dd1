# SPDX-License-Identifier: Apache-2.0
"""Runs a guide of docs/how-to from its first block to its last, in a folder of its own.

    run_how_to.py GUIDE FOLDER [--path DIRECTORY]... [--stand-ins DIRECTORY] [--copy FROM=TO]... [--link FROM=TO]...

FOLDER is emptied; --copy and --link put into it what the guide's reader has, under the name that follows, or in the
folder that does (a/b*=folder/). A line above each block says what it is:

    (no line, and the block is ```sh)   run, in a shell of its own, in FOLDER; it must end with status 0
    <!-- stand-ins: NAME, ... -->       the same; these programs are those of --stand-ins
    <!-- not run: WHY -->               checked for its syntax only
    <!-- save as: FILE -->              becomes that file, executable
    <!-- printed -->                    stands in what the block before it printed; any number stands for any other
    <!-- file: ... -->                  compared with that file by cmake/checks/snippets.cmake

Exit status: 0 all blocks ran; 1 one did not, or is marked in another way.
"""
import argparse
import glob
import os
import pathlib
import re
import shutil
import subprocess
import sys

BLOCK = re.compile(r"(?:^<!-- (?P<mark>.*?) -->\n+)?^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$", re.M | re.S)
NUMBER = re.compile(r"[-+]?\d[\d.]*(e[-+]?\d+)?")


class Failure(Exception):
    pass


class Block:
    def __init__(self, found):
        self.text = found["text"]
        self.language = found["language"]
        self.kind, _, self.value = (found["mark"] or "run").partition(":")
        self.value = self.value.strip()
        self.line = found.string.count("\n", 0, found.start("language")) + 1
        languages = {"run": "sh", "stand-ins": "sh", "not run": "sh|python", "save as": "[a-z]+",
                     "printed": "text", "file": "cpp"}
        if not re.fullmatch(languages.get(self.kind, "nothing"), found["language"]):
            self.fail(f"no block ```{found['language']} is marked '{found['mark']}'")
        if (self.kind not in ("run", "printed")) != bool(self.value):
            self.fail(f"'{self.kind}' lacks its value, or has one")

    def fail(self, what):
        raise Failure(f"line {self.line}: {what}")


def copy(source, target):
    (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


class Guide:
    def __init__(self, arguments):
        self.folder = arguments.folder.resolve()
        self.path = arguments.path
        self.stand_ins = arguments.stand_ins
        self.output = ""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for given, put in ((arguments.copy, copy), (arguments.link, os.symlink)):
            for pattern, _, target in (pair.partition("=") for pair in given):
                for source in glob.glob(pattern):
                    place = self.folder / target
                    if target.endswith("/"):
                        place /= pathlib.Path(source).name
                    place.parent.mkdir(parents=True, exist_ok=True)
                    put(pathlib.Path(source).resolve(), place)

    def environment(self, names):
        """PATH with the built programs, and with those stand-ins alone that a block names."""
        chosen = self.folder / ".stand-ins"
        shutil.rmtree(chosen, ignore_errors=True)
        chosen.mkdir()
        for name in names:
            os.symlink(self.stand_ins.resolve() / name, chosen / name)
        path = os.pathsep.join([str(chosen), *(str(directory.resolve()) for directory in self.path)])
        return {**os.environ, "PATH": path + os.pathsep + os.environ["PATH"], "OPENBLAS_NUM_THREADS": "2"}

    def run(self, block, names=()):
        for name in names:
            if not (self.stand_ins / name).is_file():
                block.fail(f"there is no stand-in {name}")
        ended = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", block.text], cwd=self.folder, text=True,
                               env=self.environment(names), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
        self.output = ended.stdout
        print(f"--- line {block.line}\n{block.text}{self.output}", flush=True)
        if ended.returncode != 0:
            block.fail(f"ended with {ended.returncode}")

    def check_syntax(self, block):
        if block.language == "sh" and subprocess.run(["bash", "-n", "-c", block.text]).returncode != 0:
            block.fail("is no shell")
        if block.language == "python":
            try:
                compile(block.text, block.value, "exec")
            except SyntaxError as problem:
                block.fail(f"is no Python: {problem}")

    def check_printed(self, block):
        printed = {pattern_of(line) for line in self.output.splitlines()}
        for line in block.text.splitlines():
            if line.strip() not in ("", "...") and pattern_of(line) not in printed:
                block.fail(f"was not printed: {line}")

    def take(self, block):
        if block.kind == "run":
            self.run(block)
        elif block.kind == "stand-ins":
            self.run(block, re.split(r",\s*", block.value))
        elif block.kind == "save as":
            (self.folder / block.value).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / block.value).write_text(block.text, encoding="utf-8")
            (self.folder / block.value).chmod(0o755)
        elif block.kind == "printed":
            self.check_printed(block)
        elif block.kind == "not run":
            self.check_syntax(block)


def pattern_of(line):
    """A line without what differs between machines: its numbers, and the blanks that fill columns up."""
    return re.sub(r"\s+", " ", NUMBER.sub("0", line)).strip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("guide", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--path", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--stand-ins", type=pathlib.Path, default=pathlib.Path(__file__).parent / "stand_ins")
    parser.add_argument("--copy", action="append", default=[])
    parser.add_argument("--link", action="append", default=[])
    arguments = parser.parse_args()
    try:
        blocks = [Block(found) for found in BLOCK.finditer(arguments.guide.read_text(encoding="utf-8"))]
        if not any(block.kind == "run" for block in blocks):
            raise Failure("no block is run")
        guide = Guide(arguments)
        for block in blocks:
            guide.take(block)
    except Failure as failure:
        print(f"{arguments.guide.name}, {failure}", file=sys.stderr)
        return 1
    print(f"{arguments.guide.name}: {len(blocks)} blocks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
