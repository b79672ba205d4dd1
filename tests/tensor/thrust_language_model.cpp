// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_language_model.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace bouillon;

namespace {

/// Counts the matrix products that it is asked for, and leaves their results at 1.
struct counting : thrust_sequential {
    int* products;

    void gemm(bool, bool, std::size_t m, std::size_t n, std::size_t, float, const float*, std::size_t, const float*,
              std::size_t, float, float* c, std::size_t ldc) const {
        ++*products;
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t j = 0; j < n; ++j) c[i * ldc + j] = 1;
    }
};

}  // namespace

TEST_CASE("matrix products are the system's: two a head and window, and one a block of the vocabulary") {
    int products = 0;
    const detail::thrust_language_model<counting> model(counting{{}, &products});
    using array = detail::thrust_array<counting, float>;
    const std::array<std::int32_t, 3> offsets = {0, 2, 5};
    array q(5 * 4 * 2), k(5 * 2 * 2), out(5 * 4 * 2);
    model.causal_attention(q, k, k, offsets, {.heads = 4, .kv_heads = 2, .head_dim = 2}, out);
    CHECK(products == 2 * 4 * 2);
    for (std::size_t i = 0; i < out.size(); ++i) CHECK(out.data()[i] == 1);

    products = 0;
    const std::array<std::int32_t, 2> targets = {0, 4999};
    std::array<float, 2> losses{};
    array hidden(2 * 3), head(5000 * 3);
    model.token_losses(hidden, head, {.rows = 2, .width = 3, .vocabulary = 5000}, targets, losses);
    CHECK(products == 2);
    for (const float loss : losses) CHECK(loss == doctest::Approx(std::log(5000.0)));  // all logits are 1
}
