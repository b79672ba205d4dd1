// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_attention.hpp>

#include <bouillon/tensor/precision.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace bouillon;

namespace {

/// The products that were asked for.
struct products {
    std::size_t count = 0, largest = 0, multiplications = 0;  ///< of a result's elements; of all
};

/// Counts products, and leaves their results as they are.
struct counting : thrust_sequential {
    static constexpr bool on_device = true;
    products* counted;

    void multiply(const detail::device_product& product) const {
        ++counted->count;
        counted->largest = std::max(counted->largest, product.batch * product.m * product.n);
        counted->multiplications += product.batch * product.m * product.n * product.k;
    }
};

products products_of(const std::vector<std::int32_t>& offsets, const attention_shape& shape) {
    using buffer = detail::thrust_buffer<counting>;
    products counted;
    const counting system{{}, &counted};
    const auto rows = static_cast<std::size_t>(offsets.back());
    std::vector<std::int32_t> places(rows);
    for (std::size_t w = 0; w + 1 < offsets.size(); ++w)
        for (auto row = offsets[w]; row < offsets[w + 1]; ++row)
            places[static_cast<std::size_t>(row)] = row - offsets[w];
    const detail::thrust_array<counting, std::int32_t> positions(system, std::span<const std::int32_t>(places));
    const buffer x(system, rows * shape.query_width(), dtype::f32);
    buffer output(system, rows * shape.output_width(), dtype::f32);
    const detail::thrust_attention attention(system);
    attention({x, x, x}, offsets, positions, shape, output);
    return counted;
}

}  // namespace

TEST_CASE("a block of queries is two products for all heads, whether they share keys or not") {
    CHECK(products_of({0, 2, 2, 5}, {.heads = 4, .kv_heads = 4, .head_dim = 2}).count == 2 * 2);
    CHECK(products_of({0, 2, 2, 5}, {.heads = 4, .kv_heads = 2, .head_dim = 2, .value_dim = 3}).count == 2 * 2);
    CHECK(products_of({0, 600}, {.heads = 1, .kv_heads = 1, .head_dim = 1}).count == 2 * 3);
}

TEST_CASE("scores of a long window do not grow with its square, and those of a short reach not with it at all") {
    const attention_shape all{.heads = 1, .kv_heads = 1, .head_dim = 1};
    attention_shape near = all;
    near.reach = 10;
    for (const std::int32_t rows : {2000, 4000})
        CHECK(products_of({0, rows}, all).largest <= 256 * static_cast<std::size_t>(rows));
    CHECK(products_of({0, 2000}, near).largest == 256 * (256 + 16));
    CHECK(products_of({0, 4000}, near).largest == 256 * (256 + 16));
}

TEST_CASE("keys that no query of a block sees are not multiplied") {
    const attention_shape all{.heads = 1, .kv_heads = 1, .head_dim = 1};
    attention_shape one = all;
    one.reach = 1;
    CHECK(products_of({0, 2560}, all).multiplications == 2 * 256 * 256 * (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10));
    CHECK(products_of({0, 2560}, one).multiplications == 2 * 2560 * 256);
}
