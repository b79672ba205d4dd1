// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bouillon {

namespace detail {

constexpr std::size_t sobol_dimensions = 32;

/// A primitive polynomial, bit k for x^k, and as many odd direction numbers as it has degrees.
struct sobol_generator {
    std::uint32_t polynomial;
    std::array<std::uint32_t, 7> first;
};

constexpr std::array<sobol_generator, sobol_dimensions - 1> sobol_generators{{
    {3, {1}},
    {7, {1, 3}},
    {11, {1, 3, 1}},
    {13, {1, 1, 1}},
    {19, {1, 1, 3, 3}},
    {25, {1, 3, 5, 13}},
    {37, {1, 1, 5, 5, 17}},
    {41, {1, 1, 5, 5, 5}},
    {47, {1, 1, 7, 11, 19}},
    {55, {1, 1, 5, 1, 1}},
    {59, {1, 1, 1, 3, 11}},
    {61, {1, 3, 5, 5, 31}},
    {67, {1, 3, 3, 9, 7, 49}},
    {91, {1, 1, 1, 15, 21, 21}},
    {97, {1, 3, 1, 13, 27, 49}},
    {103, {1, 1, 1, 15, 7, 5}},
    {109, {1, 3, 1, 15, 13, 25}},
    {115, {1, 1, 5, 5, 19, 61}},
    {131, {1, 3, 7, 11, 23, 15, 103}},
    {137, {1, 3, 7, 13, 13, 15, 69}},
    {143, {1, 1, 3, 13, 7, 35, 63}},
    {145, {1, 3, 5, 9, 1, 25, 53}},
    {157, {1, 3, 1, 13, 9, 35, 107}},
    {167, {1, 3, 1, 5, 27, 61, 31}},
    {171, {1, 1, 5, 11, 19, 41, 61}},
    {185, {1, 3, 5, 3, 3, 13, 69}},
    {191, {1, 1, 7, 13, 1, 19, 1}},
    {193, {1, 3, 7, 5, 13, 19, 59}},
    {203, {1, 1, 3, 9, 25, 29, 41}},
    {211, {1, 3, 5, 13, 23, 1, 55}},
    {213, {1, 3, 7, 3, 13, 59, 17}},
}};

using sobol_directions = std::array<std::uint32_t, 32>;  // what each bit of the index toggles, the lowest bit first

/// Bratley and Fox (1988), eq. 2, on numbers that are shifted to the left of their 32 bits.
constexpr sobol_directions make_directions(const sobol_generator& generator) {
    const auto degree = static_cast<std::size_t>(std::bit_width(generator.polynomial)) - 1;
    sobol_directions v{};
    for (std::size_t k = 0; k < v.size(); ++k) {
        if (k < degree) {
            v[k] = generator.first[k] << (31 - k);
            continue;
        }
        v[k] = v[k - degree] ^ (v[k - degree] >> degree);
        for (std::size_t j = 1; j < degree; ++j)
            if (generator.polynomial >> (degree - j) & 1) v[k] ^= v[k - j];
    }
    return v;
}

constexpr std::array<sobol_directions, sobol_dimensions> make_sobol_table() {
    std::array<sobol_directions, sobol_dimensions> table{};
    for (std::size_t k = 0; k < 32; ++k) table[0][k] = std::uint32_t{1} << (31 - k);  // van der Corput's sequence
    for (std::size_t j = 1; j < sobol_dimensions; ++j) table[j] = make_directions(sobol_generators[j - 1]);
    return table;
}

inline constexpr std::array<sobol_directions, sobol_dimensions> sobol_table = make_sobol_table();

/// One coordinate of a point of the plain sequence, as 32 binary digits after the point.
inline std::uint32_t sobol_digits(std::uint32_t index, std::size_t coordinate) {
    std::uint32_t digits = 0;
    for (; index != 0; index &= index - 1)
        digits ^= sobol_table[coordinate][static_cast<std::size_t>(std::countr_zero(index))];
    return digits;
}

constexpr std::uint32_t reversed_bits(std::uint32_t x) {
    x = (x >> 16) | (x << 16);
    x = (x >> 8 & 0x00ff00ff) | (x & 0x00ff00ff) << 8;
    x = (x >> 4 & 0x0f0f0f0f) | (x & 0x0f0f0f0f) << 4;
    x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
    return (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
}

/// Owen's nested scrambling by a hash: whether a digit is flipped depends on the digits before it and on the seed, so
/// equal beginnings stay equal. Burley (2020), section 3, with Vegdahl's (2021) constants, which mix better.
constexpr std::uint32_t nested_scramble(std::uint32_t digits, std::uint32_t seed) {
    std::uint32_t x = reversed_bits(digits);
    x ^= x * 0x3d20adea;
    x += seed;
    x *= (seed >> 16) | 1;
    x ^= x * 0x05526c56;
    x ^= x * 0x53a22864;
    return reversed_bits(x);
}

/// Seed number `stream` of a seed: Steele, Lea and Flood's (2014) SplitMix64.
constexpr std::uint32_t scramble_seed(std::uint64_t seed, std::uint64_t stream) {
    std::uint64_t z = seed + (stream + 1) * 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return static_cast<std::uint32_t>((z ^ z >> 31) >> 32);
}

}  // namespace detail

/// Points that fill the unit cube more evenly than random ones do: Sobol's sequence, scrambled.
///
/// Each point by itself is uniform over the seeds; of the first 2^k, every interval [i / 2^k, (i + 1) / 2^k) of every
/// coordinate holds one. Up to 32 coordinates are one sequence. Each further block of 32 runs through that sequence in
/// another order, which is scrambled as well: within a block points are as even as ever, between blocks they are as
/// random ones. Repeats after 2^32 points. Cost: 10 to 20 ns a coordinate. Reference: Joe and Kuo (2008), direction
/// numbers new-joe-kuo-6; Owen (1995), Burley (2020) for the scrambling.
class sobol_sequence {
 public:
    /// Takes the coordinates of a point, and the seed of the scrambling.
    sobol_sequence(std::size_t dimension, std::uint64_t seed) : seed_(seed), scrambles_(dimension) {
        for (std::size_t j = 0; j < dimension; ++j) scrambles_[j] = detail::scramble_seed(seed, 2 * j);
    }

    std::size_t dimension() const { return scrambles_.size(); }

    /// Writes the next point.
    /// @param point (dimension), every coordinate above 0 and below 1
    void next(std::span<double> point) {
        assert(point.size() == dimension());
        std::uint32_t index = index_;
        for (std::size_t j = 0; j < point.size(); ++j) {
            const std::size_t coordinate = j % detail::sobol_dimensions;
            if (j > 0 && coordinate == 0) index = detail::nested_scramble(index_, detail::scramble_seed(seed_, j + 1));
            const std::uint32_t digits =
                detail::nested_scramble(detail::sobol_digits(index, coordinate), scrambles_[j]);
            point[j] = (digits + 0.5) * 0x1p-32;
        }
        ++index_;
    }

 private:
    std::uint64_t seed_;
    std::vector<std::uint32_t> scrambles_;  // (dimension)
    std::uint32_t index_ = 0;
};

}  // namespace bouillon
