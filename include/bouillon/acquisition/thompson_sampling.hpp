// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/blas.hpp>
#include <bouillon/surrogate/blocks.hpp>
#include <bouillon/surrogate/joint_posterior.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// One function that the surrogate thinks possible, as an acquisition.
template <joint_surrogate Surrogate>
class sample_path {
 public:
    /// @param surrogate referred to
    /// @param drawn its first draw is the function
    sample_path(const Surrogate& surrogate, joint_draws drawn) : surrogate_(&surrogate), drawn_(std::move(drawn)) {}

    /// Writes the values (m) at unit points (m, d).
    ///
    /// Cost: m covariances with the n + s knots.
    void evaluate(std::span<const double> points, std::span<double> values) const {
        const detail::single_threaded_blas guard;
        const std::size_t d = surrogate_->dimension(), knots = drawn_.knots.size() / d;
        std::vector<double> covariances;  // (knots, block)
        std::fill(values.begin(), values.end(), drawn_.mean);
        detail::for_each_block(values.size(), [&](std::size_t first, std::size_t count) {
            covariances.resize(knots * count);
            surrogate_->prior_covariance(drawn_.knots, points.subspan(first * d, count * d), covariances);
            detail::gemm(true, false, count, 1, knots, 1.0, covariances.data(), count, drawn_.coefficients.data(),
                         drawn_.size, 1.0, values.data() + first, 1);
        });
    }

    /// The value at one unit point (d), and its gradient (d).
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        std::vector<double> slopes(drawn_.knots.size());  // (knots, d)
        surrogate_->prior_covariance_gradient(point, drawn_.knots, slopes);
        std::fill(gradient.begin(), gradient.end(), 0.0);
        for (std::size_t i = 0; i < slopes.size(); ++i)
            gradient[i % point.size()] += slopes[i] * drawn_.coefficients[i / point.size() * drawn_.size];
        double value = 0;
        evaluate(point, std::span<double>(&value, 1));
        return value;
    }

 private:
    const Surrogate* surrogate_;
    joint_draws drawn_;
};

/// Tries where one function is largest that the surrogate thinks possible, drawn anew for each trial, so that a point
/// is tried as often as it is believed to be the best.
///
/// The function has exactly the posterior's distribution at the observed points and at the state's region; between
/// them it is what its values there let expect, which is smooth, so that its gradient is exact as well. This serves
/// every kernel, where random Fourier features serve stationary ones.
/// Cost: to prepare, (n + s)^3 / 3 for s = n + r points; to evaluate, n + s covariances a point.
/// Reference: Thompson (1933); Wilson et al. (2020), "Efficiently sampling functions from Gaussian process posteriors".
struct thompson_sampling {
    template <joint_surrogate Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, random_engine& engine) const {
        std::vector<double> support = surrogate.data().points;  // (s, dimension)
        support.insert(support.end(), state.region.begin(), state.region.end());
        if (support.empty()) support.assign(surrogate.dimension(), 0.5);
        std::vector<double> normals(support.size() / surrogate.dimension());
        for (double& number : normals) number = normal(engine);
        return sample_path<Surrogate>(surrogate, draw_jointly(surrogate, support, normals));
    }

    std::string name() const { return "thompson_sampling"; }
};

}  // namespace bouillon
