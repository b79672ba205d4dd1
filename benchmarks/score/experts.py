# SPDX-License-Identifier: Apache-2.0
"""Scores a model with experts (OLMoE) and a dense one (Llama) of the same active parameters, both of random weights, in
turn: tokens per second of processor time on one thread.

    python experts.py --program build/release/bouillon [--context 256] [--tokens 20480] [--runs 3] [--functions]

4 layers of width 512, 32 experts of width 256 of which 4 are active; the dense one has a feed-forward of width 1024.
--functions prints where the program spends its time, by perf.
"""
import argparse
import pathlib
import statistics
import tempfile

from random_models import llama_config, measured, olmoe_config, parameters_of, write_checkpoints, write_documents
from scale import share_of_products

LAYERS, WIDTH, EXPERTS, ACTIVE, EXPERT_WIDTH, HEADS = 4, 512, 32, 4, 256, 8


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--context", type=int, default=256)
    parser.add_argument("--vocabulary", type=int, default=4096)
    parser.add_argument("--tokens", type=int, default=20480, help="in documents of the context")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--functions", action="store_true")
    arguments = parser.parse_args()
    context, vocabulary = arguments.context, arguments.vocabulary
    configs = {
        "dense": llama_config(LAYERS, WIDTH, ACTIVE * EXPERT_WIDTH, HEADS, HEADS, vocabulary, context),
        "experts": olmoe_config(LAYERS, WIDTH, EXPERT_WIDTH, HEADS, EXPERTS, ACTIVE, vocabulary, context)}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        documents, few = folder / "documents.safetensors", folder / "few.safetensors"
        write_documents(documents, arguments.tokens // context, context, vocabulary)
        write_documents(few, 1, 2, vocabulary)
        score = {name: [arguments.program, "score", write_checkpoints(folder / name, config, 1, 1)[0], "--threads", "1",
                        "--json", "--held-out"] for name, config in configs.items()}
        seconds = {name: [] for name in score}  # without those that reading the model takes
        for _ in range(arguments.runs):
            for name, command in score.items():
                seconds[name].append(measured([*command, documents])[2]["cpu"] - measured([*command, few])[2]["cpu"])
        speed = {name: arguments.tokens / statistics.median(runs) for name, runs in seconds.items()}
        for name, config in configs.items():
            print(f"{name}: {parameters_of(config) / 1e6:.1f} M parameters, {speed[name]:.0f} tokens a second of the "
                  f"processor")
        print(f"context {context}: experts take {speed['dense'] / speed['experts']:.2f} times the dense model's time")
        for name, command in score.items() if arguments.functions else ():
            share, functions = share_of_products([*command, documents], folder)
            print(f"{name}: matrix products {share:.2f}\n" + "\n".join(functions))


if __name__ == "__main__":
    main()
