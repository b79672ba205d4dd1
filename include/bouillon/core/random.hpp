// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace bouillon {

/// The engine of everything random in bouillon. Whoever needs random numbers is given one: nothing is drawn in secret.
/// The C++ standard fixes its sequence, so a seed gives the same numbers with every compiler and library.
using random_engine = std::mt19937_64;

/// An engine for one stream of a seed: streams are independent, so trial t of a search can own stream t and needs no
/// engine state carried from trial t - 1.
inline random_engine make_engine(std::uint64_t seed, std::uint64_t stream = 0) {
    std::seed_seq words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                        static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
    return random_engine(words);
}

/// A uniform number in [0, 1), a multiple of 2^-53. The standard's own distributions differ between libraries.
inline double uniform(random_engine& engine) { return static_cast<double>(engine() >> 11) * 0x1p-53; }

/// A standard normal number, by Box and Muller's transform of two uniform ones (1 - u is never 0).
inline double normal(random_engine& engine) {
    const double radius = std::sqrt(-2 * std::log1p(-uniform(engine)));
    return radius * std::cos(2 * std::numbers::pi * uniform(engine));
}

}  // namespace bouillon
