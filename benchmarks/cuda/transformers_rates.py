#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens per second of transformers' Llama in bfloat16, for the models and documents of bench_cuda.

    transformers_rates.py [--models llama_7b,llama_1b] [--documents windows_1024,windows_2048,ragged] [--device cuda]

The model runs op by op (PyTorch's eager mode: not compiled) in inference mode, with PyTorch's fused attention
("sdpa"), and takes the loss of every token in float32. Documents are padded on the right to the longest of their batch
and given without a mask: attention is causal, so that no token sees the padding, and the fastest kernels can be taken.
Ragged documents are in batches sorted by length, which is best for it; "unsorted" is the rate in their own order. Each
figure is that of the size of batches that is fastest. Padding does not count as tokens.

Prints a JSON object a figure. Without PyTorch, transformers or a GPU: {"skipped": why}. requirements.txt has versions.
"""
import argparse
import json
import sys
import time

MODELS = {  # as random_llama.hpp has them
    "llama_7b": {"num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32, "num_key_value_heads": 32,
                 "intermediate_size": 11008, "vocab_size": 32000, "tie_word_embeddings": False},
    "llama_1b": {"num_hidden_layers": 16, "hidden_size": 2048, "num_attention_heads": 32, "num_key_value_heads": 8,
                 "intermediate_size": 8192, "vocab_size": 128256, "tie_word_embeddings": True},
    "llama_tiny": {"num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2,
                   "intermediate_size": 128, "vocab_size": 500, "tie_word_embeddings": False},
}
DOCUMENTS = {"windows_1024": (1024, 1024), "windows_2048": (2048, 2048), "ragged": (30, 2000)}
TOKENS = {"llama_7b": 65536, "llama_1b": 131072, "llama_tiny": 4096}
BATCHES = (4096, 16384, 32768)  # tokens, padding among them
RUNS = 3


def lengths_of(documents, tokens):
    """Tokens that each document feeds, as document_lengths has them in random_llama.hpp."""
    shortest, longest = DOCUMENTS[documents]
    lengths = []
    while sum(lengths) < tokens:
        lengths.append(shortest + len(lengths) * 1219 % (longest - shortest + 1))
    return lengths


def batches_of(lengths, tokens):
    """The lengths cut, in order, into batches of at most so many tokens, or one document where it has more."""
    batches = [[]]
    for length in lengths:
        if batches[-1] and (len(batches[-1]) + 1) * max(*batches[-1], length) > tokens:
            batches.append([])
        batches[-1].append(length)
    return batches


def make_model(torch, name, device):
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)
    config = LlamaConfig(**MODELS[name], max_position_embeddings=2048, rms_norm_eps=1e-5, attn_implementation="sdpa")
    with torch.device(device):
        return LlamaForCausalLM(config).eval()


def seconds_of(torch, model, batches, device):
    """Of one pass over all batches, after one that warms up."""
    vocabulary = model.config.vocab_size
    made = [(torch.randint(0, vocabulary, (len(batch), max(batch) + 1), device=device),
             torch.tensor(batch, device=device)) for batch in batches]

    def score():
        losses = []
        with torch.inference_mode():
            for tokens, lengths in made:
                logits = model(tokens[:, :-1], use_cache=False).logits.float()
                each = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(),
                                                         reduction="none").view(tokens.shape[0], -1)
                counted = torch.arange(each.shape[1], device=device) < lengths[:, None]
                losses.append((each * counted).sum(1) / lengths)
        return torch.cat(losses).cpu()  # which waits

    score()
    begin = time.perf_counter()
    for _ in range(RUNS):
        score()
    return (time.perf_counter() - begin) / RUNS


def best_rate(torch, model, lengths, device):
    """(tokens per second, tokens a batch) of the fastest size of batches."""
    best, failure = (0.0, 0), None
    for tokens in BATCHES:
        try:
            best = max(best, (sum(lengths) / seconds_of(torch, model, batches_of(lengths, tokens), device), tokens))
        except torch.OutOfMemoryError as error:
            failure = error
            torch.cuda.empty_cache()
    if best[0] == 0:
        raise failure
    return best


def measure(torch, name, documents, device):
    """Prints the figures of one model."""
    model = make_model(torch, name, device)
    for which in documents:
        lengths = lengths_of(which, TOKENS[name])
        rate, batch = best_rate(torch, model, sorted(lengths), device)
        figure = {"name": f"transformers/{name}/bf16/{which}", "tokens_per_second": rate, "batch_tokens": batch,
                  "tokens": sum(lengths)}
        if len(set(lengths)) > 1:
            figure["unsorted_per_second"], _ = best_rate(torch, model, lengths, device)
        print(json.dumps(figure), flush=True)


def why_not(device):
    try:
        import torch
        import transformers  # noqa: F401
    except ImportError as error:
        return f"{sys.executable} has no {error.name}: pip install -r benchmarks/cuda/requirements.txt"
    if device == "cuda" and not torch.cuda.is_available():
        return "PyTorch finds no GPU"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="llama_7b,llama_1b")
    parser.add_argument("--documents", default=",".join(DOCUMENTS))
    parser.add_argument("--device", default="cuda", help="cpu: to try it, with llama_tiny")
    given = parser.parse_args()
    reason = why_not(given.device)
    if reason is not None:
        print(json.dumps({"skipped": reason}))
        return
    import torch
    for name in given.models.split(","):
        measure(torch, name, given.documents.split(","), given.device)


if __name__ == "__main__":
    main()
