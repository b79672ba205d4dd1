// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/xtensor_product.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace bouillon::detail;

TEST_CASE("xtensor-blas multiplies matrices to the bits that BLAS gives") {
    const std::size_t m = 33, n = 65, k = 97;
    std::vector<float> a(m * k), b(k * n);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = 1.0f / static_cast<float>(i + 1);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = 1.0f / static_cast<float>(2 * i + 1);
    const single_threaded_blas guard;
    for (const bool transpose_a : {false, true})
        for (const bool transpose_b : {false, true}) {
            std::vector<float> c(m * n, 0.25f), expected = c;
            const std::size_t lda = transpose_a ? m : k, ldb = transpose_b ? k : n;
            xtensor_gemm(transpose_a, transpose_b, m, n, k, 0.5f, a.data(), lda, b.data(), ldb, 1.0f, c.data(), n);
            gemm(transpose_a, transpose_b, m, n, k, 0.5f, a.data(), lda, b.data(), ldb, 1.0f, expected.data(), n);
            CHECK(c == expected);
        }
}
