# SPDX-License-Identifier: Apache-2.0
"""Finds the best merge of a Trainer's checkpoints by the losses that a model of transformers gives.

    merge_a_trainer_run.py RUN HELD_OUT [--last N] [--budget N] [--device DEVICE] [--journal FILE] [--out FOLDER]

RUN is the folder of a run, with its checkpoints; HELD_OUT a file that make_held_out.py wrote. The model is loaded once,
and each merge is written straight into its parameters. Needs torch, transformers and safetensors.
"""
import argparse
import pathlib
import sys

import bouillon

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import serve_transformers  # which knows how documents are cut into windows


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("held_out", type=pathlib.Path)
    parser.add_argument("--last", type=int, default=0, metavar="N", help="take the newest N checkpoints (default: all)")
    parser.add_argument("--budget", type=int, default=20, metavar="N", help="trials (default: %(default)s)")
    parser.add_argument("--device", default="cpu", help="as torch names it (default: %(default)s)")
    parser.add_argument("--journal", type=pathlib.Path, metavar="FILE", help="where the search is written down")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="where what is to be used is written")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    serve_transformers.import_packages()
    import torch
    import transformers

    dtype = torch.float32 if arguments.device == "cpu" else torch.bfloat16
    run = bouillon.open_run(arguments.run, last=arguments.last, dtype="F32" if dtype == torch.float32 else "BF16")
    model = transformers.AutoModelForCausalLM.from_pretrained(run.paths[-1], dtype=dtype).to(arguments.device).eval()
    held_out = serve_transformers.HeldOut(arguments.held_out, arguments.device, window=None, most=8192)

    def score(merged, documents=None):
        numbers = range(held_out.size) if documents is None else documents
        with torch.inference_mode():
            return held_out.losses(merged, numbers)

    result = bouillon.search_merge(run, score, model=model, budget=arguments.budget, journal=arguments.journal)
    print(result)
    if arguments.out:
        stored = bouillon.open_run(arguments.run, last=arguments.last)  # whose types the files keep
        bouillon.write_merged(stored, result.merge_weights, arguments.out)


if __name__ == "__main__":
    main()
