// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/device_rows.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// Scores (heads, keys, queries) that are far apart.
std::vector<float> make_scores(std::size_t heads, const attention_block& block) {
    std::vector<float> scores(heads * block.keys * block.queries);
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = std::sin(static_cast<float>(i)) * 50;
    return scores;
}

}  // namespace

TEST_CASE("a block holds the keys from the first that its first query sees to its last query") {
    attention_shape shape{.heads = 1, .kv_heads = 1, .head_dim = 1};
    const auto whole = make_attention_block(shape, 6, 3, 8);
    CHECK(whole.first_query == 6);
    CHECK(whole.queries == 2);
    CHECK(whole.first_key == 0);
    CHECK(whole.keys == 8);
    shape.reach = 3;
    const auto near = make_attention_block(shape, 3, 3, 8);
    CHECK(near.queries == 3);
    CHECK(near.first_key == 1);
    CHECK(near.keys == 5);
}

TEST_CASE("softmax of transposed scores sums to 1 over what a query sees and is 0 elsewhere") {
    for (const std::size_t reach : {0, 1, 3}) {
        const attention_shape shape{.heads = 2, .kv_heads = 2, .head_dim = 1, .reach = reach};
        const auto block = make_attention_block(shape, 4, 3, 10);
        auto scores = make_scores(shape.heads, block);
        const causal_softmax_of_query softmax{scores.data(), shape, block, nullptr};
        for (std::size_t i = 0; i < shape.heads * block.queries; ++i) softmax(i);
        for (std::size_t i = 0; i < shape.heads * block.queries; ++i) {
            const std::size_t head = i / block.queries, query = i % block.queries, row = block.first_query + query;
            float sum = 0;
            for (std::size_t key = 0; key < block.keys; ++key) {
                const float share = scores[(head * block.keys + key) * block.queries + query];
                const std::size_t place = block.first_key + key;
                CHECK((place >= shape.first_seen(row) && place <= row ? share >= 0 : share == 0));
                sum += share;
            }
            CHECK(sum == doctest::Approx(1));
        }
    }
}

TEST_CASE("a sink takes its share of a softmax, however large it is") {
    const attention_shape shape{.heads = 2, .kv_heads = 1, .head_dim = 1};
    const attention_block block{1, 1, 0, 2};
    std::array<float, 4> scores = {0, 0, 0, 0};
    const std::array<float, 2> sinks = {std::log(2.0f), 1000};
    const causal_softmax_of_query softmax{scores.data(), shape, block, sinks.data()};
    softmax(0);
    softmax(1);
    CHECK(scores[0] == doctest::Approx(0.25));
    CHECK(scores[1] == doctest::Approx(0.25));
    CHECK(scores[2] == 0);
    CHECK(scores[3] == 0);
}

TEST_CASE("a score is capped, then has the bias of its head and of its key's place added") {
    const attention_block block{5, 2, 3, 4};
    const std::size_t heads = 2, positions = 9;
    std::vector<float> bias(heads * positions);
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = static_cast<float>(i);
    const auto before = make_scores(heads, block);
    auto after = before;
    const cap_and_bias_score both{after.data(), block, 4, bias.data(), positions};
    for (std::size_t i = 0; i < after.size(); ++i) both(i);
    for (std::size_t i = 0; i < after.size(); ++i) {
        const std::size_t head = i / 8, key = i / 2 % 4;
        CHECK(after[i] == doctest::Approx(4 * std::tanh(before[i] / 4) + bias[head * positions + 3 + key]));
    }
    auto untouched = before;
    for (std::size_t i = 0; i < after.size(); ++i) cap_and_bias_score{untouched.data(), block, 0, nullptr, 0}(i);
    CHECK(untouched == before);
}

TEST_CASE("a logit has its bias added, scaled, and is then capped") {
    std::array<float, 4> logits = {1, 2, 30, -40};  // (2, rows)
    const std::array<float, 2> bias = {8, 12};
    for (std::size_t i = 0; i < 4; ++i) bias_and_cap_logit{logits.data(), 2, bias.data(), 0.5f, 10}(i);
    CHECK(logits[0] == doctest::Approx(10 * std::tanh(0.5)));
    CHECK(logits[1] == doctest::Approx(10 * std::tanh(0.6)));
    CHECK(logits[2] == doctest::Approx(10 * std::tanh(3.6)));
    CHECK(logits[3] == doctest::Approx(-10 * std::tanh(3.4)));
}

TEST_CASE("a loss does not depend on how the vocabulary is cut") {
    std::array<float, 6> logits = {300, 1, -2, 301, 0, 299};  // (vocabulary, 1)
    const std::int32_t target = 5;
    std::array<float, 2> losses{};
    running_loss state{};
    add_logits_of_row{logits.data(), 1, 0, 6, 6, &target, &state, &losses[0]}(0);
    add_logits_of_row{logits.data(), 1, 0, 2, 6, &target, &state, &losses[1]}(0);
    add_logits_of_row{logits.data() + 2, 1, 2, 4, 6, &target, &state, &losses[1]}(0);
    const double expected = std::log(std::exp(1.0) + std::exp(2.0) + 1);
    CHECK(losses[0] == doctest::Approx(expected).epsilon(1e-7));
    CHECK(losses[1] == doctest::Approx(expected).epsilon(1e-7));
}
