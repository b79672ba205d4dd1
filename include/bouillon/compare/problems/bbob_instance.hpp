// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numbers>
#include <span>
#include <vector>

/// What the instances of the BBOB functions are drawn from: the generator of 2009, which all programs that run these
/// functions share.
///
/// Reference: Hansen, Finck, Ros and Auger (2009), "Real-parameter black-box optimization benchmarking 2009: noiseless
/// functions definitions", INRIA research report 6829, and the programs that came with it.
namespace bouillon::detail::bbob {

/// One step of the minimal standard generator.
///
///     seed <- 16807 seed mod (2^31 - 1)
inline std::int64_t next_minimal_standard(std::int64_t seed) { return 16807 * seed % 2147483647; }

/// Uniform numbers (count) in (0, 1): the minimal standard generator's, shuffled in a table of 32.
inline std::vector<double> bbob_uniform(std::size_t count, std::int64_t seed) {
    std::vector<std::int64_t> table(32);
    std::int64_t newest = std::max<std::int64_t>(std::abs(seed), 1);
    for (std::size_t i = 40; i-- > 0;) {  // the first 8 are thrown away
        newest = next_minimal_standard(newest);
        if (i < table.size()) table[i] = newest;
    }
    std::vector<double> numbers(count);
    std::int64_t drawn = table[0];
    for (double& number : numbers) {
        newest = next_minimal_standard(newest);
        std::int64_t& slot = table[static_cast<std::size_t>(drawn / 67108865)];
        drawn = slot;
        slot = newest;
        number = drawn == 0 ? 1e-99 : static_cast<double>(drawn) / 2.147483647e9;
    }
    return numbers;
}

/// Standard normal numbers (count), by Box and Muller's transform.
inline std::vector<double> bbob_normal(std::size_t count, std::int64_t seed) {
    const std::vector<double> uniform = bbob_uniform(2 * count, seed);
    std::vector<double> numbers(count);
    for (std::size_t i = 0; i < count; ++i) {
        numbers[i] = std::sqrt(-2 * std::log(uniform[i])) * std::cos(2 * std::numbers::pi * uniform[count + i]);
        if (numbers[i] == 0) numbers[i] = 1e-99;
    }
    return numbers;
}

/// A matrix with as many rows as columns, by which points are multiplied.
struct square_matrix {
    std::size_t size = 0;
    std::vector<double> elements;  ///< (size, size)

    double& operator()(std::size_t row, std::size_t column) { return elements[row * size + column]; }
    double operator()(std::size_t row, std::size_t column) const { return elements[row * size + column]; }

    std::vector<double> operator*(std::span<const double> vector) const {
        std::vector<double> product(size, 0.0);
        for (std::size_t row = 0; row < size; ++row)
            for (std::size_t column = 0; column < size; ++column) product[row] += (*this)(row, column) * vector[column];
        return product;
    }
};

/// A rotation drawn from a seed: normal numbers, column after column, whose columns are made orthonormal in order.
inline square_matrix bbob_rotation(std::size_t size, std::int64_t seed) {
    const std::vector<double> numbers = bbob_normal(size * size, seed);
    square_matrix rotation{size, std::vector<double>(size * size)};
    for (std::size_t row = 0; row < size; ++row)
        for (std::size_t column = 0; column < size; ++column) rotation(row, column) = numbers[column * size + row];
    const auto product = [&](std::size_t a, std::size_t b) {
        double sum = 0;
        for (std::size_t row = 0; row < size; ++row) sum += rotation(row, a) * rotation(row, b);
        return sum;
    };
    for (std::size_t column = 0; column < size; ++column) {
        for (std::size_t earlier = 0; earlier < column; ++earlier) {
            const double share = product(column, earlier);
            for (std::size_t row = 0; row < size; ++row) rotation(row, column) -= share * rotation(row, earlier);
        }
        const double length = std::sqrt(product(column, column));
        for (std::size_t row = 0; row < size; ++row) rotation(row, column) /= length;
    }
    return rotation;
}

/// Which function, and what its instance draws first.
struct bbob_instance {
    std::size_t function = 1;
    std::size_t dimension = 2;
    std::size_t instance = 1;

    /// Functions 4 and 18 draw what 3 and 17 do: they differ in shape only.
    std::int64_t seed() const {
        const std::size_t drawn_as = function == 4 ? 3 : function == 18 ? 17 : function;
        return static_cast<std::int64_t>(drawn_as + 10000 * instance);
    }

    /// R of the definitions.
    square_matrix first_rotation() const { return bbob_rotation(dimension, seed() + 1'000'000); }

    /// Q of the definitions, which is R where there is only one.
    square_matrix second_rotation() const { return bbob_rotation(dimension, seed()); }

    /// Where most functions have their minimum: uniform in [-4, 4]^d, to four digits of 8.
    /// @param after added to the seed
    std::vector<double> uniform_minimizer(std::int64_t after = 0) const {
        std::vector<double> point = bbob_uniform(dimension, seed() + after);
        for (double& x : point) {
            x = 8 * std::floor(1e4 * x) / 1e4 - 4;
            if (x == 0) x = -1e-5;
        }
        return point;
    }

    /// The function's value at its minimum: Cauchy distributed, to two decimals, between -1000 and 1000.
    double minimum() const {
        const double numerator = bbob_normal(1, seed())[0], denominator = bbob_normal(1, seed() + 1)[0];
        return std::clamp(std::floor(100 * 100 * numerator / denominator + 0.5) / 100, -1000.0, 1000.0);
    }
};

/// An instance of a BBOB function, 0 at its minimum.
struct bbob_function {
    std::vector<double> minimizer;                          ///< (d)
    std::function<double(std::span<const double>)> excess;  ///< value less minimum, at a point (d)
};

}  // namespace bouillon::detail::bbob
