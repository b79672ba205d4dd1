// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conformance.hpp"

#include <bouillon/tensor/gelu.hpp>

/// What every backend of language models must do, compared with loops in float64. A backend's test calls
/// `check_language_model_backend`.
namespace conformance {

template <class Backend>
typename Backend::buffer to_buffer(const Backend& backend, std::span<const float> values) {
    auto made = backend.make_buffer(values.size());
    backend.widen(backend.upload(std::as_bytes(values), dtype::f32), made);
    return made;
}

template <class Backend>
std::vector<float> to_host(const Backend& backend, const typename Backend::buffer& buffer, std::size_t size) {
    std::vector<float> values(size);
    backend.read(buffer, values);
    return values;
}

/// The largest difference, relative to the largest element expected.
inline double worst_error(std::span<const float> values, std::span<const double> expected) {
    double largest = 0, worst = 0;
    for (const double value : expected) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double error = std::abs(static_cast<double>(values[i]) - expected[i]);
        worst = error <= worst ? worst : error;  // NaN is the worst
    }
    return worst / largest;
}

/// out (rows, columns) = x (rows, inner) weight (columns, inner)'.
inline std::vector<double> product(std::span<const float> x, std::span<const float> weight, std::size_t rows,
                                   std::size_t inner, std::size_t columns) {
    std::vector<double> out(rows * columns);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t p = 0; p < inner; ++p)
                out[i * columns + j] +=
                    static_cast<double>(x[i * inner + p]) * static_cast<double>(weight[j * inner + p]);
    return out;
}

template <class Backend>
void check_widen(const Backend& backend) {
    std::mt19937 engine(20);
    for (const dtype type : float_types) {
        const auto stored = random_tensor(type, 1001, engine);
        auto out = backend.make_buffer(1001);
        backend.widen(backend.upload(stored.data(), type), out);
        const auto values = to_host(backend, out, 1001);
        for (std::size_t i = 0; i < 1001; ++i) REQUIRE(values[i] == static_cast<float>(stored[i]));
    }
}

template <class Backend>
void check_embed(const Backend& backend) {
    std::mt19937 engine(21);
    const std::size_t width = 5;
    const auto table = random_floats(11 * width, engine);
    const std::vector<std::int32_t> tokens = {10, 0, 3, 3, 7};
    auto out = backend.make_buffer(tokens.size() * width);
    backend.embed(to_buffer(backend, table), tokens, width, out);
    const auto values = to_host(backend, out, tokens.size() * width);
    for (std::size_t i = 0; i < values.size(); ++i)
        CHECK(values[i] == table[static_cast<std::size_t>(tokens[i / width]) * width + i % width]);
}

template <class Backend>
void check_rms_norm(const Backend& backend) {
    std::mt19937 engine(22);
    for (const std::size_t width : {1, 3, 96, 1001}) {
        const std::size_t rows = 70;
        const auto x = random_floats(rows * width, engine, 3), weight = random_floats(width, engine);
        std::vector<double> expected(rows * width);
        for (std::size_t row = 0; row < rows; ++row) {
            double squares = 0;
            for (std::size_t i = 0; i < width; ++i) squares += std::pow(static_cast<double>(x[row * width + i]), 2);
            for (std::size_t i = 0; i < width; ++i)
                expected[row * width + i] = static_cast<double>(weight[i]) * static_cast<double>(x[row * width + i]) /
                                            std::sqrt(squares / static_cast<double>(width) + 0.01);
        }
        auto out = backend.make_buffer(rows * width);
        backend.rms_norm(to_buffer(backend, x), to_buffer(backend, weight), rows, width, 0.01f, out);
        CHECK(worst_error(to_host(backend, out, rows * width), expected) < 1e-6);
    }
}

template <class Backend>
void check_layer_norm(const Backend& backend) {
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
        auto in_place = to_buffer(backend, x);
        backend.layer_norm(in_place, to_buffer(backend, weight), to_buffer(backend, bias), rows, width, 0.01f,
                           in_place);
        CHECK(worst_error(to_host(backend, in_place, rows * width), expected) < 1e-6);
    }
}

