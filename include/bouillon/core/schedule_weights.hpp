// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <vector>

namespace bouillon {

/// The plain average of all checkpoints.
///
///     w_k = 1 / K
///
/// @param checkpoints K
/// @returns (K), dimensionless, sum 1
inline std::vector<double> uniform_weights(std::size_t checkpoints) {
    return std::vector<double>(checkpoints, 1.0 / static_cast<double>(checkpoints));
}

/// The exponential moving average that began with the oldest checkpoint and took in each newer one.
///
///     w_0 = (1 - a)^(K-1),   w_k = a (1 - a)^(K-1-k)
///
/// @param checkpoints K
/// @param newest a, the weight of each checkpoint as it came, in (0, 1)
/// @returns (K), dimensionless, the newest last, sum 1
/// @throws input_error for a outside (0, 1)
inline std::vector<double> moving_average_weights(std::size_t checkpoints, double newest) {
    if (!(newest > 0 && newest < 1))
        throw input_error("the newest checkpoint's weight in a moving average is " + to_string(newest) +
                          ", but it must lie between 0 and 1, neither included");
    std::vector<double> weights(checkpoints);
    double rest = 1;  // of all checkpoints up to k
    for (std::size_t k = checkpoints; k-- > 0;) {
        weights[k] = k > 0 ? rest * newest : rest;
        rest *= 1 - newest;
    }
    return weights;
}

/// Learning rates from 1 at t = 0 to 0 at t = 1, as shares of the rate before the decay.
struct linear_decay {
    double operator()(double t) const { return 1 - t; }
};
/// A cosine's half wave: (1 + cos(pi t)) / 2.
struct cosine_decay {
    double operator()(double t) const { return (1 + std::cos(std::numbers::pi * t)) / 2; }
};
/// 1 - sqrt(t), which falls fast at first.
struct minus_sqrt_decay {
    double operator()(double t) const { return 1 - std::sqrt(t); }
};

/// The merge of evenly spaced checkpoints of a run at a constant learning rate that stands for a decay of it.
///
///     sum_k w_k theta_k = theta_0 + sum_{i>0} (w_i + ... + w_{K-1}) (theta_i - theta_{i-1})
///
/// so that what the run learnt in interval i counts as at the rate d_i = w_i + ... + w_{K-1}. Solved for a decay d(t)
/// that reaches 0 one interval after the newest checkpoint, d_i = d(i / K):
///
///     w_k = d(k / K) - d((k + 1) / K)
///
/// A linear decay is therefore the plain average. Under minus_sqrt_decay the oldest checkpoint has the largest weight.
/// Reference: Tian et al. (2025), WSM, arXiv 2507.17634, where the w_k are c_j and the d_i are w_i.
/// @param checkpoints K
/// @param decay d, which falls from d(0) = 1 to d(1) = 0
/// @returns (K), dimensionless, the newest last, none negative, sum 1
template <class Decay>
std::vector<double> decay_weights(std::size_t checkpoints, const Decay& decay) {
    std::vector<double> weights(checkpoints);
    const auto rate = [&](std::size_t i) { return decay(static_cast<double>(i) / static_cast<double>(checkpoints)); };
    for (std::size_t k = 0; k < checkpoints; ++k) weights[k] = rate(k) - rate(k + 1);
    return weights;
}

}  // namespace bouillon
