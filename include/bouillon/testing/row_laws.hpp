// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/testing/buffer_book.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

/// What a backend of language models makes of rows, each alone, compared with loops in float64.
namespace bouillon::detail {

template <class Backend>
void check_embed(buffer_book<Backend>& book) {
    std::mt19937 engine(21);
    const std::size_t width = 5;
    const auto table = random_floats(11 * width, engine);
    const std::vector<std::int32_t> tokens = {10, 0, 3, 3, 7};
    std::vector<float> expected;  // (tokens but the first, width)
    for (const auto token : std::span(tokens).subspan(1))
        expected.insert(expected.end(), &table[token * width], &table[token * width] + width);
    auto output = book.backend().make_buffer(expected.size());
    book.backend().embed(book.to_buffer(table), book.to_indices(tokens), {1, 4}, width, output);
    book.require_equal("an embedding is a row of its table, of those in a range", output, expected);
}

template <class Backend>
void check_add_rows(buffer_book<Backend>& book) {
    std::mt19937 engine(31);
    const std::size_t width = 5;
    const std::vector<std::int32_t> rows = {5, 10, 0, 3, 7};  // of which the first is not in the range
    const auto x = random_floats(4 * width, engine), factors = random_floats(rows.size(), engine);
    const auto output = random_floats(11 * width, engine);
    std::vector<double> expected(output.begin(), output.end());
    for (std::size_t i = 0; i < x.size(); ++i)
        expected[static_cast<std::size_t>(rows[1 + i / width]) * width + i % width] +=
            static_cast<double>(factors[1 + i / width]) * static_cast<double>(x[i]);
    auto sum = book.to_buffer(output);
    book.backend().add_rows(book.to_buffer(x), book.to_indices(rows), book.to_buffer(factors), {1, 4}, width, sum);
    book.require_close("rows are added by their factors, and the others left", sum, expected);
}

/// Rows of several norms, which take the rows of weight and bias in turn; the norm of each row is a loop in float64.
struct norm_case {
    norm_shape shape;
    std::vector<float> x;             ///< (rows, width)
    std::vector<float> weight, bias;  ///< (weights, width)

    norm_case(std::size_t width, std::size_t weights, std::mt19937& engine)
        : shape{.rows = 70, .width = width, .weights = weights, .epsilon = 0.01f},
          x(random_floats(shape.rows * width, engine, 3)),
          weight(random_floats(weights * width, engine)),
          bias(random_floats(weights * width, engine)) {}

    /// sum (x - mean)^2 / width of a row
    double spread(std::size_t row, double mean) const {
        double squares = 0;
        for (std::size_t i = 0; i < shape.width; ++i) squares += std::pow(value(row, i) - mean, 2);
        return squares / static_cast<double>(shape.width);
    }

    double mean(std::size_t row) const {
        double sum = 0;
        for (std::size_t i = 0; i < shape.width; ++i) sum += value(row, i);
        return sum / static_cast<double>(shape.width);
    }

    /// @returns (rows, width)
    std::vector<double> expected(bool centred) const {
        std::vector<double> normed;
        for (std::size_t row = 0; row < shape.rows; ++row) {
            const double centre = centred ? mean(row) : 0;
            const double deviation = std::sqrt(spread(row, centre) + static_cast<double>(shape.epsilon));
            for (std::size_t i = 0; i < shape.width; ++i) {
                const std::size_t in_turn = row % shape.weights * shape.width + i;
                normed.push_back(static_cast<double>(weight[in_turn]) * (value(row, i) - centre) / deviation +
                                 (centred ? static_cast<double>(bias[in_turn]) : 0));
            }
        }
        return normed;
    }

