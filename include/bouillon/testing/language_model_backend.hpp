// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/gelu.hpp>
#include <bouillon/testing/host_tensor.hpp>
#include <bouillon/testing/violations.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

namespace detail {

/// What every backend of language models must do, compared with loops in float64.
template <language_model_backend Backend>
class language_model_laws {
 public:
    using buffer = typename Backend::buffer;

    explicit language_model_laws(const Backend& backend) : backend_(backend) {}

    violations check() {
        check_widen();
        check_embed();
        check_rms_norm();
        check_layer_norm();
        check_add_bias();
        check_linear();
        check_rotate();
        check_attention();
        check_gated_silu();
        check_gelu();
        check_token_losses();
        return book_.sentences();
    }

 private:
    static std::vector<float> random_floats(std::size_t size, std::mt19937& engine, float scale = 1) {
        std::vector<float> made(size);
        std::normal_distribution<float> normal;
        for (float& value : made) value = scale * normal(engine);
        return made;
    }

    buffer to_buffer(std::span<const float> values) const {
        auto made = backend_.make_buffer(values.size());
        backend_.widen(backend_.upload(std::as_bytes(values), dtype::f32), made);
        return made;
    }

    std::vector<float> to_host(const buffer& stored, std::size_t size) const {
        std::vector<float> values(size);
        backend_.read(stored, values);
        return values;
    }

    void require_equal(const char* law, std::size_t element, float actual, float expected) {
        book_.require(actual == expected, law, [&] {
            return "element " + to_string(element) +
                   law_book::both(static_cast<double>(actual), static_cast<double>(expected));
        });
    }

    /// Requires the largest difference, relative to the largest element expected, to be below a tolerance.
    void require_close(const char* law, std::span<const float> values, std::span<const double> expected,
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
        book_.require(worst < tolerance * largest, law, [&] {
            return "element " + to_string(where) + law_book::both(static_cast<double>(values[where]), expected[where]);
        });
    }

    /// output (rows, columns) = x (rows, inner) weight (columns, inner)'.
    static std::vector<double> matrix_product(std::span<const float> x, std::span<const float> weight, std::size_t rows,
                                              std::size_t inner, std::size_t columns) {
        std::vector<double> output(rows * columns);
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j)
                for (std::size_t p = 0; p < inner; ++p)
                    output[i * columns + j] +=
                        static_cast<double>(x[i * inner + p]) * static_cast<double>(weight[j * inner + p]);
        return output;
    }

    void check_widen() {
        std::mt19937 engine(20);
        for (const dtype type : float_types) {
            const auto stored = random_tensor(type, 1001, engine);
            auto output = backend_.make_buffer(1001);
            backend_.widen(backend_.upload(stored.data(), type), output);
            const auto values = to_host(output, 1001);
            for (std::size_t i = 0; i < 1001; ++i)
                require_equal("widening is exact, but for the one rounding of F64", i, values[i],
                              static_cast<float>(stored[i]));
        }
    }

    void check_embed() {
        std::mt19937 engine(21);
        const std::size_t width = 5;
        const auto table = random_floats(11 * width, engine);
        const std::vector<std::int32_t> tokens = {10, 0, 3, 3, 7};
        auto output = backend_.make_buffer(tokens.size() * width);
        backend_.embed(to_buffer(table), tokens, width, output);
        const auto values = to_host(output, tokens.size() * width);
        for (std::size_t i = 0; i < values.size(); ++i)
            require_equal("an embedding is a row of its table", i, values[i],
                          table[static_cast<std::size_t>(tokens[i / width]) * width + i % width]);
    }

    void check_rms_norm() {
        std::mt19937 engine(22);
        for (const std::size_t width : {1, 3, 96, 1001}) {
            const std::size_t rows = 70;
            const auto x = random_floats(rows * width, engine, 3), weight = random_floats(width, engine);
            std::vector<double> expected(rows * width);
            for (std::size_t row = 0; row < rows; ++row) {
                double squares = 0;
                for (std::size_t i = 0; i < width; ++i) squares += std::pow(static_cast<double>(x[row * width + i]), 2);
                for (std::size_t i = 0; i < width; ++i)
                    expected[row * width + i] = static_cast<double>(weight[i]) *
                                                static_cast<double>(x[row * width + i]) /
                                                std::sqrt(squares / static_cast<double>(width) + 0.01);
            }
            auto output = backend_.make_buffer(rows * width);
            backend_.rms_norm(to_buffer(x), to_buffer(weight), {.rows = rows, .width = width}, 0.01f, output);
            require_close("RMS normalisation agrees with float64", to_host(output, rows * width), expected, 1e-6);
        }
    }

