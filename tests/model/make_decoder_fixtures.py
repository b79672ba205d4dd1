#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/decoders: a small random model of each family and variant, and the losses that Hugging Face
transformers gives it. Run by hand, with torch and transformers 5 installed; names after the folder limit it to those:

    python3 tests/model/make_decoder_fixtures.py tests/data/decoders [NAME...]

Each file NAME.json holds:

    config     config.json as transformers saves it (or, in NAME-old.json, as transformers 4 spelt it)
    tensors    for every tensor that the safetensors file would hold: shape, mean, spread
    window     documents are cut into windows that start every `window` tokens
    documents  token ids of some documents
    losses     the loss of each document, nats per token, mean over its targets, computed in float32

A window is fed whole, with the document's last token, though nothing follows it: where rope depends on the length of
what is fed ("longrope"), that length counts it. A model forgets a window before the next.

Weights are not stored. Element i, in row-major order, of tensor NAME is float32(mean + spread * u), product and sum in
double, with u in [-1, 1) from a counter hashed with the name:

    h = FNV-1a, 64 bits, of the name's UTF-8 bytes
    z = h + (i + 1) * 0x9E3779B97F4A7C15                         (mod 2^64, as all below)
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB
    z = z ^ (z >> 31)
    u = (z >> 11) * 2^-52 - 1
