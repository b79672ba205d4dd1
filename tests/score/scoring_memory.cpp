// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/scoring_memory.hpp>

#include <bouillon/model/causal_language_model.hpp>
#include "model/counting_backend.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

decoder small() {
    decoder of = test::small_decoder();
    of.parallel_residual = true;
    return of;
}

/// Documents with so many targets each.
held_out_documents documents(const std::vector<std::size_t>& targets) {
    std::vector<std::size_t> offsets = {0};
    for (const std::size_t count : targets) offsets.push_back(offsets.back() + count + 1);
    return {std::vector<std::int32_t>(offsets.back(), 1), offsets, "f"};
}

}  // namespace

TEST_CASE("the memory that is foretold is what a model, its workspaces and its residuals take") {
    number_counts counted;
    const causal_language_model<test::counting_backend> model(small(), {xtensor_backend{}, &counted});
    for (std::size_t lane = 0; lane < 3; ++lane) model.make_workspace(40);
    model.make_residual(60);
    CHECK(scoring_memory(small(), documents({30, 30}), {.rows = 40, .lanes = 3}) ==
          4 * (counted.factors + counted.others));
    CHECK(scoring_memory(small(), documents({30, 30}), {.rows = 40, .lanes = 3, .precision = precision::bf16}) ==
          2 * counted.factors + 4 * counted.others);
}

TEST_CASE("a forward pass holds no more rows than there are, and no fewer than the longest window") {
    const auto one = [](const held_out_documents& held_out, std::size_t rows) {
        return scoring_memory(small(), held_out, {.rows = rows});
    };
    CHECK(one(documents({5, 5}), 1000) == one(documents({10}), 1000));
    CHECK(one(documents({100}), 1) == one(documents({100}), 16));
    CHECK(one(documents({100}), 17) > one(documents({100}), 16));
}

TEST_CASE("residuals are held of a wave at most, and tables are no longer than a window") {
    const auto held_out = documents({1000, 1000});
    const auto memory = [&](const scoring_shape& shape) { return scoring_memory(small(), held_out, shape); };
    CHECK(memory({.wave = 500}) < memory({.wave = 1000}));
    CHECK(memory({.wave = 2000}) == memory({.wave = 3000}));
    CHECK(memory({.window = 8}) < memory({.window = 16}));
    CHECK(memory({.window = 16}) == memory({.window = 4096}));
}

TEST_CASE("a device has logits and scores of blocks, and more where windows are longer") {
    const auto held_out = documents({30, 30});
    const auto more = [&](std::size_t window) {
        return scoring_memory(small(), held_out, {.rows = 40, .window = window, .on_device = true}) -
               scoring_memory(small(), held_out, {.rows = 40, .window = window});
    };
    const std::size_t scores = 4 * 40 * (16 + 8), logits = 40 * 50;  // of all rows, and of the whole vocabulary
    CHECK(more(16) == (32 << 20) + 4 * (scores + logits) + 4 * (scores + 40 * (2 * 4 * 6 + 12)));
    CHECK(more(8) < more(16));
}

TEST_CASE("a device scores a Llama of 7 G parameters in bfloat16 beside eight of them and a merge in 141 GB") {
    decoder of{.vocabulary = 32000, .width = 4096, .heads = 32, .key_value_heads = 32, .head_dim = 128};
    of.value_dim = 128;
    of.feed_forward = 11008;
    of.context = 4096;
    of.layers.resize(32);
    of.rotaries = {{.dims = 128}};
    const scoring_shape shape{
        .rows = 4096, .equal_rows = true, .window = 2048, .on_device = true, .precision = precision::bf16};
    const std::size_t scoring = scoring_memory(of, documents(std::vector<std::size_t>(500, 2048)), shape);
    const std::size_t checkpoint = std::size_t{2} * 6738415616;  // bytes
    CHECK(scoring < 5'000'000'000);
    CHECK(9 * checkpoint + scoring < std::size_t{141'000'000'000} / 20 * 19);
}
