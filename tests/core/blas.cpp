// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/blas.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <thread>
#include <vector>

using namespace bouillon::detail;

namespace {

/// A (rows, columns) matrix of small exact numbers, so that every product below is exact.
std::vector<double> numbers(std::size_t rows, std::size_t columns, int seed) {
    std::vector<double> values(rows * columns);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<double>((static_cast<int>(i) * 7 + seed) % 11 - 5);
    return values;
}

}  // namespace

TEST_CASE("gemm multiplies row-major matrices, transposed or not") {
    const std::size_t m = 3, n = 4, k = 5;
    for (const bool transpose_a : {false, true})
        for (const bool transpose_b : {false, true}) {
            const auto a = numbers(m, k, 1), b = numbers(k, n, 2);
            std::vector<double> c = numbers(m, n, 3), expected = c;
            const std::size_t lda = transpose_a ? m : k, ldb = transpose_b ? k : n;
            for (std::size_t i = 0; i < m; ++i)
                for (std::size_t j = 0; j < n; ++j) {
                    double sum = 0;
                    for (std::size_t p = 0; p < k; ++p)
                        sum += (transpose_a ? a[p * lda + i] : a[i * lda + p]) *
                               (transpose_b ? b[j * ldb + p] : b[p * ldb + j]);
                    expected[i * n + j] = 2 * sum - expected[i * n + j];
                }
            gemm(transpose_a, transpose_b, m, n, k, 2.0, a.data(), lda, b.data(), ldb, -1.0, c.data(), n);
            CHECK(c == expected);
        }
}

TEST_CASE("gemv multiplies a row-major matrix and a vector") {
    const auto a = numbers(2, 3, 4);
    const std::vector<double> x = {1, 2, 3}, t = {2, -1};
    std::vector<double> y = {10, 20}, z = {0, 0, 0};
    gemv(false, 2, 3, 1.0, a.data(), 3, x.data(), 1.0, y.data());
    CHECK(y[0] == 10 + a[0] + 2 * a[1] + 3 * a[2]);
    CHECK(y[1] == 20 + a[3] + 2 * a[4] + 3 * a[5]);
    gemv(true, 2, 3, 1.0, a.data(), 3, t.data(), 0.0, z.data());
    for (std::size_t j = 0; j < 3; ++j) CHECK(z[j] == 2 * a[j] - a[3 + j]);
}

TEST_CASE("a Cholesky factor multiplies back to its matrix, solves with it and inverts it") {
    const std::vector<double> a = {4, 2, 1, 2, 5, 3, 1, 3, 6};
    std::vector<double> l = a;
    REQUIRE(cholesky_lower(3, l.data(), 3));
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = 0;
            for (std::size_t p = 0; p <= j; ++p) sum += l[i * 3 + p] * l[j * 3 + p];
            CHECK(sum == doctest::Approx(a[i * 3 + j]).epsilon(1e-14));
        }
    std::vector<double> x = {1, 2, 3};
    solve_lower(false, 3, 1, l.data(), 3, x.data(), 1);
    solve_lower(true, 3, 1, l.data(), 3, x.data(), 1);
    for (std::size_t i = 0; i < 3; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < 3; ++j) sum += a[i * 3 + j] * x[j];
        CHECK(sum == doctest::Approx(static_cast<double>(i + 1)).epsilon(1e-14));
    }
    std::vector<double> vector = {1, 2, 3};
    solve_lower(false, 3, l.data(), 3, vector.data());
    solve_lower(true, 3, l.data(), 3, vector.data());
    for (std::size_t i = 0; i < 3; ++i) CHECK(vector[i] == doctest::Approx(x[i]).epsilon(1e-14));
    inverse_from_cholesky_lower(3, l.data(), 3);
    const auto inverse = [&](std::size_t i, std::size_t j) { return i >= j ? l[i * 3 + j] : l[j * 3 + i]; };
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) {
            double sum = 0;
            for (std::size_t p = 0; p < 3; ++p) sum += a[i * 3 + p] * inverse(p, j);
            CHECK(sum == doctest::Approx(i == j ? 1 : 0).epsilon(1e-14));
        }
}

TEST_CASE("a matrix that is not positive definite is reported, not factored") {
    std::vector<double> a = {1, 2, 2, 1};
    CHECK_FALSE(cholesky_lower(2, a.data(), 2));
}

TEST_CASE("a size that BLAS cannot count is refused") {
    CHECK(blas_size(2147483647) == 2147483647);
    CHECK_THROWS_WITH_AS(blas_size(2147483648),
                         "a matrix: 2147483648 rows or columns, but BLAS can count to 2^31 - 1 only",
                         bouillon::input_error);
}

TEST_CASE("BLAS has one thread while a guard lives, and its own number again after the last") {
    if (!blas_threads) return;
    const int before = blas_threads();
    set_blas_threads(2);
    {
        const single_threaded_blas outer;
        {
            const single_threaded_blas inner;
            CHECK(blas_threads() == 1);
        }
        CHECK(blas_threads() == 1);
    }
    CHECK(blas_threads() == 2);
    set_blas_threads(before);
}

TEST_CASE("guards that begin and end in any order in two threads leave BLAS its number of threads") {
    if (!blas_threads) return;
    const int before = blas_threads();
    set_blas_threads(2);
    const auto guard_often = [] {
        for (int i = 0; i < 2000; ++i) const single_threaded_blas guard;
    };
    std::thread other(guard_often);
    guard_often();
    other.join();
    CHECK(blas_threads() == 2);
    {
        std::optional<single_threaded_blas> first(std::in_place);
        const single_threaded_blas second;
        first.reset();  // the first to begin is the first to end
        CHECK(blas_threads() == 1);
    }
    CHECK(blas_threads() == 2);
    set_blas_threads(before);
}
