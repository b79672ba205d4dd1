#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the pictures of the documents. Needs Python's standard library only.

    docs/pictures/draw.py            # writes every picture beside this file
    docs/pictures/draw.py --check    # exit status 1 where one of them is not what would be drawn

A picture that names a file which is not there is refused. What the README's picture shows is measured by
measure_loss_along_a_merge.py.
"""
import pathlib
import sys

import flows
import loss_along_a_merge

PICTURES = {
    "loss_along_a_merge.svg": loss_along_a_merge.draw,
    "walk_of_a_tensor.svg": flows.bytes_of_a_tensor,
    "walk_of_an_observation.svg": flows.observation,
    "walk_of_a_command.svg": flows.command,
    "racing.svg": flows.racing,
}


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    here, stale = pathlib.Path(__file__).resolve().parent, 0
    for name, draw in PICTURES.items():
        drawn, file = draw(), here / name
        if not arguments:
            file.write_text(drawn, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != drawn:
            print(f"docs/pictures/{name} is not what docs/pictures/draw.py draws")
            stale += 1
    if arguments:
        print(f"{len(PICTURES) - stale} of {len(PICTURES)} pictures are what draw.py draws")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
