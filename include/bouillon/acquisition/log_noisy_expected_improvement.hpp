// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/eligible.hpp>
#include <bouillon/acquisition/formula.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/plausible_best.hpp>
#include <bouillon/core/blas.hpp>
#include <bouillon/core/normal.hpp>
#include <bouillon/core/quasi_random.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/surrogate/blocks.hpp>
#include <bouillon/surrogate/joint_posterior.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// log(mean_s h(z_s)), exact far into the tail.
///
///     h(z) = max(z, 0) + phi(z) ratio,   all relative to the largest phi
///
/// @param z (draws)
/// @param ratios (draws), excess_ratio(|z_s|)
inline double log_mean_h(std::span<const double> z, std::span<const double> ratios) {
    const double t = std::max(0.0, -*std::max_element(z.begin(), z.end()));
    double sum = 0;
    for (std::size_t s = 0; s < z.size(); ++s) {
        const double exponent = 0.5 * (t - z[s]) * (t + z[s]);
        if (exponent > -40) sum += std::exp(exponent) * ratios[s];
        if (z[s] > 0) sum += z[s] / normal_pdf(0.0);
    }
    return std::log(sum * normal_pdf(0.0) / static_cast<double>(z.size())) - 0.5 * t * t;
}

inline double log_mean_h(std::span<const double> z) {
    std::vector<double> ratios(z.size());
    for (std::size_t s = 0; s < z.size(); ++s) ratios[s] = excess_ratio(std::abs(z[s]));
    return log_mean_h(z, ratios);
}

/// Replaces each z_s by the derivative of log(mean h).
///
///     d log(mean h) / d z_s = cdf(z_s) / sum_s h(z_s)
///
/// @returns log(mean h)
inline double log_mean_h_gradient(std::span<double> z) {
    const double value = log_mean_h(z);
    for (double& each : z) each = std::exp(log_normal_cdf(each) - value) / static_cast<double>(z.size());
    return value;
}

/// Standard normal numbers (count, draws) of which each draw is one point of a scrambled Sobol sequence.
inline std::vector<double> quasi_normals(std::size_t count, std::size_t draws, random_engine& engine) {
    std::vector<double> normals(count * draws), point(count);
    sobol_sequence sequence(count, engine());
    for (std::size_t s = 0; s < draws; ++s) {
        sequence.next(point);
        for (std::size_t i = 0; i < count; ++i) normals[i * draws + s] = normal_quantile(point[i]);
    }
    return normals;
}

}  // namespace detail

/// What `log_noisy_expected_improvement` prepares: the mean over draws of its rivals' scores of the expected
/// improvement over each draw's best.
///
/// Where there is nothing to draw it is the log expected improvement itself.
template <joint_surrogate Surrogate>
class prepared_noisy_improvement {
 public:
    /// @param surrogate referred to
    /// @param state of the search
    /// @param rivals (b, dimension), where the best score may be; none where state.best is certain
    /// @param normals (b, draws)
    /// @param outside fewer than b: so many of the first rivals are drawn, but are not to be improved on
    prepared_noisy_improvement(const Surrogate& surrogate, const search_state& state, std::span<const double> rivals,
                               std::span<const double> normals, std::size_t outside = 0)
        : certain_({}, surrogate, state), surrogate_(&surrogate) {
        if (rivals.empty()) return;
        drawn_ = draw_jointly(surrogate, rivals, normals);
        const auto first = drawn_.values.begin() + static_cast<std::ptrdiff_t>(outside * drawn_.size);
        best_.assign(first, first + static_cast<std::ptrdiff_t>(drawn_.size));
        for (std::size_t i = outside * drawn_.size; i < drawn_.values.size(); ++i)
            best_[i % drawn_.size] = std::max(best_[i % drawn_.size], drawn_.values[i]);
        join_factors();
    }

    /// Writes the values (m) at unit points (m, d).
    ///
    /// Cost: (n + b)^2 m, and m draws evaluations of h.
    void evaluate(std::span<const double> points, std::span<double> values) const {
        if (drawn_.size == 0) return certain_.evaluate(points, values);
        const detail::single_threaded_blas guard;
        const std::size_t d = surrogate_->dimension();
        detail::for_each_block(values.size(), [&](std::size_t first, std::size_t count) {
            evaluate_block(points.subspan(first * d, count * d), values.subspan(first, count));
        });
    }

