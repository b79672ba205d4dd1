#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores the models of bench_score with PyTorch too, in turn with it, and compares the tokens per second.

    pytorch.py --program build/bench/benchmarks/bench_score [--runs 5]

PyTorch runs transformers' Llama in float32, in inference mode, op by op (its eager mode: not compiled), with its fused
attention (transformers' default, "sdpa"), with the batch of windows that is fastest for it, and takes the loss of every
token. Both have random weights in the same shapes. Prints medians of tokens per second of
processor time, which other work on the machine does not change, and by the clock. requirements.txt has the versions.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time

MODELS = {
    "small": {"vocab_size": 2048, "hidden_size": 128, "intermediate_size": 352, "num_hidden_layers": 4,
              "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 128},
    "large": {"vocab_size": 32000, "hidden_size": 768, "intermediate_size": 2048, "num_hidden_layers": 12,
              "num_attention_heads": 12, "num_key_value_heads": 12, "max_position_embeddings": 1024,
              "tie_word_embeddings": True},
}
TOKENS = {"small": 48 * 1024, "large": 2 * 1024}  # as bench_score has them
BATCHES = {"small": (4, 8, 16, 48), "large": (1, 2)}  # windows


def score_with_pytorch(name, threads):
    """[seconds by the clock, of the processor] of the fastest batch size."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    config = LlamaConfig(**MODELS[name], attn_implementation="sdpa")
    model = LlamaForCausalLM(config).float().eval()
    length = config.max_position_embeddings
    windows = torch.randint(0, config.vocab_size, (TOKENS[name] // length, length + 1))

    def score(batch):
        with torch.inference_mode():
            for first in range(0, len(windows), batch):
                part = windows[first:first + batch]
                logits = model(part[:, :-1], use_cache=False).logits
                torch.nn.functional.cross_entropy(logits.flatten(0, 1), part[:, 1:].flatten(), reduction="none")

    best = None
    for batch in BATCHES[name]:
        score(batch)  # to warm up
        clock, processor = time.perf_counter(), time.process_time()
        score(batch)
        took = [time.perf_counter() - clock, time.process_time() - processor]
        best = took if best is None or took[1] < best[1] else best
    return best


def run_program(program, name, threads, what):
    command = [program, f"--benchmark_filter={what}<{name}>/threads:{threads}", "--benchmark_format=json"]
    run = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["benchmarks"][0]
    return [run["real_time"] / 1e3, run["cpu_time"] / 1e3]


def run_pytorch(name, threads):
    command = [sys.executable, __file__, "--worker", name, str(threads)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    print("| model | threads | | bouillon | PyTorch | ratio | products alone, share of bouillon's time |")
    print("|---|---|---|---|---|---|---|")
    for name in MODELS:
        for threads in (1, 2):
            runs = [(run_program(given.program, name, threads, "score"), run_pytorch(name, threads),
                     run_program(given.program, name, threads, "bare_products")) for _ in range(given.runs)]
            for i, timer in enumerate(("clock", "processor")):
                ours, theirs, products = (statistics.median(run[who][i] for run in runs) for who in range(3))
                print(f"| {name} | {threads} | {timer} | {TOKENS[name] / ours:.0f} | {TOKENS[name] / theirs:.0f} | "
                      f"{theirs / ours:.2f} | {products / ours:.2f} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        print(json.dumps(score_with_pytorch(sys.argv[2], int(sys.argv[3]))))
    else:
        main()