template <class Backend>
void check_add_bias(const Backend& backend) {
    std::mt19937 engine(29);
    const std::size_t rows = 131, width = 7;
    const auto x = random_floats(rows * width, engine), bias = random_floats(width, engine);
    auto sum = to_buffer(backend, x);
    backend.add_bias(to_buffer(backend, bias), rows, width, sum);
    const auto values = to_host(backend, sum, rows * width);
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == x[i] + bias[i % width]);
}

template <class Backend>
void check_linear(const Backend& backend) {
    std::mt19937 engine(23);
    const std::size_t rows = 300, in = 37, columns = 19;
    const auto x = random_floats(rows * in, engine), weight = random_floats(columns * in, engine);
    auto expected = product(x, weight, rows, in, columns);
    auto out = backend.make_buffer(rows * columns);
    backend.linear(to_buffer(backend, x), to_buffer(backend, weight), rows, in, columns, false, out);
    CHECK(worst_error(to_host(backend, out, rows * columns), expected) < 1e-6);
    backend.linear(to_buffer(backend, x), to_buffer(backend, weight), rows, in, columns, true, out);
    for (double& value : expected) value *= 2;
    CHECK(worst_error(to_host(backend, out, rows * columns), expected) < 1e-6);
}

template <class Backend>
void check_rotate(const Backend& backend) {
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
            const std::size_t at = static_cast<std::size_t>(positions[row]) * pairs + element % pairs;
            const double partner =
                element < pairs ? -static_cast<double>(x[i + pairs]) : static_cast<double>(x[i - pairs]);
            expected[i] =
                static_cast<double>(x[i]) * static_cast<double>(cosines[at]) + partner * static_cast<double>(sines[at]);
        }
        auto rotated = to_buffer(backend, x);
        backend.rotate(rotated, positions.size(), heads, dim, turned, to_buffer(backend, cosines),
                       to_buffer(backend, sines), positions);
        CHECK(worst_error(to_host(backend, rotated, x.size()), expected) < 1e-6);
    }
}

/// q, out: (rows, heads, dim); k, v: (rows, kv_heads, dim).
struct attention_case {
    std::vector<std::int32_t> window_offsets;
    std::size_t heads, kv_heads, dim;
};

/// Attention of one query to rows [first, row] of one key and value head, added to out (dim).
inline void attend(const attention_case& c, const float* query, const float* k, const float* v, std::size_t first,
                   std::size_t row, double* out) {
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
            out[i] += scores[key - first] / sum * static_cast<double>(v[key * step + i]);
}

template <class Backend>
void check_attention(const Backend& backend) {
    std::mt19937 engine(25);
    for (const attention_case& c : {attention_case{{0, 1, 8, 208}, 4, 2, 6}, attention_case{{0, 3, 3, 10}, 3, 3, 1},
                                    attention_case{{0, 130}, 2, 1, 16}}) {
        const auto rows = static_cast<std::size_t>(c.window_offsets.back());
        const auto q = random_floats(rows * c.heads * c.dim, engine, 2);
        const auto k = random_floats(rows * c.kv_heads * c.dim, engine, 2);
        const auto v = random_floats(rows * c.kv_heads * c.dim, engine);
        std::vector<double> expected(q.size());
        for (std::size_t w = 0; w + 1 < c.window_offsets.size(); ++w)
            for (auto row = static_cast<std::size_t>(c.window_offsets[w]);
                 row < static_cast<std::size_t>(c.window_offsets[w + 1]); ++row)
                for (std::size_t head = 0; head < c.heads; ++head) {
                    const std::size_t at = (row * c.heads + head) * c.dim;
                    const std::size_t kv = head / (c.heads / c.kv_heads) * c.dim;
                    attend(c, &q[at], &k[kv], &v[kv], static_cast<std::size_t>(c.window_offsets[w]), row,
                           &expected[at]);
                }
        auto out = backend.make_buffer(q.size());
        backend.causal_attention(to_buffer(backend, q), to_buffer(backend, k), to_buffer(backend, v), c.window_offsets,
                                 c.heads, c.kv_heads, c.dim, out);
        CHECK(worst_error(to_host(backend, out, q.size()), expected) < 1e-5);
    }
}

