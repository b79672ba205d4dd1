// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/holm.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("Holm's correction has the values of its formula in the order given") {
    const auto corrected = holm_corrected(std::vector{0.04, 0.01, 0.03, 0.005});
    CHECK(corrected[3] == doctest::Approx(0.02));
    CHECK(corrected[1] == doctest::Approx(0.03));
    CHECK(corrected[2] == doctest::Approx(0.06));
    CHECK(corrected[0] == doctest::Approx(0.06));  // 0.04, but never below a smaller p's
    CHECK(holm_corrected(std::vector{0.7, 0.8}) == std::vector{1.0, 1.0});
    CHECK(holm_corrected(std::vector{0.03}) == std::vector{0.03});
    CHECK(holm_corrected({}).empty());
}
