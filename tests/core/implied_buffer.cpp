// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/implied_buffer.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

using sizes = std::vector<std::size_t>;

bool implied(std::string_view name, const sizes& shape) { return detail::is_implied_buffer(name, shape); }

}  // namespace

TEST_CASE("buffers that old exports hold are known by name and shape") {
    CHECK(implied("gpt_neox.layers.0.attention.bias", {1, 1, 2048, 2048}));
    CHECK(implied("gpt_neox.layers.0.attention.masked_bias", {}));
    CHECK(implied("gpt_neox.layers.0.attention.masked_bias", {1}));
    CHECK(implied("gpt_neox.layers.0.attention.rotary_emb.inv_freq", {16}));
    CHECK(implied("model.layers.0.self_attn.rotary_emb.inv_freq", {64}));
    CHECK(implied("model.rotary_emb.original_inv_freq", {64}));
    CHECK(implied("model.layers.0.self_attn.rotary_emb.cos_cached", {1, 1, 2048, 64}));
    CHECK(implied("transformer.h.0.attn.bias", {1, 1, 1024, 1024}));
    CHECK(implied("transformer.h.0.attn.causal_mask", {1, 1, 8, 8}));
    CHECK(implied("embeddings.position_ids", {1, 512}));
    CHECK(implied("rope.freqs", {64}));
    CHECK(implied("freqs_cis", {4096, 64}));
}

TEST_CASE("parameters of like names are no buffers") {
    CHECK_FALSE(implied("transformer.h.0.attn.attn.bias", {768}));  // litgpt's queries, keys and values
    CHECK_FALSE(implied("gpt_neox.layers.0.attention.dense.bias", {512}));
    CHECK_FALSE(implied("attention.bias", {1, 1, 2, 3}));
    CHECK_FALSE(implied("attention.weight", {1, 1, 8, 8}));
    CHECK_FALSE(implied("attention.masked_bias", {7}));
    CHECK_FALSE(implied("position_ids", {2, 512}));
    CHECK_FALSE(implied("model.embed_tokens.weight", {8, 8}));
    CHECK_FALSE(implied("prope.freqs.weight", {8}));
}
