// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/host_language_model.hpp>

#include <bouillon/core/blas.hpp>
#include <bouillon/core/parallel.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon::detail;

namespace {

struct forward {
    static constexpr matrix_product gemm = bouillon::detail::gemm;

    template <class Body>
    void operator()(std::size_t tasks, Body body) const {
        for (std::size_t task = 0; task < tasks; ++task) body(task);
    }
};

struct threaded {
    static constexpr matrix_product gemm = bouillon::detail::gemm;

    template <class Body>
    void operator()(std::size_t tasks, Body body) const {
        bouillon::parallel_for(tasks, 3, [&](std::size_t task, std::size_t) { body(task); });
    }
};

/// Every row once, the last first.
std::vector<std::int32_t> targets_of_rows(std::size_t rows) {
    std::vector<std::int32_t> all;
    while (rows > 0) all.push_back(static_cast<std::int32_t>(--rows));
    return all;
}

template <class Host>
std::vector<float> forward_pass() {
    const host_language_model<std::vector<float>, Host> model;
    const std::size_t rows = 300, heads = 4, width = heads * 8, vocabulary = 50;
    std::vector<float> x(rows * width), weight(width * width), head(vocabulary * width), out(rows * width);
    std::vector<float> attended(rows * width);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i));
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = std::cos(static_cast<float>(i));
    for (std::size_t i = 0; i < head.size(); ++i) head[i] = std::cos(static_cast<float>(2 * i));
    std::vector<std::int32_t> targets(rows, 7), offsets = {0, 100, 101, 300};
    model.linear(x, weight, {.rows = rows, .inputs = width, .outputs = width}, false, out);
    model.causal_attention({.queries = out, .keys = x, .values = out}, offsets,
                           {.heads = heads, .kv_heads = heads, .head_dim = 8}, attended);
    model.rms_norm(attended, head, {.rows = rows, .width = width, .epsilon = 1e-5f}, x);
    model.activate_gated({}, x, out, {.rows = rows, .width = width});
    model.add_rows(out, targets_of_rows(rows), std::vector<float>(rows, 0.5f), {0, rows}, width, x);
    std::vector<float> losses(rows);
    model.token_losses({.hidden = x, .head = head}, {.rows = rows, .width = width, .vocabulary = vocabulary}, targets,
                       0, losses);
    return losses;
}

}  // namespace

TEST_CASE("operations have the same bits however their tasks are shared out") {
    const single_threaded_blas guard;
    CHECK(forward_pass<forward>() == forward_pass<threaded>());
}
