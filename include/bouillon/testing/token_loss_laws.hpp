// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/tensor/loss_sum.hpp>
#include <bouillon/testing/buffer_book.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace bouillon::detail {

/// log sum exp(logits) - logits[target], nats.
inline double token_loss_in_float64(std::span<const double> logits, std::size_t target) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit - largest);
    return largest + std::log(sum) - logits[target];
}

/// Hidden states and a head, and which parts of the loss they are to have.
struct token_loss_case {
    const char* law;
    loss_shape shape;
    bool biased = false;
    float magnitude = 1;  ///< of hidden states
};

template <class Backend>
void check_token_losses(buffer_book<Backend>& book, const token_loss_case& c, std::mt19937& engine) {
    const std::size_t rows = c.shape.rows, width = c.shape.width, vocabulary = c.shape.vocabulary;
    const auto hidden = random_floats(rows * width, engine, c.magnitude),
               head = random_floats(vocabulary * width, engine);
    const auto bias = random_floats(vocabulary, engine, c.biased ? 3.0f : 0.0f);
    auto logits = matrix_product_in_float64(hidden, head, rows, width, vocabulary);
    for (std::size_t i = 0; i < logits.size(); ++i)
        logits[i] = capped_in_float64(
            static_cast<double>(c.shape.scale) * (logits[i] + static_cast<double>(bias[i % vocabulary])), c.shape.cap);
    std::vector<std::int32_t> targets(rows);
    std::vector<double> expected(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        const std::size_t target = engine() % vocabulary;
        targets[row] = static_cast<std::int32_t>(target);
        expected[row] = token_loss_in_float64(std::span(logits).subspan(row * vocabulary, vocabulary), target);
    }
    const auto states = book.to_buffer(hidden), matrix = book.to_buffer(head), added = book.to_buffer(bias);
    const std::size_t before = 3;  // losses of another batch
    auto losses = book.to_buffer(std::vector<float>(before + rows, 7.0f));
    book.backend().token_losses({states, matrix, c.biased ? &added : nullptr}, c.shape, book.to_indices(targets),
                                before, losses);
    expected.insert(expected.begin(), before, 7.0);
    book.require_close(c.law, losses, expected, 1e-6);
}

template <class Backend>
void check_token_losses(buffer_book<Backend>& book) {
    std::mt19937 engine(27);
    for (const std::size_t vocabulary : {2, 1500, 4100}) {
        const loss_shape plain{.rows = 131, .width = 8, .vocabulary = vocabulary};
        loss_shape scaled = plain, capped = plain, both = plain;
        scaled.scale = both.scale = 0.3f;
        capped.cap = both.cap = 5;
        for (const token_loss_case& c :
             {token_loss_case{"token losses agree with float64, however large the logits", plain},
              {"token losses agree with float64, however large the logits", plain, false,
               40},  // logits in the hundreds
              {"token losses add the head's bias", plain, true},
              {"token losses scale their logits", scaled},
              {"token losses cap their logits", capped},
              {"token losses add the bias, then scale, then cap", both, true, 10}})
            check_token_losses(book, c, engine);
    }
}

/// Sums of runs are the same integers on every backend.
template <class Backend>
void check_loss_sums(buffer_book<Backend>& book) {
    std::mt19937 engine(35);
    auto losses = random_floats(3000, engine, 5);
    for (float& loss : losses) loss = std::abs(loss);
    std::vector<std::int32_t> keys(losses.size());
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i < 1 ? 4 : i < 700 ? -1 : i < 702 ? 4 : i < 2500 ? 9 : 1;
    losses[700] = INFINITY, losses[2600] = NAN;
    std::vector<fixed_loss> expected, sums(5);  // (runs)
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (i == 0 || keys[i] != keys[i - 1]) expected.push_back(0);
        expected.back() = add_fixed_losses{}(expected.back(), to_fixed_loss{}(losses[i]));
    }
    book.backend().sum_runs(book.to_buffer(losses), book.to_indices(keys), sums);
    for (std::size_t run = 0; run < sums.size(); ++run)
        book.laws().require(sums[run] == expected[run], "losses of a run are added in fixed point", [&] {
            return "run " + to_string(run) + ": " + law_book::both(to_nats(sums[run]), to_nats(expected[run]));
        });
}

}  // namespace bouillon::detail
