// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/row_math_avx2.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon::detail;

#if defined(__x86_64__)
TEST_CASE("the sums of AVX2's lanes leave nothing out and add nothing twice") {
    if (!has_avx2()) {
        MESSAGE("skipped: no AVX2 here");
        return;
    }
    for (std::size_t count = 0; count < 40; ++count) {
        std::vector<float> x(count, 3.0f), zeros(count, 0.0f);
        CHECK(sum_of_squares_avx2(x.data(), count) == 9.0 * static_cast<double>(count));
        CHECK(exponentials_avx2(zeros.data(), count, 0) == static_cast<double>(count));
        if (count == 0) continue;
        x[count - 1] = 4;
        CHECK(maximum_avx2(x.data(), count) == 4);
        x[count - 1] = 2;
        x[0] = 5;
        CHECK(maximum_avx2(x.data(), count) == 5);
    }
}
#endif
