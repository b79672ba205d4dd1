// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/attention_laws.hpp>

#include <bouillon/core/blas.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <testing/reports.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// Leaves a part of attention out.
struct forgetful : xtensor_backend {
    enum class part { nothing, scale, cap, reach, bias, sinks };
    part left_out;

    explicit forgetful(part of) : xtensor_backend({.threads = 1}), left_out(of) {}

    void causal_attention(const attention_inputs<buffer>& inputs, const windows& window_offsets, attention_shape shape,
                          buffer& output) const {
        if (left_out == part::scale) shape.scale = 1 / std::sqrt(static_cast<float>(shape.head_dim));
        if (left_out == part::cap) shape.cap = 0;
        if (left_out == part::reach && shape.reach > 0) ++shape.reach;
        xtensor_backend::causal_attention(
            {inputs.queries, inputs.keys, inputs.values, left_out == part::bias ? nullptr : inputs.bias,
             left_out == part::sinks ? nullptr : inputs.sinks},
            window_offsets, shape, output);
    }
};

/// Sees all windows as one.
struct without_windows : xtensor_backend {
    void causal_attention(const attention_inputs<buffer>& inputs, const windows& window_offsets,
                          const attention_shape& shape, buffer& output) const {
        const windows one = {0, window_offsets.back()};
        xtensor_backend::causal_attention(inputs, one, shape, output);
    }
};

template <class Backend>
violations attention_violations(const Backend& backend) {
    const single_threaded_blas guard;
    buffer_book<Backend> book(backend);
    check_attention(book);
    return book.sentences();
}

}  // namespace

TEST_CASE("right attention is not complained of") {
    CHECK(to_lines(attention_violations(forgetful(forgetful::part::nothing))) == "");
}

TEST_CASE("each part that attention leaves out is told, also among the others") {
    const char* const all = "attention caps scores, then adds the bias, within its reach, beside its sink: element ";
    const auto check = [&](forgetful::part left_out, const char* law) {
        const auto told = attention_violations(forgetful(left_out));
        CHECK(told.size() == 2);
        check_report(told, law);
        check_report(told, all);
    };
    check(forgetful::part::scale, "attention scales its scores: element ");
    check(forgetful::part::cap, "attention caps its scores: element ");
    check(forgetful::part::reach, "attention reaches as far back as it is told: element ");
    check(forgetful::part::bias, "attention adds a bias by the place of a key in its window: element ");
    check(forgetful::part::sinks, "attention divides by the exponential of its sink too: element ");
}

TEST_CASE("attention that leaves its window is told") {
    check_report(attention_violations(without_windows()),
                 "attention is causal, stays in its window and shares key heads: element ");
}

TEST_CASE("what attention is compared with is right in cases that are easy") {
    attention_case c{.law = "", .window_offsets = {0, 1, 3}, .shape = {.heads = 1, .kv_heads = 1, .head_dim = 1}};
    c.queries = c.keys = {0, 0, 0};
    c.values = {1, 2, 4};
    CHECK(c.expected() == std::vector<double>{1, 2, 3});
    c.shape.reach = 1;
    CHECK(c.expected() == std::vector<double>{1, 2, 4});
    c.shape.reach = 0;
    c.has_sinks = true;
    c.sinks = {0};
    CHECK(c.expected()[0] == doctest::Approx(0.5));
    CHECK(c.expected()[2] == doctest::Approx(2));
    c.has_bias = true;
    c.bias = {0, 1000};
    c.shape.positions = 2;
    c.has_sinks = false;
    CHECK(c.expected()[1] == doctest::Approx(2));
}
