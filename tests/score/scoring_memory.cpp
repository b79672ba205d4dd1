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
    std::size_t counted = 0;
    const causal_language_model<test::counting_backend> model(small(), {xtensor_backend{}, &counted});
    for (std::size_t lane = 0; lane < 3; ++lane) model.make_workspace(40);
    model.make_residual(60);
    CHECK(scoring_memory(small(), documents({30, 30}), {.rows = 40, .lanes = 3}) == 4 * counted);
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

TEST_CASE("a device has whole matrices of logits, and of attention scores of a block of queries") {
    const auto held_out = documents({30, 30});
    const std::size_t more = scoring_memory(small(), held_out, {.rows = 40, .on_device = true}) -
                             scoring_memory(small(), held_out, {.rows = 40});
    CHECK(more == 4 * (40 * 50 + 4 * 16 * 256));
}