    void check_layer_norm() {
        std::mt19937 engine(28);
        for (const std::size_t width : {1, 3, 96, 1001}) {
            const std::size_t rows = 70;
            const auto x = random_floats(rows * width, engine, 3), weight = random_floats(width, engine);
            const auto bias = random_floats(width, engine);
            std::vector<double> expected(rows * width);
            for (std::size_t row = 0; row < rows; ++row) {
                const std::vector<double> values(&x[row * width], &x[row * width] + width);
                const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(width);
                double squares = 0;
                for (const double value : values) squares += (value - mean) * (value - mean);
                const double deviation = std::sqrt(squares / static_cast<double>(width) + 0.01);
                for (std::size_t i = 0; i < width; ++i)
                    expected[row * width + i] =
                        static_cast<double>(weight[i]) * (values[i] - mean) / deviation + static_cast<double>(bias[i]);
            }
            auto in_place = to_buffer(x);
            backend_.layer_norm(in_place, to_buffer(weight), to_buffer(bias), {.rows = rows, .width = width}, 0.01f,
                                in_place);
            require_close("layer normalisation agrees with float64, in place", to_host(in_place, rows * width),
                          expected, 1e-6);
        }
    }

    void check_add_bias() {
        std::mt19937 engine(29);
        const std::size_t rows = 131, width = 7;
        const auto x = random_floats(rows * width, engine), bias = random_floats(width, engine);
        auto sum = to_buffer(x);
        backend_.add_bias(to_buffer(bias), {.rows = rows, .width = width}, sum);
        const auto values = to_host(sum, rows * width);
        for (std::size_t i = 0; i < values.size(); ++i)
            require_equal("a bias is added to every row", i, values[i], x[i] + bias[i % width]);
    }

    void check_linear() {
        std::mt19937 engine(23);
        const std::size_t rows = 300, inputs = 37, outputs = 19;
        const auto x = random_floats(rows * inputs, engine), weight = random_floats(outputs * inputs, engine);
        const linear_shape shape{.rows = rows, .inputs = inputs, .outputs = outputs};
        auto expected = matrix_product(x, weight, rows, inputs, outputs);
        auto output = backend_.make_buffer(rows * outputs);
        backend_.linear(to_buffer(x), to_buffer(weight), shape, false, output);
        require_close("a linear map agrees with float64, written or added", to_host(output, rows * outputs), expected,
                      1e-6);
        backend_.linear(to_buffer(x), to_buffer(weight), shape, true, output);
        for (double& value : expected) value *= 2;
        require_close("a linear map agrees with float64, written or added", to_host(output, rows * outputs), expected,
                      1e-6);
    }

