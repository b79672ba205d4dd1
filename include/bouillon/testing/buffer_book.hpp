// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/to_buffer.hpp>
#include <bouillon/testing/violations.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon::detail {

inline std::vector<float> random_floats(std::size_t size, std::mt19937& engine, float scale = 1) {
    std::vector<float> made(size);
    std::normal_distribution<float> normal;
    for (float& value : made) value = scale * normal(engine);
    return made;
}

/// A backend's buffers, to and from host memory, and the laws that what is read from them breaks.
template <language_model_backend Backend>
class buffer_book {
 public:
    using buffer = typename Backend::buffer;
    using indices = typename Backend::indices;

    explicit buffer_book(const Backend& backend) : backend_(backend) {}

    const Backend& backend() const { return backend_; }

    buffer to_buffer(std::span<const float> values) const { return detail::to_buffer(backend_, values); }

    indices to_indices(std::span<const std::int32_t> values) const { return detail::to_indices(backend_, values); }

    std::vector<float> to_host(const buffer& stored, std::size_t size) const {
        std::vector<float> values(size);
        backend_.read(stored, values);
        return values;
    }

    /// Requires a buffer's first elements to be those expected, or NaN where these are.
    void require_equal(std::string_view law, const buffer& stored, std::span<const float> expected) {
        const auto values = to_host(stored, expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            laws_.require(values[i] == expected[i] || (std::isnan(values[i]) && std::isnan(expected[i])), law, [&] {
                return element(i) + law_book::both(static_cast<double>(values[i]), static_cast<double>(expected[i]));
            });
    }

    /// Requires the largest difference, relative to the largest element expected, to be below a tolerance.
    void require_close(std::string_view law, std::span<const float> values, std::span<const double> expected,
                       double tolerance) {
        double largest = 0, worst = 0;
        std::size_t where = 0;
        for (const double value : expected) largest = std::max(largest, std::abs(value));
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const double error = std::abs(static_cast<double>(values[i]) - expected[i]);
            if (error <= worst) continue;
            worst = error;
            where = i;
            if (std::isnan(error)) break;
        }
        laws_.require(worst <= tolerance * largest, law, [&] {
            return element(where) + law_book::both(static_cast<double>(values[where]), expected[where]);
        });
    }

    void require_close(std::string_view law, const buffer& stored, std::span<const double> expected,
                       double tolerance = 1e-6) {
        require_close(law, to_host(stored, expected.size()), expected, tolerance);
    }

    law_book& laws() { return laws_; }
    violations sentences() const { return laws_.sentences(); }

 private:
    static std::string element(std::size_t i) { return "element " + to_string(i); }

    const Backend& backend_;
    law_book laws_;
};

/// x (rows, inner) times the transpose of a weight (columns, inner).
/// @returns (rows, columns)
inline std::vector<double> matrix_product_in_float64(std::span<const float> x, std::span<const float> weight,
                                                     std::size_t rows, std::size_t inner, std::size_t columns) {
    std::vector<double> output(rows * columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t p = 0; p < inner; ++p)
                output[i * columns + j] +=
                    static_cast<double>(x[i * inner + p]) * static_cast<double>(weight[j * inner + p]);
    return output;
}

/// What a cap makes of a score or logit; a cap of 0 leaves it.
inline double capped_in_float64(double value, float cap) {
    const auto limit = static_cast<double>(cap);
    return cap == 0 ? value : limit * std::tanh(value / limit);
}

}  // namespace bouillon::detail
