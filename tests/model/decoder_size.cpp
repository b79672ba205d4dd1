// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/decoder_size.hpp>

#include <bouillon/model/causal_language_model.hpp>
#include "counting_backend.hpp"
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace bouillon;

namespace {

struct variant {
    std::string name;
    void (*change)(decoder&);
};

const std::vector<variant> variants = {
    {"plain", [](decoder&) {}},
    {"biases",
     [](decoder& of) {
         of.query_key_value_biased = of.attention_output_biased = of.feed_forward_biased = of.head_biased = true;
     }},
    {"norms",
     [](decoder& of) {
         of.norm.kind = norm_settings::function::layer;
         of.attention_norms = {.input = false, .output = true, .sum = true};
         of.query_key.over = query_key_norm::extent::each_head;
         of.parallel_residual = true;
     }},
    {"whole", [](decoder& of) { of.query_key.over = query_key_norm::extent::whole; }},
    {"head", [](decoder& of) { of.query_key.over = query_key_norm::extent::head; }},
    {"ends",
     [](decoder& of) {
         of.embedding_width = 8;
         of.learned_positions = of.embedding_normalised = true;
         of.position_rows = 18;
         of.rotaries.clear();
         of.bias_by_position = position_bias::alibi;
         of.gated = false;
         of.sinks = true;
     }},
    {"latent",
     [](decoder& of) {
         of.key_value_heads = 4;
         of.latent = {.query_rank = 5, .key_value_rank = 7, .turned = 2};
         of.rotaries = {{.dims = 2}};
     }},
    {"experts",
     [](decoder& of) {
         of.experts = {.count = 3, .chosen = 1, .feed_forward = 40, .shared_feed_forward = 10, .router_biased = true};
         of.layers[1].experts = true;
     }},
};

}  // namespace

TEST_CASE("what is taken apart is held beside its parts, and nothing where tensors are taken as they are") {
    decoder of = test::small_decoder();
    const auto scratch = [&] { return std::pair(scratch_numbers(of).factors, scratch_numbers(of).others); };
    CHECK(scratch() == std::pair<std::size_t, std::size_t>(0, 0));
    of.query_key_value = query_key_value_layout::blocks;
    CHECK(scratch() == std::pair<std::size_t, std::size_t>(12 * (4 + 2 + 2) * 6, 0));
    of.gates = gate_layout::blocks;
    CHECK(scratch() == std::pair<std::size_t, std::size_t>(2 * 12 * 28, 0));
    of.transposed_maps = true;
    CHECK(scratch() == std::pair<std::size_t, std::size_t>(2 * 12 * 28, 3 * 2 * 12 * 28));
    of.experts = {.count = 3, .feed_forward = 40, .stacked = true};
    CHECK(scratch() == std::pair<std::size_t, std::size_t>(6 * 12 * 40, 12 * 40));
}

TEST_CASE("the numbers of a model and of its activations are those that it asks its backend for") {
    const auto check = [](const number_counts& told, const number_counts& counted) {
        CHECK(told.factors == counted.factors);
        CHECK(told.others == counted.others);
    };
    for (const variant& each : variants) {
        CAPTURE(each.name);
        decoder of = test::small_decoder();
        each.change(of);
        number_counts counted;
        const causal_language_model<test::counting_backend> model(of, {xtensor_backend{}, &counted});
        check(parameter_numbers(of, 16), counted);
        counted = {};
        model.make_workspace(7);
        check(7 * activation_numbers(of), counted);
    }
}
