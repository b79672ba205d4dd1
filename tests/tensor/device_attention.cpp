// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/device_attention.hpp>

#include <bouillon/tensor/thrust_rows.hpp>

#include <tensor/bf16_numbers.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;
using test::bytes_of;

namespace {

std::size_t blocks_of(const std::vector<attention_group>& groups) {
    std::size_t blocks = 0;
    for (const auto& group : groups) blocks += group.blocks.size();
    return blocks;
}

}  // namespace

TEST_CASE("a block has the keys from a multiple of 8 before the first that its first query sees to its last query") {
    const std::vector<std::int32_t> offsets = {0, 3, 3, 603};
    const auto whole = group_blocks(offsets, {.heads = 1, .kv_heads = 1, .head_dim = 1}, scores_held);
    REQUIRE(whole.size() == 1);
    REQUIRE(whole[0].blocks.size() == 4);
    const attention_block& last = whole[0].blocks[3];
    CHECK(last.first_row() == 3 + 512);
    CHECK(last.queries == 88);
    CHECK(last.first_key == 0);
    CHECK(last.keys == 600);
    CHECK(whole[0].columns == 600);
    CHECK(whole[0].rows() == 603);
    const auto near = group_blocks(offsets, {.heads = 1, .kv_heads = 1, .head_dim = 1, .reach = 10}, scores_held);
    CHECK(near[0].blocks[3].first_key == 496);  // of 503
    CHECK(near[0].blocks[3].keys == 104);
    CHECK(near[0].columns == 272);
}

TEST_CASE("blocks are held together while their scores are few enough, and else one by one") {
    const std::vector<std::int32_t> offsets = {0, 256, 512, 1536};
    const attention_shape shape{.heads = 2, .kv_heads = 1, .head_dim = 1};
    const auto all = group_blocks(offsets, shape, 2 * 1536 * 1024), few = group_blocks(offsets, shape, 2 * 512 * 256);
    CHECK(all.size() == 1);
    CHECK(few.size() == 5);
    CHECK(few[0].blocks.size() == 2);
    CHECK(few[0].columns == 256);
    CHECK(group_blocks(offsets, shape, 0).size() == 6);
    for (const auto& groups : {all, few}) CHECK(blocks_of(groups) == 6);
    std::size_t row = 0;  // groups and blocks follow each other
    for (const auto& group : few) {
        CHECK(group.first_row() == row);
        row += group.rows();
    }
    CHECK(row == 1536);
}

TEST_CASE("shares of a query's scores sum to 1 over what it sees and are 0 for its block's other keys") {
    for (const std::size_t reach : {0, 1, 3, 300}) {
        const attention_shape shape{.heads = 4, .kv_heads = 2, .head_dim = 1, .reach = reach};
        const std::size_t rows = 300, first_row = 2, columns = 304;  // a window behind one of two rows
        std::vector<std::int32_t> positions = {0, 1};
        for (std::size_t i = 0; i < rows; ++i) positions.push_back(static_cast<std::int32_t>(i));
        std::vector<float> scores(shape.heads * rows * columns), shares(scores.size(), NAN);
        for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = std::sin(static_cast<float>(i)) * 50;
        reduce_rows(thrust_sequential(), shape.heads * rows,
                    softmax_of_query<dtype::f32>{scores.data(),
                                                 columns,
                                                 first_row,
                                                 rows,
                                                 positions.data(),
                                                 shape,
                                                 nullptr,
                                                 nullptr,
                                                 {bytes_of(shares)}});
        bool zeros = true;
        for (std::size_t i = 0; i < shape.heads * rows; ++i) {
            const std::size_t row = i / 2 % rows, first_key = first_key_of_block(shape, row);
            const std::size_t last = std::min(rows, (row / block_queries + 1) * block_queries);
            double sum = 0;
            for (std::size_t key = first_key; key < last; ++key) {
                const float share = shares[i * columns + key - first_key];
                sum += static_cast<double>(share);
                if (key < shape.first_seen(row) || key > row) zeros = zeros && share == 0;
            }
            CHECK(sum == doctest::Approx(1));
        }
        CHECK(zeros);
    }
}

TEST_CASE("a score is capped and has its key's bias added, and a sink takes its share") {
    const attention_shape shape{.heads = 2, .kv_heads = 1, .head_dim = 1, .cap = 1, .positions = 2};
    const std::array<std::int32_t, 2> positions = {0, 1};
    const std::array<float, 16 * 2> scores = {};  // (rows, heads of the kv head, columns)
    std::array<float, 16 * 2> shares{};
    const std::array<float, 4> bias = {0, std::log(3.0f), 0, 0};
    const std::array<float, 2> sinks = {std::log(4.0f), 1000};
    reduce_rows(thrust_sequential(), 4,
                softmax_of_query<dtype::f32>{
                    scores.data(), 8, 0, 2, positions.data(), shape, bias.data(), sinks.data(), {bytes_of(shares)}});
    CHECK(shares[0] == doctest::Approx(0.2));        // head 0, first row: 1 of 1 + 4
    CHECK(shares[2 * 8] == doctest::Approx(0.125));  // its second row: 1 of 1 + 3 + 4
    CHECK(shares[2 * 8 + 1] == doctest::Approx(0.375));
    CHECK(shares[3 * 8] == 0);  // head 1 gives all to its sink
}

TEST_CASE("heads that share keys are put beside each other, and back") {
    const std::size_t rows = 3, kv_heads = 2, group = 2, width = 2, size = rows * kv_heads * group * width;
    std::vector<float> x(size), grouped(size), back(size);
    std::iota(x.begin(), x.end(), 0.0f);
    for (std::size_t i = 0; i < size; ++i)
        regroup_head_element<dtype::f32>{{bytes_of(x)}, rows, kv_heads, group, width, true, {bytes_of(grouped)}}(i);
    CHECK(std::vector<float>(grouped.begin(), grouped.begin() + 6) == std::vector<float>{0, 1, 2, 3, 8, 9});
    for (std::size_t i = 0; i < size; ++i)
        regroup_head_element<dtype::f32>{{bytes_of(grouped)}, rows, kv_heads, group, width, false, {bytes_of(back)}}(i);
    CHECK(back == x);
}