    /// The value at one unit point (d), and its gradient (d).
    ///
    /// Cost: (n + b) (n + b + d + draws).
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        if (drawn_.size == 0) return certain_.evaluate_gradient(point, gradient);
        const detail::single_threaded_blas guard;
        const std::size_t knots = factor_rows(), d = point.size();
        std::vector<double> covariances(knots), slopes(knots * d), z(drawn_.size, drawn_.mean);
        surrogate_->prior_covariance(drawn_.knots, point, covariances);
        surrogate_->prior_covariance_gradient(point, drawn_.knots, slopes);
        detail::gemv(true, knots, drawn_.size, 1.0, drawn_.coefficients.data(), drawn_.size, covariances.data(), 1.0,
                     z.data());
        detail::solve_lower(false, knots, factor_.data(), knots, covariances.data());
        double variance = surrogate_->prior_variance(point);
        for (const double each : covariances) variance -= each * each;
        const double deviation = std::sqrt(above_rounding(variance, point));
        for (std::size_t s = 0; s < z.size(); ++s) z[s] = (z[s] - best_[s]) / deviation;
        double by_deviation = 1;  // times the deviation
        auto by_mean = z;         // (draws), times the deviation
        const double value = detail::log_mean_h_gradient(by_mean) + std::log(deviation);
        for (std::size_t s = 0; s < z.size(); ++s) by_deviation -= z[s] * by_mean[s];
        if (variance < smallest_variance(point)) by_deviation = 0;  // the deviation has a kink where it vanishes

        // d deviation / dx = (d k(x, x) / 2 - sum_i [A^-1 k]_i d k(x, knot_i)) / deviation
        detail::solve_lower(true, knots, factor_.data(), knots, covariances.data());
        for (double& each : covariances) each *= -by_deviation / deviation;
        detail::gemv(false, knots, drawn_.size, 1.0, drawn_.coefficients.data(), drawn_.size, by_mean.data(), 1.0,
                     covariances.data());
        surrogate_->prior_covariance_gradient(point, point, gradient);
        for (double& partial : gradient) partial *= by_deviation / deviation;
        detail::gemv(true, knots, d, 1.0, slopes.data(), d, covariances.data(), 1.0, gradient.data());
        for (double& partial : gradient) partial /= deviation;
        return value;
    }

    /// How many points the best score may be at; 0 where it is certain.
    std::size_t rivals() const { return drawn_.size == 0 ? 0 : drawn_.values.size() / drawn_.size; }

 private:
    std::size_t factor_rows() const { return drawn_.knots.size() / surrogate_->dimension(); }

    /// The factor of the data's covariance with noise, continued by the rivals' without:  [L 0; V' F].
    void join_factors() {
        const std::size_t n = surrogate_->data().size(), b = rivals(), knots = n + b;
        const auto& data_factor = surrogate_->regression().factor;
        factor_.resize(knots * knots);
        for (std::size_t i = 0; i < n; ++i) std::copy_n(&data_factor[i * n], i + 1, &factor_[i * knots]);
        for (std::size_t i = 0; i < b; ++i) {
            double* row = &factor_[(n + i) * knots];
            for (std::size_t j = 0; j < n; ++j) row[j] = drawn_.whitened[j * b + i];
            std::copy_n(&drawn_.factor[i * b], i + 1, row + n);
        }
    }

    double smallest_variance(std::span<const double> point) const {
        return detail::least_variance(surrogate_->prior_variance(point), surrogate_->hyper_parameters());
    }
    double above_rounding(double variance, std::span<const double> point) const {
        return std::max(variance, smallest_variance(point));
    }

    void evaluate_block(std::span<const double> points, std::span<double> values) const {
        const std::size_t knots = factor_rows(), m = values.size(), d = surrogate_->dimension();
        const std::size_t draws = drawn_.size;
        std::vector<double> covariances(knots * m), z(m * draws, drawn_.mean), ratios(m * draws), deviations(m);
        surrogate_->prior_covariance(drawn_.knots, points, covariances);
        detail::gemm(true, false, m, draws, knots, 1.0, covariances.data(), m, drawn_.coefficients.data(), draws, 1.0,
                     z.data(), draws);
        detail::solve_lower(false, knots, m, factor_.data(), knots, covariances.data(), m);
        for (std::size_t i = 0; i < knots; ++i)
            for (std::size_t p = 0; p < m; ++p) deviations[p] -= covariances[i * m + p] * covariances[i * m + p];
        for (std::size_t p = 0; p < m; ++p) {
            const auto point = points.subspan(p * d, d);
            deviations[p] = std::sqrt(above_rounding(surrogate_->prior_variance(point) + deviations[p], point));
            for (std::size_t s = 0; s < draws; ++s) z[p * draws + s] = (z[p * draws + s] - best_[s]) / deviations[p];
        }
        for (std::size_t i = 0; i < z.size(); ++i) ratios[i] = detail::excess_ratio(std::abs(z[i]));
        for (std::size_t p = 0; p < m; ++p)
            values[p] = detail::log_mean_h(std::span(z).subspan(p * draws, draws),
                                           std::span(ratios).subspan(p * draws, draws)) +
                        std::log(deviations[p]);
    }

    prepared_formula<log_expected_improvement, Surrogate> certain_;
    const Surrogate* surrogate_;
    joint_draws drawn_;           // of the rivals
    std::vector<double> best_;    // (draws), the largest value of each
    std::vector<double> factor_;  // (n + b, n + b), lower
};

