// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bouillon::detail {

/// Numbers between 0 and 1, the same for a seed always: coordinates of points to check laws at.
inline std::vector<double> uniform_numbers(std::size_t count, std::uint64_t seed) {
    random_engine engine = make_engine(seed);
    std::vector<double> numbers(count);
    for (double& number : numbers) number = uniform(engine);
    return numbers;
}

}  // namespace bouillon::detail
