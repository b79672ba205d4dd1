// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/surrogate/gaussian_process.hpp>
#include <bouillon/testing/acquisition.hpp>

#include <check_laws.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

using bouillon::detail::state_of;
using bouillon::detail::value_at;

/// A surrogate of `count` scores with noise of a standard deviation, 0 for certain ones, which is known.
inline bouillon::gaussian_process<> surrogate_of(std::size_t count, std::size_t dimension, double noise) {
    return bouillon::detail::surrogate_of({.count = count, .noise = noise}, dimension);
}

inline std::vector<double> points_in_cube(std::size_t count, std::size_t dimension, std::uint64_t seed = 8) {
    return bouillon::detail::uniform_numbers(count * dimension, seed);
}

/// Checks the laws of what an acquisition prepares, with gradients as close to differences as they are here.
template <class Prepared>
void check_prepared(const Prepared& prepared, std::size_t dimension, double tolerance = 1e-6) {
    check_laws(bouillon::prepared_violations(prepared, dimension, {.gradients = tolerance}));
}