    void check_rotate() {
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
            auto rotated = to_buffer(x);
            const rotation_shape shape{.rows = positions.size(), .heads = heads, .head_dim = dim, .turned = turned};
            backend_.rotate(rotated, shape, to_buffer(cosines), to_buffer(sines), positions);
            require_close("a rotation turns the first pairs of each head by their row's position",
                          to_host(rotated, x.size()), expected, 1e-6);
        }
    }

    /// q, output: (rows, heads, dim); k, v: (rows, kv_heads, dim).
    struct attention_case {
        std::vector<std::int32_t> window_offsets;
        std::size_t heads, kv_heads, dim;

        std::size_t rows() const { return static_cast<std::size_t>(window_offsets.back()); }

        /// The first row of a row's window.
        std::size_t window_begin(std::size_t row) const {
            const auto later = std::ranges::upper_bound(window_offsets, static_cast<std::int32_t>(row));
            return static_cast<std::size_t>(*(later - 1));
        }
    };

    /// Attention of one query to rows [first, row] of one key and value head, added to output (dim).
    static void attend(const attention_case& c, const float* query, const float* k, const float* v, std::size_t first,
                       std::size_t row, double* output) {
        std::vector<double> scores;  // (row - first + 1)
        const std::size_t step = c.kv_heads * c.dim;
        for (std::size_t key = first; key <= row; ++key) {
            double score = 0;
            for (std::size_t i = 0; i < c.dim; ++i)
                score += static_cast<double>(query[i]) * static_cast<double>(k[key * step + i]);
            scores.push_back(std::exp(score / std::sqrt(static_cast<double>(c.dim))));
        }
        const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
        for (std::size_t key = first; key <= row; ++key)
            for (std::size_t i = 0; i < c.dim; ++i)
                output[i] += scores[key - first] / sum * static_cast<double>(v[key * step + i]);
    }

    /// (rows, heads, dim)
    static std::vector<double> attention(const attention_case& c, std::span<const float> q, std::span<const float> k,
                                         std::span<const float> v) {
        std::vector<double> output(q.size());
        for (std::size_t row = 0; row < c.rows(); ++row)
            for (std::size_t head = 0; head < c.heads; ++head) {
                const std::size_t query = (row * c.heads + head) * c.dim;
                const std::size_t kv = head / (c.heads / c.kv_heads) * c.dim;
                attend(c, &q[query], &k[kv], &v[kv], c.window_begin(row), row, &output[query]);
            }
        return output;
    }

    void check_attention() {
        std::mt19937 engine(25);
        for (const attention_case& c : {attention_case{{0, 1, 8, 208}, 4, 2, 6}, attention_case{{0, 3, 3, 10}, 3, 3, 1},
                                        attention_case{{0, 130}, 2, 1, 16}}) {
            const auto q = random_floats(c.rows() * c.heads * c.dim, engine, 2);
            const auto k = random_floats(c.rows() * c.kv_heads * c.dim, engine, 2);
            const auto v = random_floats(c.rows() * c.kv_heads * c.dim, engine);
            auto output = backend_.make_buffer(q.size());
            backend_.causal_attention(to_buffer(q), to_buffer(k), to_buffer(v), c.window_offsets,
                                      {.heads = c.heads, .kv_heads = c.kv_heads, .head_dim = c.dim}, output);
            require_close("attention is causal, stays in its window and shares key heads", to_host(output, q.size()),
                          attention(c, q, k, v), 1e-5);
        }
    }

    void check_gated_silu() {
        std::mt19937 engine(26);
        const std::size_t rows = 65, width = 13;
        auto gate = random_floats(rows * width, engine, 4);
        const auto up = random_floats(rows * width, engine);
        const std::array<float, 6> corners = {0, -0.0f, -90, 90, -1e30f, 1e30f};
        std::copy(corners.begin(), corners.end(), gate.begin());
        auto in_place = to_buffer(gate);
        backend_.gated_silu(in_place, to_buffer(up), {.rows = rows, .width = width});
        const auto values = to_host(in_place, rows * width);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto x = static_cast<double>(gate[i]);
            const double expected = x / (1 + std::exp(-x)) * static_cast<double>(up[i]);
            book_.require_near(static_cast<double>(values[i]), expected, 1e-6,
                               "gated SiLU agrees with float64 and survives the largest gates",
                               [&] { return "the value for a gate of " + to_string(gate[i]); });
        }
    }

    void check_gelu() {
        std::mt19937 engine(30);
        const std::size_t rows = 65, width = 13;
        const auto x = random_floats(rows * width, engine, 4);
        for (const bool by_tanh : {false, true}) {
            auto in_place = to_buffer(x);
            backend_.gelu(in_place, {.rows = rows, .width = width}, by_tanh);
            const auto values = to_host(in_place, rows * width);
            for (std::size_t i = 0; i < values.size(); ++i)
                book_.require_near(static_cast<double>(values[i]),
                                   static_cast<double>(by_tanh ? gelu_by_tanh(x[i]) : gelu_exact(x[i])), 1e-6,
                                   "GELU is that of one number", [&] { return "the value for " + to_string(x[i]); });
        }
    }

    static double token_loss(std::span<const double> logits, std::size_t target) {
        const double largest = *std::max_element(logits.begin(), logits.end());
        double sum = 0;
        for (const double logit : logits) sum += std::exp(logit - largest);
        return largest + std::log(sum) - logits[target];
    }

    void check_token_losses() {
        std::mt19937 engine(27);
        for (const float scale : {1.0f, 40.0f})  // the larger one's logits are in the hundreds
            for (const std::size_t vocabulary : {2, 1500, 4100}) {
                const std::size_t rows = 131, width = 8;
                const auto hidden = random_floats(rows * width, engine, scale);
                const auto head = random_floats(vocabulary * width, engine);
                const auto logits = matrix_product(hidden, head, rows, width, vocabulary);
                std::vector<std::int32_t> targets(rows);
                std::vector<double> expected(rows);
                for (std::size_t row = 0; row < rows; ++row) {
                    const std::size_t target = engine() % vocabulary;
                    targets[row] = static_cast<std::int32_t>(target);
                    expected[row] = token_loss(std::span(logits).subspan(row * vocabulary, vocabulary), target);
                }
                std::vector<float> losses(rows);
                const loss_shape shape{.rows = rows, .width = width, .vocabulary = vocabulary};
                backend_.token_losses(to_buffer(hidden), to_buffer(head), shape, targets, losses);
                require_close("token losses agree with float64, however large the logits", losses, expected, 1e-6);
            }
    }

    const Backend& backend_;
    law_book book_;
};

}  // namespace detail

/// All laws of a backend that runs language models, each operation compared with a loop in float64.
///
/// A backend whose matrix products are of BLAS should have it on one thread, as a forward pass does.
template <language_model_backend Backend>
violations language_model_backend_violations(const Backend& backend) {
    return detail::language_model_laws<Backend>(backend).check();
}

}  // namespace bouillon
