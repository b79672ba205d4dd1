// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_rows.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <numeric>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// Divides a row by its sum, in place.
struct share_of_row {
    using value = float;

    float* x;  ///< (rows, width)
    std::size_t width;

    std::size_t steps() const { return width; }
    value nothing() const { return 0; }
    value merge(value a, value b) const { return a + b; }
    value read(std::size_t row, std::size_t i) const { return x[row * width + i]; }
    value finish(std::size_t, value sum) const { return 1 / sum; }
    void write(std::size_t row, std::size_t i, value share) const { x[row * width + i] *= share; }
};

/// A system that reduces rows itself.
struct reducing : thrust_sequential {
    std::size_t* reduced;

    template <class Operation>
    void reduce_rows(std::size_t rows, const Operation&) const {
        *reduced += rows;
    }
};

}  // namespace

TEST_CASE("a row is read as a whole before it is written, whether it is shorter or longer than the lanes") {
    for (const std::size_t width : {1, 255, 256, 1000}) {
        std::vector<float> x(3 * width, 2.0f);
        reduce_rows(thrust_sequential(), 3, share_of_row{x.data(), width});
        for (const float share : x) CHECK(share == doctest::Approx(1 / static_cast<double>(width)));
    }
}

TEST_CASE("many numbers are added as exactly as by lanes") {
    const std::size_t width = 1 << 20;
    std::vector<float> x(width, 0.1f);
    reduce_rows(thrust_sequential(), 1, share_of_row{x.data(), width});
    // 4096 steps a lane; all in one sum would be off by 4e-2
    CHECK(std::accumulate(x.begin(), x.end(), 0.0) == doctest::Approx(1).epsilon(1e-4));
}

TEST_CASE("a system's own reduction is taken, and no rows are none") {
    std::size_t reduced = 0;
    std::vector<float> x(4, 2.0f);
    const reducing system{{}, &reduced};
    reduce_rows(system, 2, share_of_row{x.data(), 2});
    CHECK(reduced == 2);
    CHECK(x[0] == 2);
    reduce_rows(system, 0, share_of_row{x.data(), 2});
    CHECK(reduced == 2);
}
