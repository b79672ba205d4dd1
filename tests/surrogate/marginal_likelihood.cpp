// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/random.hpp>
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/surrogate/marginal_likelihood.hpp>

#include <doctest/doctest.h>
#include <surrogate/reference_values.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

template <class Kernel>
void check_reference(const Kernel& kernel, const std::vector<double>& variances, const reference::values& expected) {
    std::array<double, 3> gradient{};
    const double value = log_marginal_likelihood(kernel, reference::data(variances), reference::at, 0.0, gradient);
    CHECK(std::abs(value - expected.log_likelihood) < 1e-13);
    CHECK(std::abs(gradient[0] - expected.by_log_length_scale) < 1e-12);
    CHECK(std::abs(gradient[1] - expected.by_log_signal_variance) < 1e-12);
    CHECK(gradient[2] == 0);
}

}  // namespace

TEST_CASE("the likelihood and its gradient have their reference values") {
    check_reference(ard<matern52>{}, reference::equal_variances, reference::matern52_equal);
    check_reference(ard<matern52>{}, reference::own_variances, reference::matern52_own);
    check_reference(ard<squared_exponential>{}, reference::equal_variances, reference::squared_exponential_equal);
    check_reference(ard<squared_exponential>{}, reference::own_variances, reference::squared_exponential_own);
}
