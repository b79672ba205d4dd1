// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_language_model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

using namespace bouillon;

namespace {

/// The matrix products that were asked for.
struct products {
    int count = 0;
    std::size_t largest = 0, multiplications = 0;  ///< of a result's elements; of all
};

/// Counts matrix products, and leaves their results at 1.
struct counting : thrust_sequential {
    products* counted;

    void gemm(bool, bool, std::size_t m, std::size_t n, std::size_t k, float, const float*, std::size_t, const float*,
              std::size_t, float, float* c, std::size_t ldc) const {
        ++counted->count;
        counted->largest = std::max(counted->largest, m * n);
        counted->multiplications += m * n * k;
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t j = 0; j < n; ++j) c[i * ldc + j] = 1;
    }
};

using array = detail::thrust_array<counting, float>;
using model = detail::thrust_language_model<counting>;

products products_of_attention(std::size_t rows, std::size_t reach) {
    products counted;
    const std::array<std::int32_t, 2> offsets = {0, static_cast<std::int32_t>(rows)};
    const array x(rows);
    array output(rows);
    model(counting{{}, &counted})
        .causal_attention({x, x, x}, offsets, {.heads = 1, .kv_heads = 1, .head_dim = 1, .reach = reach}, output);
    return counted;
}

}  // namespace

TEST_CASE("matrix products are the system's: two a head and window, and one a block of the vocabulary") {
    products counted;
    const model device(counting{{}, &counted});
    const std::array<std::int32_t, 4> offsets = {0, 2, 2, 5};
    const array q(5 * 4 * 2), k(5 * 2 * 2), v(5 * 2 * 3);
    array out(5 * 4 * 3);
    device.causal_attention({q, k, v}, offsets, {.heads = 4, .kv_heads = 2, .head_dim = 2, .value_dim = 3}, out);
    CHECK(counted.count == 2 * 4 * 2);
    for (std::size_t i = 0; i < out.size(); ++i) CHECK(out.data()[i] == 1);

    counted = {};
    const std::array<std::int32_t, 2> targets = {0, 4999};
    std::array<float, 2> losses{};
    const array hidden(2 * 3), head(5000 * 3);
    device.token_losses({hidden, head}, {.rows = 2, .width = 3, .vocabulary = 5000}, targets, losses);
    CHECK(counted.count == 2);
    for (const float loss : losses) CHECK(loss == doctest::Approx(std::log(5000.0)));  // all logits are 1
}

TEST_CASE("scores of a long window do not grow with its square, and those of a short reach not with it at all") {
    for (const std::size_t rows : {2000, 4000}) CHECK(products_of_attention(rows, 0).largest <= 256 * rows);
    CHECK(products_of_attention(2000, 10).largest == 256 * (256 + 9));
    CHECK(products_of_attention(4000, 10).largest == 256 * (256 + 9));
}

TEST_CASE("keys that no query of a block sees are not multiplied") {
    const std::size_t rows = 2560;
    CHECK(products_of_attention(rows, 0).multiplications == 2 * 256 * 256 * (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10));
    CHECK(products_of_attention(rows, 1).multiplications == 2 * rows * 256);
}
