// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/host_rows.hpp>

#include <bouillon/core/blas.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace bouillon::detail;

TEST_CASE("rows are attended to in any split of the queries") {
    const single_threaded_blas guard;
    constexpr std::size_t rows = 9, dim = 3;
    std::array<float, rows * dim> q, k, v, whole{}, parts{};
    for (std::size_t i = 0; i < rows * dim; ++i) {
        q[i] = std::sin(static_cast<float>(i));
        k[i] = std::cos(static_cast<float>(3 * i));
        v[i] = static_cast<float>(i);
    }
    const attention_head head{.queries = q.data(), .keys = k.data(), .values = v.data(), .bias = {}, .sink = {}};
    for (const std::size_t reach : {0, 1, 4}) {
        const bouillon::attention_shape shape{.heads = 1, .kv_heads = 1, .head_dim = dim, .reach = reach};
        attend_rows(gemm, head, shape, 0, rows, whole.data());
        for (std::size_t first = 0; first < rows; first += 2)
            attend_rows(gemm, head, shape, first, std::min(first + 2, rows), parts.data());
        for (std::size_t i = 0; i < rows * dim; ++i) CHECK(parts[i] == doctest::Approx(whole[i]).epsilon(1e-6));
        for (std::size_t i = 0; i < dim; ++i) CHECK(whole[i] == v[i]);  // the first row sees only itself
        if (reach == 1) CHECK(whole == v);
    }
}

TEST_CASE("equal logits give the log of the vocabulary, across the blocks that it is cut into") {
    const single_threaded_blas guard;
    const std::size_t vocabulary = 2500;
    const std::vector<float> head(vocabulary, 2.0f);
    const std::array<float, 2> hidden = {3, -4};
    const std::array<std::int32_t, 2> targets = {0, 2499};
    std::array<float, 2> losses{};
    loss_rows(gemm, hidden.data(), head.data(), nullptr, {.rows = 2, .width = 1, .vocabulary = vocabulary},
              targets.data(), losses.data());
    for (const float loss : losses) CHECK(loss == doctest::Approx(std::log(2500.0)).epsilon(1e-7));
}

TEST_CASE("a rotation by a quarter turn swaps a pair") {
    std::array<float, 4> x = {1, 2, 3, 4};
    const std::array<float, 2> cosines = {0, 1}, sines = {1, 0};
    rotate_row(x.data(), {.rows = 1, .heads = 1, .head_dim = 4, .turned = 4}, cosines.data(), sines.data());
    CHECK(x == std::array<float, 4>{-3, 2, 1, 4});
}

TEST_CASE("normalisation may be in place, and leaves a row of zeros at zero") {
    std::array<float, 2> x = {3, 4}, zeros{};
    const std::array<float, 2> weight = {1, 2};
    rms_norm_row(x.data(), weight.data(), {.rows = 1, .width = 2}, x.data());
    CHECK(x[0] == doctest::Approx(3 / std::sqrt(12.5)));
    CHECK(x[1] == doctest::Approx(8 / std::sqrt(12.5)));
    rms_norm_row(zeros.data(), weight.data(), {.rows = 1, .width = 2, .epsilon = 1e-5f}, zeros.data());
    CHECK(zeros == std::array<float, 2>{});
}

TEST_CASE("a layer normalisation leaves mean and deviation of its weight and bias") {
    const std::vector<float> x = {1, 2, 3, 6}, weight(4, 2), bias(4, 5);
    std::vector<float> out(4);
    layer_norm_row(x.data(), weight.data(), bias.data(), {.rows = 1, .width = 4, .epsilon = 0.5f}, out.data());
    const double deviation = std::sqrt(14.0 / 4 + 0.5);
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(static_cast<double>(out[i]) == doctest::Approx(5 + 2 * (static_cast<double>(x[i]) - 3) / deviation));
}

TEST_CASE("only the first dimensions of a head are turned where the rotation is partial") {
    std::vector<float> x = {1, 2, 3, 4};
    const std::vector<float> cosines = {0}, sines = {1};
    rotate_row(x.data(), {.rows = 1, .heads = 1, .head_dim = 4, .turned = 2}, cosines.data(), sines.data());
    CHECK(x == std::vector<float>{-2, 1, 3, 4});
}