 private:
    double value(std::size_t row, std::size_t i) const { return static_cast<double>(x[row * shape.width + i]); }
};

template <class Backend>
void check_rms_norm(buffer_book<Backend>& book) {
    std::mt19937 engine(22);
    for (const std::size_t weights : {1, 3})
        for (const std::size_t width : {1, 3, 96, 1001}) {
            const norm_case c(width, weights, engine);
            auto output = book.backend().make_buffer(c.x.size()), in_place = book.to_buffer(c.x);
            book.backend().rms_norm(book.to_buffer(c.x), book.to_buffer(c.weight), c.shape, output);
            book.backend().rms_norm(in_place, book.to_buffer(c.weight), c.shape, in_place);
            const char* const law =
                weights == 1 ? "RMS normalisation agrees with float64" : "RMS normalisation takes its weights in turn";
            book.require_close(law, output, c.expected(false));
            book.require_close("RMS normalisation may be in place", in_place, c.expected(false));
        }
}

template <class Backend>
void check_layer_norm(buffer_book<Backend>& book) {
    std::mt19937 engine(28);
    for (const std::size_t weights : {1, 3})
        for (const std::size_t width : {1, 3, 96, 1001}) {
            const norm_case c(width, weights, engine);
            auto in_place = book.to_buffer(c.x);
            book.backend().layer_norm(in_place, book.to_buffer(c.weight), book.to_buffer(c.bias), c.shape, in_place);
            const char* const law = weights == 1 ? "layer normalisation agrees with float64, in place"
                                                 : "layer normalisation takes its weights and biases in turn";
            book.require_close(law, in_place, c.expected(true));
        }
}

template <class Backend>
void check_add_bias(buffer_book<Backend>& book) {
    std::mt19937 engine(29);
    const std::size_t rows = 131, width = 7;
    const auto x = random_floats(rows * width, engine), bias = random_floats(width, engine);
    std::vector<float> expected = x;
    for (std::size_t i = 0; i < x.size(); ++i) expected[i] += bias[i % width];
    auto sum = book.to_buffer(x);
    book.backend().add_bias(book.to_buffer(bias), {.rows = rows, .width = width}, sum);
    book.require_equal("a bias is added to every row", sum, expected);
}

template <class Backend>
void check_add_scaled(buffer_book<Backend>& book) {
    std::mt19937 engine(32);
    const std::size_t rows = 131, width = 7;
    const float factor = -0.3f;
    const auto x = random_floats(rows * width, engine), output = random_floats(rows * width, engine);
    std::vector<double> expected(output.begin(), output.end());
    for (std::size_t i = 0; i < x.size(); ++i) expected[i] += static_cast<double>(factor) * static_cast<double>(x[i]);
    auto sum = book.to_buffer(output);
    book.backend().add_scaled(book.to_buffer(x), factor, {.rows = rows, .width = width}, sum);
    book.require_close("a multiple is added", sum, expected);
}

template <class Backend>
void check_scale(buffer_book<Backend>& book) {
    std::mt19937 engine(33);
    const std::size_t rows = 131, width = 7;
    const float factor = -0.3f;
    auto x = random_floats(rows * width, engine);
    auto scaled = book.to_buffer(x);
    for (float& value : x) value *= factor;
    book.backend().scale(factor, {.rows = rows, .width = width}, scaled);
    book.require_equal("a scale multiplies every element", scaled, x);
}

template <class Backend>
void check_clamp(buffer_book<Backend>& book) {
    std::mt19937 engine(34);
    const std::size_t rows = 131, width = 7;
    const float limit = 0.75f;
    auto x = random_floats(rows * width, engine);
    x[0] = -INFINITY, x[1] = INFINITY, x[2] = NAN;
    auto held = book.to_buffer(x);
    for (float& value : x) value = value > limit ? limit : value < -limit ? -limit : value;
    book.backend().clamp(limit, {.rows = rows, .width = width}, held);
    book.require_equal("a clamp holds elements to its limit, and leaves NaN", held, x);
}

template <class Backend>
void check_linear(buffer_book<Backend>& book) {
    std::mt19937 engine(23);
    const std::size_t rows = 300, inputs = 37, outputs = 19;
    const auto x = random_floats(rows * inputs, engine), weight = random_floats(outputs * inputs, engine);
    const linear_shape shape{.rows = rows, .inputs = inputs, .outputs = outputs};
    auto expected = matrix_product_in_float64(x, weight, rows, inputs, outputs);
    auto output = book.backend().make_buffer(rows * outputs);
    for (const bool accumulate : {false, true}) {
        book.backend().linear(book.to_buffer(x), book.to_buffer(weight), shape, accumulate, output);
        book.require_close("a linear map agrees with float64, written or added", output, expected);
        for (double& value : expected) value *= 2;
    }
}

template <class Backend>
void check_rotate(buffer_book<Backend>& book) {
    std::mt19937 engine(24);
    const std::size_t heads = 3, dim = 8, window = 5;
    for (const std::size_t turned : {8, 2}) {
        const std::size_t pairs = turned / 2;
        const auto angles = random_floats(window * pairs, engine);
        std::vector<float> cosines, sines;  // (window, pairs)
        for (const float angle : angles) cosines.push_back(std::cos(angle)), sines.push_back(std::sin(angle));
        const std::vector<std::int32_t> positions = {0, 1, 2, 0, 4, 3, 1};
        const auto x = random_floats(positions.size() * heads * dim, engine);
        std::vector<double> expected(x.begin(), x.end());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::size_t element = i % dim, row = i / dim / heads;
            if (element >= turned) continue;
            const std::size_t angle = static_cast<std::size_t>(positions[row]) * pairs + element % pairs;
            const double partner =
                element < pairs ? -static_cast<double>(x[i + pairs]) : static_cast<double>(x[i - pairs]);
            expected[i] = static_cast<double>(x[i]) * static_cast<double>(cosines[angle]) +
                          partner * static_cast<double>(sines[angle]);
        }
        auto rotated = book.to_buffer(x);
        const rotation_shape shape{.rows = positions.size(), .heads = heads, .head_dim = dim, .turned = turned};
        book.backend().rotate(rotated, shape, book.to_buffer(cosines), book.to_buffer(sines),
                              book.to_indices(positions));
        book.require_close("a rotation turns the first pairs of each head by their row's position", rotated, expected);
    }
}

/// All laws of operations on rows.
template <class Book>
void check_rows(Book& book) {
    check_embed(book);
    check_add_rows(book);
    check_rms_norm(book);
    check_layer_norm(book);
    check_add_bias(book);
    check_add_scaled(book);
    check_scale(book);
    check_clamp(book);
    check_linear(book);
    check_rotate(book);
}

}  // namespace bouillon::detail
