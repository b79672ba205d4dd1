// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/activation.hpp>
#include <bouillon/tensor/log_sum_exp.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace bouillon::detail {

/// A row's loss so far: of the blocks of the vocabulary that were seen.
struct running_loss {
    exponential_sum all;
    float target;  ///< its logit, once its block was seen
};

/// Takes a block of the vocabulary into the rows' losses, a reduction of rows (thrust_rows.hpp); the last block writes
/// them.
struct add_logits_of_row {
    using value = exponential_sum;

    const float* logits;  ///< (rows, count), scaled
    std::size_t first, count, vocabulary;
    const float* bias;            ///< (count), or null
    float scale;                  ///< of the bias; the logits have theirs
    float cap;                    ///< 0: none
    const std::int32_t* targets;  ///< (rows)
    running_loss* state;          ///< (rows)
    float* losses;                ///< (rows), nats

    BOUILLON_HOST_DEVICE std::size_t steps() const { return count; }
    BOUILLON_HOST_DEVICE value nothing() const { return no_exponentials(); }
    BOUILLON_HOST_DEVICE value merge(value a, value b) const { return add(a, b); }
    BOUILLON_HOST_DEVICE value read(std::size_t row, std::size_t i) const { return {logit(row, i), 1}; }

    BOUILLON_HOST_DEVICE value finish(std::size_t row, value block) const {
        running_loss loss = first == 0 ? running_loss{no_exponentials(), 0} : state[row];
        loss.all = add(loss.all, block);
        const auto target = static_cast<std::size_t>(targets[row]);
        if (target >= first && target < first + count) loss.target = logit(row, target - first);
        state[row] = loss;
        if (first + count == vocabulary) losses[row] = loss.all.largest - loss.target + std::log(loss.all.sum);
        return block;
    }
    BOUILLON_HOST_DEVICE void write(std::size_t, std::size_t, value) const {}

 private:
    BOUILLON_HOST_DEVICE float logit(std::size_t row, std::size_t i) const {
        float made = logits[row * count + i];
        if (bias != nullptr) made += scale * bias[i];
        return cap == 0 ? made : capped(made, cap);
    }
};

}  // namespace bouillon::detail