/// Logarithm of the expected improvement over the best score, where noise leaves in doubt which that is and how large:
/// the mean over draws of the scores at the points that may be the best (`plausible_best`).
///
///     LogNEI = log mean_s[ deviation h(z_s) ],   z_s = (mean_s - max f_s) / deviation
///
/// mean_s and deviation are the posterior's, given that the rivals' scores are f_s. Trials that are out belong to
/// the rivals, so that it is not worth while to crowd around them. Without noise and without such trials this is
/// log_expected_improvement, at its price. Where the state says which points may be the best, no other is to be
/// improved on.
/// Cost: to prepare, n^3 / 2 and n b (n + b); see `prepared_noisy_improvement` for the rest.
/// Reference: Letham et al. (2019), "Constrained Bayesian optimization with noisy experiments"; Ament et al. (2023).
struct log_noisy_expected_improvement {
    static constexpr bool logarithmic = true;

    std::size_t draws = 32;  ///< of the rivals' scores, quasi-random

    template <joint_surrogate Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, random_engine& engine) const {
        return prepare(surrogate, state, {}, engine);
    }

    /// Makes it ready while other trials are out.
    /// @param surrogate what it returns refers to it
    /// @param state of the search
    /// @param pending (p, dimension), unit points of the trials that are out
    /// @param engine for the draws
    template <joint_surrogate Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, std::span<const double> pending,
                 random_engine& engine) const {
        const std::size_t d = surrogate.dimension();
        const auto out = detail::divide(state, pending, d);
        std::vector<double> rivals;  // (b, dimension)
        if (!pending.empty() || noise_leaves_doubt(surrogate)) {
            const auto tried = detail::divide(state, surrogate.data().points, d).inside;
            rivals = plausible_best(surrogate, tried, out.inside);
        }
        const std::size_t outside = rivals.empty() ? 0 : out.outside.size() / d;
        if (outside > 0) rivals.insert(rivals.begin(), out.outside.begin(), out.outside.end());
        const auto normals = detail::quasi_normals(rivals.size() / d, draws, engine);
        return prepared_noisy_improvement<Surrogate>(surrogate, state, rivals, normals, outside);
    }

    /// @throws input_error where there are no draws
    void check() const {
        detail::require_option(draws > 0, "log_noisy_expected_improvement", "draws", draws, "1 or more");
    }

    std::string name() const { return "log_noisy_expected_improvement"; }
};

}  // namespace bouillon
