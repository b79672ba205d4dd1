// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/scoring_memory.hpp>

#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

/// Counts the elements of the buffers that it is asked for.
struct counting_backend : xtensor_backend {
    std::size_t* elements;

    buffer make_buffer(std::size_t count) const {
        *elements += count;
        return xtensor_backend::make_buffer(count);
    }
};

language_model_config small() {
    language_model_config config;
    config.vocabulary = 50;
    config.width = 12;
    config.feed_forward = 28;
    config.layers = 3;
    config.heads = 4;
    config.key_value_heads = 2;
    config.head_dim = 6;
    config.context = 16;
    config.rotary.dims = 6;
    config.parallel_residual = true;
    return config;
}

/// Documents with so many targets each.
held_out_documents documents(const std::vector<std::size_t>& targets) {
    std::vector<std::size_t> offsets = {0};
    for (const std::size_t count : targets) offsets.push_back(offsets.back() + count + 1);
    return {std::vector<std::int32_t>(offsets.back(), 1), offsets, "f"};
}

}  // namespace

TEST_CASE("the memory that is foretold is what a model and its workspaces take") {
    std::size_t counted = 0;
    const causal_language_model<counting_backend> model(small(), {xtensor_backend{}, &counted});
    const std::size_t parameters = counted - small().context * small().head_dim;
    for (std::size_t lane = 0; lane < 3; ++lane) model.make_workspace(40);
    CHECK(scoring_memory(small(), parameters, documents({30, 30}), {.rows = 40, .lanes = 3}) == 4 * counted);
}

TEST_CASE("a forward pass holds no more rows than there are, and no fewer than the longest window") {
    const auto one = [](const held_out_documents& held_out, std::size_t rows) {
        return scoring_memory(small(), 0, held_out, {.rows = rows});
    };
    CHECK(one(documents({5, 5}), 1000) == one(documents({10}), 1000));
    CHECK(one(documents({100}), 1) == one(documents({100}), 16));
    CHECK(one(documents({100}), 17) > one(documents({100}), 16));
}

TEST_CASE("a device has whole matrices of logits and attention scores") {
    const auto held_out = documents({30, 30});
    const std::size_t more = scoring_memory(small(), 7, held_out, {.rows = 40, .on_device = true}) -
                             scoring_memory(small(), 7, held_out, {.rows = 40});
    CHECK(more == 4 * (40 * 50 + 4 * 16 * 16));
}
