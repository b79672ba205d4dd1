// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <random>
#include <span>
#include <utility>

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

/// Moves a random choice of `count` values, in random order, to the end: the beginning of Fisher and Yates's shuffle.
/// std::shuffle differs between libraries.
template <class T>
void shuffle_tail(std::span<T> values, std::size_t count, random_engine& engine) {
    const std::size_t first = values.size() - std::min(count, values.size());
    for (std::size_t left = values.size(); left > std::max(first, std::size_t{1}); --left)
        std::swap(values[static_cast<std::size_t>(uniform(engine) * static_cast<double>(left))], values[left - 1]);
}

/// Puts values into a random order, each as likely as any other.
template <class T>
void shuffle(std::span<T> values, random_engine& engine) {
    shuffle_tail(values, values.size(), engine);
}

}  // namespace bouillon
