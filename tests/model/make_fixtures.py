#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/models: small random models of each architecture, and the losses that Hugging Face transformers
gives them. Run by hand, with torch and transformers 5 installed:

    python3 tests/model/make_fixtures.py tests/data/models

Each folder holds config.json and model.safetensors, as transformers saves them, and documents.json: token ids of some
documents and the loss of each, nats per token, mean over its targets, in float32. A document is cut into windows that
start every `context` tokens, as bouillon cuts it.
"""
import json
import pathlib
import shutil
import sys

import torch
from transformers import (GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM, MistralConfig,
                          MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM)

CONTEXT = 16
SIZES = dict(vocab_size=48, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             max_position_embeddings=CONTEXT)
GROUPED = dict(SIZES, num_key_value_heads=2)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=8)
MODELS = {
    "llama": (LlamaForCausalLM, LlamaConfig(**GROUPED, head_dim=6)),
    "llama-biased": (LlamaForCausalLM, LlamaConfig(**SIZES, attention_bias=True, mlp_bias=True)),
    "llama-tied-scaled": (LlamaForCausalLM, LlamaConfig(**GROUPED, tie_word_embeddings=True, rope_parameters=LLAMA3)),
    "llama-linear": (LlamaForCausalLM, LlamaConfig(**GROUPED, rope_parameters=dict(
        rope_type="linear", rope_theta=10000.0, factor=2.0))),
    "mistral": (MistralForCausalLM, MistralConfig(**dict(GROUPED, max_position_embeddings=64), sliding_window=CONTEXT)),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**GROUPED, tie_word_embeddings=True)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**GROUPED, head_dim=6)),
    "gpt-neox": (GPTNeoXForCausalLM, GPTNeoXConfig(**dict(SIZES, hidden_size=32), rotary_pct=0.25)),
    "gpt-neox-sequential": (GPTNeoXForCausalLM, GPTNeoXConfig(**SIZES, rotary_pct=1.0, use_parallel_residual=False,
                                                              hidden_act="gelu_new", attention_bias=False)),
}


def document_loss(model, tokens):
    total = 0.0
    for start in range(0, len(tokens) - 1, CONTEXT):
        fed = tokens[start:start + CONTEXT]
        targets = tokens[start + 1:start + CONTEXT + 1]
        logits = model(torch.tensor([fed])).logits[0, :len(targets)]
        total += torch.nn.functional.cross_entropy(logits, torch.tensor(targets), reduction="sum").item()
    return total / (len(tokens) - 1)


def main():
    root = pathlib.Path(sys.argv[1])
    for number, (name, (architecture, config)) in enumerate(MODELS.items()):
        torch.manual_seed(number)
        config._attn_implementation = "eager"
        model = architecture(config).eval()
        with torch.no_grad():  # fresh norms are 1 and biases 0: make each of them count
            for parameter in model.parameters():
                parameter.add_(0.3 * torch.randn_like(parameter))
        folder = root / name
        shutil.rmtree(folder, ignore_errors=True)
        model.save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        documents = [torch.randint(config.vocab_size, (length,)).tolist() for length in (9, 16, 17, 41)]
        with torch.inference_mode():
            losses = [document_loss(model, tokens) for tokens in documents]
        (folder / "documents.json").write_text(json.dumps({"tokens": documents, "losses": losses}) + "\n")
        print(name, losses)


if __name__ == "__main__":
    main()