template <class Backend>
void check_gated_silu(const Backend& backend) {
    std::mt19937 engine(26);
    const std::size_t rows = 65, width = 13;
    auto gate = random_floats(rows * width, engine, 4);
    const auto up = random_floats(rows * width, engine);
    const std::array<float, 6> corners = {0, -0.0f, -90, 90, -1e30f, 1e30f};
    std::copy(corners.begin(), corners.end(), gate.begin());
    auto buffer = to_buffer(backend, gate);
    backend.gated_silu(buffer, to_buffer(backend, up), rows, width);
    const auto values = to_host(backend, buffer, rows * width);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto x = static_cast<double>(gate[i]);
        const double expected = x / (1 + std::exp(-x)) * static_cast<double>(up[i]);
        CHECK(static_cast<double>(values[i]) == doctest::Approx(expected).epsilon(1e-6));
    }
}

template <class Backend>
void check_gelu(const Backend& backend) {
    std::mt19937 engine(30);
    const std::size_t rows = 65, width = 13;
    const auto x = random_floats(rows * width, engine, 4);
    for (const bool by_tanh : {false, true}) {
        auto buffer = to_buffer(backend, x);
        backend.gelu(buffer, rows, width, by_tanh);
        const auto values = to_host(backend, buffer, rows * width);
        for (std::size_t i = 0; i < values.size(); ++i)
            CHECK(values[i] ==
                  doctest::Approx(by_tanh ? detail::gelu_by_tanh(x[i]) : detail::gelu_exact(x[i])).epsilon(1e-6));
    }
}

template <class Backend>
void check_token_losses(const Backend& backend) {
    std::mt19937 engine(27);
    for (const float scale : {1.0f, 40.0f})  // the larger one's logits are in the hundreds
        for (const std::size_t vocabulary : {2, 1500, 4100}) {
            const std::size_t rows = 131, width = 8;
            const auto hidden = random_floats(rows * width, engine, scale);
            const auto head = random_floats(vocabulary * width, engine);
            const auto logits = product(hidden, head, rows, width, vocabulary);
            std::vector<std::int32_t> targets(rows);
            std::vector<double> expected(rows);
            for (std::size_t row = 0; row < rows; ++row) {
                targets[row] = static_cast<std::int32_t>(engine() % vocabulary);
                const auto logit = std::span(logits).subspan(row * vocabulary, vocabulary);
                const double largest = *std::max_element(logit.begin(), logit.end());
                double sum = 0;
                for (const double value : logit) sum += std::exp(value - largest);
                expected[row] = largest + std::log(sum) - logit[static_cast<std::size_t>(targets[row])];
            }
            std::vector<float> losses(rows);
            backend.token_losses(to_buffer(backend, hidden), to_buffer(backend, head), rows, width, vocabulary, targets,
                                 losses);
            CHECK(worst_error(losses, expected) < 1e-6);
        }
}

template <language_model_backend Backend>
void check_language_model_backend(const Backend& backend) {
    SUBCASE("widening is exact, but for float64's one rounding") { check_widen(backend); }
    SUBCASE("an embedding is a row of its table") { check_embed(backend); }
    SUBCASE("RMS normalisation agrees with float64") { check_rms_norm(backend); }
    SUBCASE("layer normalisation agrees with float64, in place") { check_layer_norm(backend); }
    SUBCASE("a bias is added to every row") { check_add_bias(backend); }
    SUBCASE("a linear map agrees with float64, written or added") { check_linear(backend); }
    SUBCASE("a rotation turns the first pairs of each head by their row's position") { check_rotate(backend); }
    SUBCASE("attention is causal, stays in its window and shares key heads") { check_attention(backend); }
    SUBCASE("gated SiLU agrees with float64 and survives the largest gates") { check_gated_silu(backend); }
    SUBCASE("GELU is that of one number") { check_gelu(backend); }
    SUBCASE("token losses agree with float64, however large the logits") { check_token_losses(backend); }
}

}  // namespace conformance
