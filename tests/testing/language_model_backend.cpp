// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/language_model_backend.hpp>

#include <bouillon/core/blas.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <testing/reports.hpp>

#include <check_laws.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

/// Attention that looks ahead, a rotation by other positions and losses of NaN.
struct wrong : xtensor_backend {
    void add_bias(const buffer& bias, row_shape shape, buffer& x) const {
        --shape.rows;
        xtensor_backend::add_bias(bias, shape, x);
    }
    void rotate(buffer& x, const rotation_shape& shape, const buffer& cosines, const buffer& sines,
                std::span<const std::int32_t> positions) const {
        std::vector<std::int32_t> reversed(positions.rbegin(), positions.rend());
        xtensor_backend::rotate(x, shape, cosines, sines, reversed);
    }
    void token_losses(const buffer&, const buffer&, const loss_shape&, std::span<const std::int32_t>,
                      std::span<float> losses) const {
        std::fill(losses.begin(), losses.end(), NAN);
    }
};

}  // namespace

TEST_CASE("a backend that runs language models rightly is not complained of") {
    const detail::single_threaded_blas guard;
    check_laws(language_model_backend_violations(xtensor_backend({.threads = 1})));
}

TEST_CASE("operations that are wrong are told, and those that are right are not") {
    const detail::single_threaded_blas guard;
    const auto told = language_model_backend_violations(wrong());
    CHECK(told.size() == 3);
    check_report(told, "a bias is added to every row: element 910 is ");
    check_report(told, "a rotation turns the first pairs of each head by their row's position: element ");
    check_report(told, "token losses agree with float64, however large the logits: element 0 is nan, but should be ");
}
