// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/language_model_backend.hpp>

#include <bouillon/core/blas.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <testing/reports.hpp>

#include <check_laws.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

using namespace bouillon;

namespace {

/// Reads no tensor.
struct unreading : xtensor_backend {
    void convert(const tensor&, buffer& output) const { std::fill(output.begin(), output.end(), 1.0f); }
};

/// A wrong operation from each header of laws.
struct wrong : xtensor_backend {
    void add_bias(const buffer& bias, row_shape shape, buffer& x) const {
        --shape.rows;
        xtensor_backend::add_bias(bias, shape, x);
    }
    void causal_attention(const attention_inputs<buffer>& inputs, const windows& window_offsets, attention_shape shape,
                          buffer& output) const {
        shape.cap = 0;
        xtensor_backend::causal_attention(inputs, window_offsets, shape, output);
    }
    void activate(const activation_function&, buffer&, const row_shape&) const {}
    void token_losses(const loss_inputs<buffer>&, const loss_shape&, const indices&, std::size_t,
                      buffer& losses) const {
        std::fill(losses.begin(), losses.end(), NAN);
    }
};

}  // namespace

TEST_CASE("a backend that runs language models rightly is not complained of") {
    const detail::single_threaded_blas guard;
    check_laws(language_model_backend_violations(xtensor_backend({.threads = 1})));
}

TEST_CASE("operations that are wrong are told, whatever header their laws are in") {
    const detail::single_threaded_blas guard;
    const auto told = language_model_backend_violations(wrong());
    CHECK(told.size() == 9);
    check_report(told, "a bias is added to every row: element 910 is ");
    check_report(told, "attention caps its scores: element ");
    check_report(told, "an activation agrees with float64 and survives the largest numbers: SiLU of ");
    check_report(told, "token losses agree with float64, however large the logits: element 0 is nan, but should be 7 ");
}

TEST_CASE("numbers that are converted to others are told") {
    const detail::single_threaded_blas guard;
    check_report(language_model_backend_violations(unreading()),
                 "conversion to float32 is exact, but for the one rounding of F64: element 0 is 1, but should be ");
}