"""
import copy
import json
import math
import pathlib
import sys
import tempfile
import zlib

import numpy
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
from transformers.utils import logging

WINDOW = 24
LENGTHS = (9, 16, 17, 41)
LEAST_CHANGE = 1e-3  # nats, by which some document's loss must move when what a variant is named for is switched off
ABSENT = object()  # in a change: take the field away

FULL, SLIDING = "full_attention", "sliding_attention"
TOKENS = dict(vocab_size=48, pad_token_id=None, bos_token_id=1, eos_token_id=2)
DEEP = dict(TOKENS, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
            max_position_embeddings=64)
UNGROUPED = dict(DEEP, num_hidden_layers=1)
SMALL = dict(UNGROUPED, num_key_value_heads=2)
GROUPED = dict(DEEP, num_key_value_heads=2)
WIDE_HEADS = dict(SMALL, num_attention_heads=2, num_key_value_heads=1, head_dim=16)

PLAIN_ROPE = dict(rope_type="default", rope_theta=10000.0)
LLAMA3 = dict(rope_type="llama3", rope_theta=100.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=12)
LINEAR = dict(rope_type="linear", rope_theta=10000.0, factor=2.0)
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=512)
NARROW_YARN = dict(rope_type="yarn", rope_theta=100.0, factor=4.0, original_max_position_embeddings=64, beta_fast=4.0,
                   beta_slow=0.25)
LONGROPE = dict(rope_type="longrope", rope_theta=10000.0, short_factor=[1.0, 1.1, 1.3], long_factor=[1.5, 2.5, 4.0],
                original_max_position_embeddings=12)

MOE = dict(num_experts=4, num_experts_per_tok=2)
GPT2 = dict(TOKENS, n_embd=16, n_head=4, n_layer=2, n_positions=24)
OPT = dict(TOKENS, hidden_size=16, num_attention_heads=4, num_hidden_layers=2, ffn_dim=24, max_position_embeddings=24)
BLOOM = dict(TOKENS, hidden_size=16, n_head=4, n_layer=2)
FALCON = dict(TOKENS, hidden_size=16, num_attention_heads=4, num_hidden_layers=2, ffn_hidden_size=24,
              max_position_embeddings=64)
LATENT = dict(GROUPED, num_attention_heads=2, num_key_value_heads=2, q_lora_rank=6, kv_lora_rank=8, qk_nope_head_dim=4,
              qk_rope_head_dim=4, v_head_dim=6, first_k_dense_replace=1, n_routed_experts=4, num_experts_per_tok=2,
              moe_intermediate_size=10, n_shared_experts=1, routed_scaling_factor=1.5, n_group=2, topk_group=1)
NO_GROUPS = dict(n_group=1, topk_group=1)
SHARPLY_GROUPED = dict(n_routed_experts=8, n_group=4, topk_group=2, num_experts_per_tok=3)
ALL_KEPT = dict(topk_group=4)
GPT_OSS = dict(GROUPED, head_dim=16, sliding_window=5, num_local_experts=4, num_experts_per_tok=2, swiglu_limit=1.0)

AS_LLAMA = dict(model_type="llama")  # what Llama makes of the same tensors, as far as it has their names

# name: model_type, fields, changes that must each move a loss
VARIANTS = {
    "llama": ("llama", GROUPED, [dict(num_key_value_heads=4)]),
    "llama-head-dim": ("llama", dict(SMALL, head_dim=6), []),
    "llama-biased": ("llama", dict(DEEP, attention_bias=True, mlp_bias=True),
                     [dict(attention_bias=False), dict(mlp_bias=False)]),
    "llama-tied": ("llama", dict(GROUPED, tie_word_embeddings=True), [dict(tie_word_embeddings=False)]),
    "llama-tied-stored-head": ("llama", dict(SMALL, tie_word_embeddings=True), []),
    "llama-gelu": ("llama", dict(SMALL, hidden_act="gelu_pytorch_tanh"), [dict(hidden_act="silu")]),
    "llama-llama3": ("llama", dict(SMALL, head_dim=8, rope_parameters=LLAMA3),
                     [dict(rope_parameters=dict(PLAIN_ROPE, rope_theta=100.0))]),
    "llama-yarn": ("llama", dict(WIDE_HEADS, rope_parameters=YARN), [
        dict(rope_parameters=PLAIN_ROPE), dict(rope_parameters=dict(YARN, attention_factor=1.0))]),
    "llama-yarn-mscale": ("llama", dict(WIDE_HEADS, rope_parameters=dict(NARROW_YARN, mscale=1.0, mscale_all_dim=0.4)),
                          [dict(rope_parameters=NARROW_YARN)]),
    "llama-yarn-untruncated": ("llama", dict(WIDE_HEADS, rope_parameters=dict(NARROW_YARN, truncate=False)),
                               [dict(rope_parameters=NARROW_YARN)]),
    "llama-yarn-factor": ("llama", dict(WIDE_HEADS, rope_parameters=dict(NARROW_YARN, attention_factor=1.5)),
                          [dict(rope_parameters=NARROW_YARN)]),
    "llama-linear": ("llama", dict(SMALL, rope_parameters=LINEAR), [dict(rope_parameters=PLAIN_ROPE)]),
    "llama-longrope": ("llama", dict(SMALL, head_dim=6, rope_parameters=LONGROPE), [
        dict(rope_parameters=PLAIN_ROPE), dict(rope_parameters=dict(LONGROPE, original_max_position_embeddings=64))]),
    "mistral": ("mistral", dict(GROUPED, head_dim=6, sliding_window=5), [dict(sliding_window=None)]),
    "mistral-layer-types": ("mistral", dict(GROUPED, sliding_window=5, layer_types=[SLIDING, FULL]),  # as "ministral"
                            [dict(layer_types=[FULL] * 2), dict(layer_types=[SLIDING] * 2)]),
    "mistral-full": ("mistral", dict(SMALL, sliding_window=None), [dict(sliding_window=5)]),
    "qwen2": ("qwen2", GROUPED, [AS_LLAMA]),
    "qwen2-window": ("qwen2", dict(GROUPED, num_hidden_layers=3, use_sliding_window=True, sliding_window=5,
                                   max_window_layers=1),
                     [dict(layer_types=[FULL] * 3), dict(layer_types=[SLIDING] * 3)]),
    "qwen3": ("qwen3", dict(GROUPED, head_dim=6), [AS_LLAMA]),
    "qwen3-window": ("qwen3", dict(GROUPED, head_dim=6, attention_bias=True, use_sliding_window=True, sliding_window=5,
                                   max_window_layers=1, tie_word_embeddings=True),
                     [dict(layer_types=[FULL] * 2), dict(layer_types=[SLIDING] * 2), dict(attention_bias=False)]),
    "gpt_neox": ("gpt_neox", dict(DEEP, hidden_size=32, num_attention_heads=2, rope_parameters=dict(
        PLAIN_ROPE, rope_theta=1000.0, partial_rotary_factor=0.25)), [
            dict(use_parallel_residual=False), dict(rope_parameters=dict(PLAIN_ROPE, partial_rotary_factor=0.25)),
            dict(rope_parameters=dict(PLAIN_ROPE, rope_theta=1000.0, partial_rotary_factor=1.0))]),
    "gpt_neox-sequential": ("gpt_neox", dict(UNGROUPED, use_parallel_residual=False, attention_bias=False,
                                             rope_parameters=dict(PLAIN_ROPE, partial_rotary_factor=1.0)),
                            [dict(use_parallel_residual=True)]),
    "gpt_neox-gelu_new": ("gpt_neox", dict(UNGROUPED, hidden_act="gelu_new"), [dict(hidden_act="relu")]),
    "gpt_neox-gelu_fast": ("gpt_neox", dict(UNGROUPED, hidden_act="gelu_fast"), [dict(hidden_act="relu")]),
    "gpt_neox-gelu_pytorch_tanh": ("gpt_neox", dict(UNGROUPED, hidden_act="gelu_pytorch_tanh"),
                                   [dict(hidden_act="relu")]),
    "gpt_neox-quick_gelu": ("gpt_neox", dict(UNGROUPED, hidden_act="quick_gelu"), [dict(hidden_act="gelu")]),
    "olmo": ("olmo", GROUPED, [AS_LLAMA]),
    "olmo-clip": ("olmo", dict(GROUPED, clip_qkv=0.8), [dict(clip_qkv=None)]),
    "olmo2": ("olmo2", GROUPED, [AS_LLAMA]),
    "olmo3": ("olmo3", dict(GROUPED, num_hidden_layers=3, num_attention_heads=2, num_key_value_heads=1,
                            sliding_window=5, layer_types=[SLIDING, FULL, SLIDING], rope_parameters={
                                SLIDING: dict(PLAIN_ROPE, rope_theta=500000.0),
                                FULL: dict(NARROW_YARN, rope_theta=500000.0, beta_slow=0.01)}),
              [dict(layer_types=[FULL] * 3), dict(layer_types=[SLIDING] * 3),
               dict(rope_parameters={kind: dict(PLAIN_ROPE, rope_theta=500000.0) for kind in (SLIDING, FULL)})]),
    "olmoe": ("olmoe", dict(GROUPED, intermediate_size=10, **MOE), [dict(norm_topk_prob=True)]),
    "olmoe-renormalised": ("olmoe", dict(SMALL, intermediate_size=10, norm_topk_prob=True, **MOE),
                           [dict(norm_topk_prob=False)]),
    "olmoe-clip": ("olmoe", dict(SMALL, intermediate_size=10, clip_qkv=0.8, **MOE), [dict(clip_qkv=None)]),
    "smollm3": ("smollm3", dict(GROUPED, num_hidden_layers=4), [dict(no_rope_layers=[1] * 4)]),
    "smollm3-window": ("smollm3", dict(GROUPED, num_hidden_layers=3, no_rope_layers=[1, 0, 1], use_sliding_window=True,
                                       sliding_window=5, tie_word_embeddings=False),
                       [dict(layer_types=[FULL] * 3), dict(layer_types=[SLIDING] * 3), dict(no_rope_layers=[1] * 3)]),
    "apertus": ("apertus", dict(GROUPED, num_attention_heads=2, rope_parameters=LLAMA3),
                [dict(rope_parameters=dict(PLAIN_ROPE, rope_theta=100.0))]),
    "arcee": ("arcee", GROUPED, [dict(hidden_act="relu")]),
    "seed_oss": ("seed_oss", dict(GROUPED, head_dim=6), [dict(attention_bias=False)]),
    "seed_oss-biased": ("seed_oss", dict(SMALL, head_dim=6, attention_bias=False, attention_out_bias=True,
                                         mlp_bias=True),
                        [dict(attention_out_bias=False), dict(mlp_bias=False)]),
    "granite": ("granite", dict(GROUPED, embedding_multiplier=3.0, residual_multiplier=0.4, attention_multiplier=0.3,
                                logits_scaling=0.7, tie_word_embeddings=True),
                [{field: 1.0} for field in ("embedding_multiplier", "residual_multiplier", "attention_multiplier",
                                            "logits_scaling")]),
    "gemma": ("gemma", dict(GROUPED, head_dim=6), [dict(hidden_act="silu")]),
    "gemma2": ("gemma2", dict(GROUPED, head_dim=6, query_pre_attn_scalar=5, sliding_window=5,
                              final_logit_softcapping=4.0, attn_logit_softcapping=1.5),
               [dict(query_pre_attn_scalar=6), dict(final_logit_softcapping=None), dict(attn_logit_softcapping=None),
                dict(layer_types=[FULL] * 2), dict(layer_types=[SLIDING] * 2)]),
    "gemma2-uncapped": ("gemma2", dict(SMALL, head_dim=6, query_pre_attn_scalar=6, sliding_window=5,
                                       attention_bias=True, final_logit_softcapping=None, attn_logit_softcapping=None),
                        [dict(final_logit_softcapping=4.0), dict(attn_logit_softcapping=1.5)]),
    "gemma3_text": ("gemma3_text", dict(GROUPED, num_hidden_layers=3, head_dim=6, query_pre_attn_scalar=5,
                                        sliding_window=5, sliding_window_pattern=2, rope_parameters={
                                            SLIDING: dict(PLAIN_ROPE, rope_theta=10.0),
                                            FULL: dict(LINEAR, rope_theta=1000.0)}),
                    [dict(layer_types=[FULL] * 3), dict(layer_types=[SLIDING] * 3),
                     dict(rope_parameters={SLIDING: dict(PLAIN_ROPE, rope_theta=10.0),
                                           FULL: dict(PLAIN_ROPE, rope_theta=1000.0)}),
                     dict(rope_parameters={SLIDING: dict(PLAIN_ROPE, rope_theta=1000.0),
                                           FULL: dict(LINEAR, rope_theta=1000.0)})]),
    "gemma3_text-capped": ("gemma3_text", dict(SMALL, head_dim=6, query_pre_attn_scalar=6, sliding_window=5,
                                               final_logit_softcapping=4.0),
                           [dict(final_logit_softcapping=None)]),
    "phi": ("phi", dict(GROUPED, num_attention_heads=2), [
        dict(rope_parameters=dict(PLAIN_ROPE, partial_rotary_factor=1.0))]),
    "phi-qk_layernorm": ("phi", dict(SMALL, num_attention_heads=2, qk_layernorm=True, rope_parameters=dict(
        PLAIN_ROPE, partial_rotary_factor=0.75)), [dict(qk_layernorm=False)]),
    "phi3": ("phi3", GROUPED, [dict(hidden_act="gelu")]),
    "phi3-longrope": ("phi3", dict(SMALL, num_attention_heads=2, original_max_position_embeddings=12,
                                   rope_parameters=dict(LONGROPE, partial_rotary_factor=0.75)),
                      [dict(original_max_position_embeddings=64),
                       dict(rope_parameters=dict(PLAIN_ROPE, partial_rotary_factor=0.75))]),
    "phi3-window": ("phi3", dict(SMALL, sliding_window=5), [dict(sliding_window=None)]),
    "phi3-partial": ("phi3", dict(SMALL, num_attention_heads=2, rope_parameters=dict(
        PLAIN_ROPE, partial_rotary_factor=0.75)), [dict(rope_parameters=dict(PLAIN_ROPE, partial_rotary_factor=1.0))]),
    "stablelm": ("stablelm", dict(GROUPED, hidden_size=32, num_attention_heads=2), [dict(rope_parameters=dict(
        PLAIN_ROPE, partial_rotary_factor=1.0))]),
    "stablelm-parallel": ("stablelm", dict(SMALL, use_parallel_residual=True, use_qkv_bias=True, rope_parameters=dict(
        PLAIN_ROPE, partial_rotary_factor=0.5)), [dict(use_qkv_bias=False)]),
    "stablelm-qk_layernorm": ("stablelm", dict(SMALL, num_attention_heads=4, qk_layernorm=True, rope_parameters=dict(
        PLAIN_ROPE, partial_rotary_factor=0.5)), [dict(qk_layernorm=False)]),
    "starcoder2": ("starcoder2", dict(GROUPED, sliding_window=5), [dict(sliding_window=None), dict(use_bias=False)]),
    "starcoder2-unbiased": ("starcoder2", dict(SMALL, use_bias=False, tie_word_embeddings=False),
                            [dict(hidden_act="relu")]),
    "nemotron": ("nemotron", dict(GROUPED, head_dim=8), [
        dict(rope_parameters=dict(PLAIN_ROPE, partial_rotary_factor=1.0)), dict(hidden_act="relu")]),
    "nemotron-biased": ("nemotron", dict(SMALL, attention_bias=True, mlp_bias=True),
                        [dict(attention_bias=False), dict(mlp_bias=False)]),
    "cohere": ("cohere", dict(GROUPED, logit_scale=0.7), [dict(logit_scale=1.0)]),
    "cohere-qk_norm": ("cohere", dict(SMALL, logit_scale=1.25, use_qk_norm=True, tie_word_embeddings=False),
                       [dict(use_qk_norm=False), dict(logit_scale=1.0)]),
    "cohere2": ("cohere2", dict(GROUPED, num_hidden_layers=3, logit_scale=0.7, sliding_window=5,
                                sliding_window_pattern=2),
                [dict(layer_types=[FULL] * 3), dict(layer_types=[SLIDING] * 3)]),
    "exaone4": ("exaone4", dict(GROUPED, num_hidden_layers=2, sliding_window=5, sliding_window_pattern=2),
                [dict(layer_types=[FULL] * 2), dict(layer_types=[SLIDING] * 2)]),
    "exaone4-full": ("exaone4", dict(GROUPED, sliding_window=None, layer_types=[FULL] * 2, tie_word_embeddings=True),
                     [dict(sliding_window=5)]),
    "glm4": ("glm4", dict(GROUPED, head_dim=8), [
        dict(rope_parameters=dict(PLAIN_ROPE, partial_rotary_factor=1.0)), dict(attention_bias=False)]),
    "helium": ("helium", dict(GROUPED, head_dim=4), [AS_LLAMA]),
    "helium-biased": ("helium", dict(SMALL, head_dim=4, attention_bias=True, mlp_bias=True),
                      [dict(attention_bias=False), dict(mlp_bias=False)]),
    "ernie4_5": ("ernie4_5", dict(GROUPED, head_dim=6), [AS_LLAMA]),
    "ernie4_5-biased": ("ernie4_5", dict(SMALL, head_dim=6, use_bias=True, tie_word_embeddings=False),
                        [dict(use_bias=False)]),
    "hunyuan_v1_dense": ("hunyuan_v1_dense", dict(GROUPED, head_dim=6), [AS_LLAMA]),
    "hunyuan_v1_dense-alpha": ("hunyuan_v1_dense", dict(SMALL, head_dim=6, tie_word_embeddings=True,
                                                        rope_parameters=dict(PLAIN_ROPE, rope_type="dynamic", factor=1.0,
                                                                             alpha=1000.0)),
                               [dict(rope_parameters=PLAIN_ROPE)]),
    "gpt2": ("gpt2", GPT2, [dict(activation_function="relu")]),
    "gpt2-by-layer": ("gpt2", dict(GPT2, scale_attn_by_inverse_layer_idx=True, reorder_and_upcast_attn=True),
                      [dict(scale_attn_by_inverse_layer_idx=False)]),
    "gpt2-unscaled": ("gpt2", dict(GPT2, n_layer=1, n_inner=24, scale_attn_weights=False, tie_word_embeddings=False),
                      [dict(scale_attn_weights=True)]),
    "gpt2-relu": ("gpt2", dict(GPT2, n_layer=1, activation_function="relu"), [dict(activation_function="gelu_new")]),
    "gpt2-silu": ("gpt2", dict(GPT2, n_layer=1, activation_function="silu"), [dict(activation_function="gelu_new")]),
    "gpt2-tanh": ("gpt2", dict(GPT2, n_layer=1, activation_function="tanh"), [dict(activation_function="gelu_new")]),
    "gpt2-gelu": ("gpt2", dict(GPT2, n_layer=1, activation_function="gelu"), [dict(activation_function="relu")]),
    "opt": ("opt", OPT, [dict(enable_bias=False), dict(_remove_final_layer_norm=True)]),
    "opt-post-norm": ("opt", dict(OPT, do_layer_norm_before=False, word_embed_proj_dim=12),
                      [dict(do_layer_norm_before=True)]),
    "opt-plain-norm": ("opt", dict(OPT, num_hidden_layers=1, enable_bias=False, layer_norm_elementwise_affine=False),
                       []),
    "bloom": ("bloom", BLOOM, [dict(apply_residual_connection_post_layernorm=True)]),
    "bloom-residual": ("bloom", dict(BLOOM, hidden_size=24, n_head=12, apply_residual_connection_post_layernorm=True),
                       [dict(apply_residual_connection_post_layernorm=False)]),
    "falcon": ("falcon", FALCON, []),
    "falcon-new": ("falcon", dict(FALCON, new_decoder_architecture=True, num_kv_heads=2),
                   [dict(num_ln_in_parallel_attn=1)]),
    "falcon-new-one-norm": ("falcon", dict(FALCON, num_hidden_layers=1, new_decoder_architecture=True, num_kv_heads=2,
                                           num_ln_in_parallel_attn=1, bias=True), [dict(bias=False)]),
    "falcon-alibi": ("falcon", dict(FALCON, hidden_size=24, num_attention_heads=12, alibi=True, bias=True,
                                    parallel_attn=False, multi_query=False), [dict(alibi=False), dict(bias=False)]),
    "mixtral": ("mixtral", dict(GROUPED, intermediate_size=10, head_dim=6, num_local_experts=4, num_experts_per_tok=2),
                [dict(num_experts_per_tok=1)]),
    "mixtral-window": ("mixtral", dict(SMALL, intermediate_size=10, sliding_window=5, num_local_experts=4,
                                       num_experts_per_tok=3), [dict(sliding_window=None)]),
    "qwen3_moe": ("qwen3_moe", dict(SMALL, head_dim=6, moe_intermediate_size=10, **MOE), [dict(norm_topk_prob=True)]),
    "qwen3_moe-renormalised": ("qwen3_moe", dict(SMALL, moe_intermediate_size=10, norm_topk_prob=True, **MOE),
                               [dict(norm_topk_prob=False)]),
    "qwen3_moe-dense-first": ("qwen3_moe", dict(GROUPED, moe_intermediate_size=10, mlp_only_layers=[0],
                                                sliding_window=5, use_sliding_window=True, **MOE),
                              [dict(sliding_window=None)]),
    "qwen3_moe-sparse-step": ("qwen3_moe", dict(GROUPED, num_hidden_layers=3, moe_intermediate_size=10,
                                                decoder_sparse_step=2, **MOE), [dict(decoder_sparse_step=1)]),
    "deepseek_v2": ("deepseek_v2", dict(LATENT, n_shared_experts=2), [dict(routed_scaling_factor=1.0)]),
    "deepseek_v2-grouped": ("deepseek_v2", dict(LATENT, q_lora_rank=None, topk_method="group_limited_greedy",
                                                first_k_dense_replace=0, num_hidden_layers=1, attention_bias=True,
                                                **SHARPLY_GROUPED),
                            [ALL_KEPT, dict(attention_bias=False)]),
    "deepseek_v2-yarn": ("deepseek_v2", dict(LATENT, first_k_dense_replace=2, qk_rope_head_dim=8, rope_parameters=dict(
        NARROW_YARN, mscale=0.7, mscale_all_dim=0.7)), [
            dict(rope_parameters=dict(NARROW_YARN, attention_factor=1.0)), dict(rope_parameters=dict(
                PLAIN_ROPE, rope_theta=100.0))]),
    "deepseek_v3": ("deepseek_v3", LATENT, [dict(norm_topk_prob=False), dict(routed_scaling_factor=1.0),
                                            dict(topk_group=2), dict(rope_interleave=False)]),
    "deepseek_v3-halves": ("deepseek_v3", dict(LATENT, q_lora_rank=None, rope_interleave=False, norm_topk_prob=False,
                                               first_k_dense_replace=0, num_hidden_layers=1, **SHARPLY_GROUPED),
                           [ALL_KEPT, dict(rope_interleave=True), dict(norm_topk_prob=True)]),
    "deepseek_v3-yarn": ("deepseek_v3", dict(LATENT, **dict(NO_GROUPS, qk_rope_head_dim=8, attention_bias=True),
                                             rope_parameters=dict(NARROW_YARN, mscale=1.0, mscale_all_dim=0.7)), [
        dict(rope_parameters=dict(NARROW_YARN, mscale=1.0)), dict(attention_bias=False)]),
    "gpt_oss": ("gpt_oss", dict(GPT_OSS, rope_parameters=dict(NARROW_YARN, truncate=False)), [
        dict(layer_types=[FULL] * 2), dict(layer_types=[SLIDING] * 2), dict(rope_parameters=NARROW_YARN),
        dict(swiglu_limit=7.0), dict(attention_bias=False)]),
    "baichuan": ("baichuan", dict(DEEP, max_position_embeddings=4096), []),
    "baichuan-alibi": ("baichuan", dict(DEEP, hidden_size=24, num_attention_heads=12), []),
}

# variants whose config is also written as transformers 4 spelt it: fields to set or take away after the common ones
OLD_SPELLINGS = {
    "llama-llama3": dict(head_dim=8, pretraining_tp=1),
    "llama-linear": dict(),
    "qwen2-window": dict(layer_types=ABSENT),
    "gpt_neox": dict(rope_theta=ABSENT, partial_rotary_factor=ABSENT, rotary_emb_base=1000, rotary_pct=0.25),
    "olmo3": dict(rope_theta=500000.0, rope_scaling=dict(
        {key: value for key, value in NARROW_YARN.items() if key != "rope_theta"}, beta_slow=0.01)),
    "smollm3-window": dict(layer_types=ABSENT),
    "gemma": dict(hidden_act="gelu", hidden_activation="gelu_pytorch_tanh"),
    "gemma2": dict(layer_types=ABSENT, cache_implementation="hybrid"),
    "gemma3_text": dict(layer_types=ABSENT, _sliding_window_pattern=ABSENT, sliding_window_pattern=2, rope_theta=1000.0,
                        rope_local_base_freq=10.0, rope_scaling=dict(rope_type="linear", factor=2.0)),
    "phi3-longrope": dict(),
    "bloom": dict(hidden_size=ABSENT, n_head=ABSENT, n_embed=16, num_attention_heads=4, n_inner=None, offset_alibi=100),
    "qwen3_moe": dict(num_local_experts=ABSENT, num_experts=4),
    "deepseek_v3-yarn": dict(head_dim=ABSENT, qk_head_dim=ABSENT, rope_interleave=ABSENT, scoring_func="sigmoid",
                             topk_method="noaux_tc", moe_layer_freq=1, ep_size=1),
}
ROPE_TYPE_IS_CALLED_TYPE = {"llama-linear", "phi3-longrope", "deepseek_v3-yarn"}


def random_values(name, shape, mean, spread):
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    with numpy.errstate(over="ignore"):
        counter = numpy.arange(1, math.prod(shape) + 1, dtype=numpy.uint64)
        z = numpy.uint64(state) + counter * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    unit = (z >> numpy.uint64(11)).astype(numpy.float64) * 2.0**-52 - 1
    return torch.from_numpy((mean + spread * unit).astype(numpy.float32).reshape(shape))


def mean_and_spread(name, fresh):
    if name.endswith("act_fn.beta"):
        return 0.5, 0.2
    if name.endswith("act_fn.eps"):  # -1e-6 in a real file, which changes nothing that can be seen
        return -0.1, 0.05
    if name.endswith("sinks"):
        return 0.0, 1.0
    if name.endswith("e_score_correction_bias"):  # small beside scores of 0 to 1: each expert is to be chosen at times
        return 0.0, 0.1
    if "norm" in name or fresh.dim() < 2 or name.endswith("_bias"):
        constant = fresh.numel() > 0 and bool((fresh == fresh.flatten()[0]).all())
        return (round(fresh.flatten()[0].item(), 3) if constant else 0.0), 0.3
    return 0.0, 0.5


def tensor_table(tensors):
    table = {}
    for name in sorted(tensors):
        assert tensors[name].dtype == torch.float32, name
        mean, spread = mean_and_spread(name, tensors[name])
        table[name] = {"shape": list(tensors[name].shape), "mean": mean, "spread": spread}
    return table


def values_of(table):
    return {name: random_values(name, entry["shape"], entry["mean"], entry["spread"]) for name, entry in table.items()}


def document_loss(model, tokens, **inputs):
    total = 0.0
    for start in range(0, len(tokens) - 1, WINDOW):
        fed = tokens[start:start + WINDOW]
        targets = tokens[start + 1:start + WINDOW + 1]
        fresh = copy.deepcopy(model)  # rope that depends on the length remembers the longest window it has seen
        logits = fresh(torch.tensor([fed]), **{key: make(len(fed)) for key, make in inputs.items()}).logits
        total += torch.nn.functional.cross_entropy(logits[0, :len(targets)], torch.tensor(targets),
                                                   reduction="sum").item()
    return total / (len(tokens) - 1)


def losses_of(folder, config, documents, attention, strict):
    (folder / "config.json").write_text(json.dumps(config))
    model, report = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation=attention, experts_implementation="eager",
        ignore_mismatched_sizes=not strict, output_loading_info=True)
    if strict:
        assert not report["missing_keys"] and not report["unexpected_keys"] and not report["mismatched_keys"], report
    with torch.inference_mode():
        return [document_loss(model.eval(), tokens) for tokens in documents]


def changed(config, change):
    result = {**config, **change}
    return {key: value for key, value in result.items() if value is not ABSENT}


def old_spelling(name, config):
    result = {**config, "torch_dtype": config["dtype"], "transformers_version": "4.51.0"}
    del result["dtype"]
    rope = dict(result.pop("rope_parameters", {}))
    if rope and SLIDING not in rope:
        result["rope_theta"] = rope.pop("rope_theta")
        if "partial_rotary_factor" in rope:
            result["partial_rotary_factor"] = rope.pop("partial_rotary_factor")
        if name in ROPE_TYPE_IS_CALLED_TYPE:
            rope["type"] = rope.pop("rope_type")
        result["rope_scaling"] = None if rope == {"rope_type": "default"} else rope
    return changed(result, OLD_SPELLINGS[name])


def alibi_slopes(heads):
    power = 2 ** math.floor(math.log2(heads))
    slopes = [2.0 ** (-8.0 * (i + 1) / power) for i in range(power)]
    return slopes + [2.0 ** (-4.0 * (2 * i + 1) / power) for i in range(heads - power)]


def baichuan(name, fields, documents):
    """Baichuan2's code is not part of transformers: a Llama is its reference, with the fused map cut into three and
    each row of the head divided by its norm, and, for the 13B form, with no turning and ALiBi in the mask."""
    hidden, heads = fields["hidden_size"], fields["num_attention_heads"]
    reference = LlamaForCausalLM(LlamaConfig(**fields, attn_implementation="eager")).eval()
    fused = {key.replace("q_proj", "W_pack"): torch.empty(3 * hidden, hidden) if "q_proj" in key else value
             for key, value in reference.state_dict().items() if "k_proj" not in key and "v_proj" not in key}
    table = tensor_table(fused)
    values = values_of(table)
    for key in [key for key in values if "W_pack" in key]:
        for part, projection in enumerate(("q_proj", "k_proj", "v_proj")):
            values[key.replace("W_pack", projection)] = values[key][part * hidden:(part + 1) * hidden]
        del values[key]
    raw_head = values["lm_head.weight"]
    values["lm_head.weight"] = raw_head / raw_head.norm(dim=1, keepdim=True).clamp(min=1e-12)
    reference.load_state_dict(values)
    config = {
        "_from_model_config": True, "architectures": ["BaichuanForCausalLM"], "auto_map": {
            "AutoConfig": "configuration_baichuan.BaichuanConfig",
            "AutoModelForCausalLM": "modeling_baichuan.BaichuanForCausalLM"},
        "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": hidden, "initializer_range": 0.02,
        "intermediate_size": fields["intermediate_size"], "model_max_length": 4096, "model_type": "baichuan",
        "num_attention_heads": heads, "num_hidden_layers": fields["num_hidden_layers"], "pad_token_id": 0,
        "rms_norm_eps": 1e-06, "tie_word_embeddings": False, "tokenizer_class": "BaichuanTokenizer",
        "torch_dtype": "bfloat16", "transformers_version": "4.29.2", "use_cache": True, "vocab_size": 48,
        "z_loss_weight": 0}
    inputs = {}
    if name == "baichuan":
        config["max_position_embeddings"] = 4096
    else:
        config["gradient_checkpointing"] = [False]
        slopes = torch.tensor(alibi_slopes(heads))[None, :, None, None]

        def mask(length):
            keys = torch.arange(length)
            return (slopes * keys).masked_fill(keys > keys[:, None], torch.finfo(torch.float32).min)

        inputs = dict(position_ids=lambda length: torch.zeros(1, length, dtype=torch.long), attention_mask=mask)
    with torch.inference_mode():
        losses = [document_loss(reference, tokens, **inputs) for tokens in documents]
        reference.lm_head.weight.copy_(raw_head)
        raw = [document_loss(reference, tokens, **inputs) for tokens in documents]
        reference.lm_head.weight.copy_(values["lm_head.weight"])
        turned = [document_loss(reference, tokens) for tokens in documents]
    assert_different(name, losses, raw, "a raw head")
    if inputs:
        assert_different(name, losses, turned, "rope")
    return config, table, losses


def assert_different(name, losses, others, what):
    assert max(abs(a - b) for a, b in zip(losses, others)) > LEAST_CHANGE, (name, what, losses, others)


def write(path, config, table, documents, losses):
    compact = dict(separators=(",", ":"))
    lines = [f"{json.dumps(name)}:{json.dumps(entry, **compact)}" for name, entry in table.items()]
    path.write_text('{"config":' + json.dumps(config, sort_keys=True, **compact) + ',\n"tensors":{\n'
                    + ",\n".join(lines) + '},\n"window":' + str(WINDOW) + ',\n"documents":'
                    + json.dumps(documents, **compact) + ',\n"losses":' + json.dumps(losses, **compact) + "}\n")
    print(path.stem, [round(loss, 4) for loss in losses], path.stat().st_size, flush=True)


def saved(folder, model_type, fields, attention):
    """A fresh model as transformers saves it: its config, and its tensors under the names of the file."""
    config = AutoConfig.for_model(model_type, **fields)
    AutoModelForCausalLM.from_config(config, attn_implementation=attention).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    return json.loads((folder / "config.json").read_text()), load_file(folder / "model.safetensors")


def make(root, name, model_type, fields, changes):
    documents = [torch.randint(fields["vocab_size"], (length,)).tolist() for length in LENGTHS]
    if model_type == "baichuan":
        write(root / f"{name}.json", *(parts := baichuan(name, fields, documents))[:2], documents, parts[2])
        return
    # falcon's eager code adds ALiBi twice (transformers 5.24); what it runs by default adds it once
    attention = "sdpa" if fields.get("alibi") else "eager"
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        config, tensors = saved(folder, model_type, fields, attention)
        if name == "llama-tied-stored-head":
            tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].clone()
        table = tensor_table(tensors)
        save_file(values_of(table), folder / "model.safetensors", metadata={"format": "pt"})
        losses = losses_of(folder, config, documents, attention, strict=True)
        assert all(2 < loss < 14 for loss in losses), (name, losses)
        if name == "llama-tied-stored-head":  # transformers heeds a head that is there, whatever the config says
            save_file(values_of({key: table[key] for key in tensors if key != "lm_head.weight"}),
                      folder / "model.safetensors", metadata={"format": "pt"})
            assert_different(name, losses, losses_of(folder, config, documents, attention, strict=True), "no head")
        for change in changes:
            others = losses_of(folder, changed(config, change), documents, attention, strict=False)
            assert_different(name, losses, others, change)
        write(root / f"{name}.json", config, table, documents, losses)
        if name in OLD_SPELLINGS:
            old = old_spelling(name, config)
            assert losses_of(folder, old, documents, attention, strict=True) == losses, (name, old)
            write(root / f"{name}-old.json", old, table, documents, losses)


def main():
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    root = pathlib.Path(sys.argv[1])
    root.mkdir(parents=True, exist_ok=True)
    for name, variant in VARIANTS.items():
        torch.manual_seed(zlib.crc32(name.encode()))
        if len(sys.argv) == 2 or name in sys.argv[2:]:
            make(root, name, *variant)


if __name__ == "__main__":
    main()
