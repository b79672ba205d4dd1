// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/eligible.hpp>
#include <bouillon/acquisition/plausible_best.hpp>
#include <bouillon/acquisition/upper_envelope.hpp>
#include <bouillon/core/blas.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/surrogate/blocks.hpp>
#include <bouillon/surrogate/joint_posterior.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// What `log_knowledge_gradient` prepares.
template <joint_surrogate Surrogate>
class prepared_knowledge_gradient {
 public:
    /// @param surrogate referred to
    /// @param places (a, dimension), a > 0, what may be recommended
    /// @param noise_variance of the trial's score, standardised
    prepared_knowledge_gradient(const Surrogate& surrogate, std::span<const double> places, double noise_variance)
        : surrogate_(&surrogate),
          noise_variance_(noise_variance),
          knots_(surrogate.data().points),
          means_(places.size() / surrogate.dimension()),
          whitened_(surrogate.data().size() * means_.size()) {
        const detail::single_threaded_blas guard;
        knots_.insert(knots_.end(), places.begin(), places.end());
        detail::predict_whitened(surrogate, places, means_, whitened_);
        best_ = *std::max_element(means_.begin(), means_.end());
    }

    /// Writes the values (m) at unit points (m, d).
    ///
    /// Cost: n (n + a) + a log a for each.
    void evaluate(std::span<const double> points, std::span<double> values) const {
        const detail::single_threaded_blas guard;
        const std::size_t d = surrogate_->dimension();
        detail::for_each_block(values.size(), [&](std::size_t first, std::size_t count) {
            const auto told = outlook_at(points.subspan(first * d, count * d));
            for (std::size_t p = 0; p < count; ++p)
                values[first + p] = detail::log_expected_rise(envelope(told, p), best_);
        });
    }

    /// The value at one unit point (d), and its gradient (d).
    ///
    /// Cost: n (n + a + d) + a log a.
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        const detail::single_threaded_blas guard;
        const std::size_t n = data_size(), a = means_.size(), d = point.size();
        const auto told = outlook_at(point);
        const auto lines = envelope(told, 0);
        std::vector<detail::belief_line> by_line(lines.size());
        const double value = detail::log_expected_rise(lines, best_, by_line);

        // slope = covariance / scale,  scale^2 = variance + noise variance; for the point itself covariance = variance
        const double scale = std::sqrt(told.variances[0] + noise_variance_);
        double by_mean = 0, by_variance = 0;
        std::vector<double> weights(n + a);  // (n + a), of the gradients of s^2 k(point, knot)
        for (std::size_t i = 0; i < lines.size(); ++i) {
            by_variance -= by_line[i].slope * lines[i].slope / (2 * scale * scale);
            if (lines[i].place == a)
                by_mean += by_line[i].height, by_variance += by_line[i].slope / scale;
            else
                weights[n + lines[i].place] = by_line[i].slope / scale;
        }
        std::vector<double> slopes((n + a) * d);
        surrogate_->prior_covariance_gradient(point, knots_, slopes);
        surrogate_->prior_covariance_gradient(point, point, gradient);  // half of what k(x, x) changes by
        for (double& partial : gradient) partial *= 2 * by_variance;
        if (n > 0) {
            for (std::size_t i = 0; i < n; ++i) weights[i] = -2 * by_variance * told.covariances[i];
            detail::gemv(false, n, a, -1.0, whitened_.data(), a, weights.data() + n, 1.0, weights.data());
            detail::solve_lower(true, n, surrogate_->regression().factor.data(), n, weights.data());
            for (std::size_t i = 0; i < n; ++i) weights[i] += by_mean * surrogate_->regression().coefficients[i];
        }
        detail::gemv(true, n + a, d, 1.0, slopes.data(), d, weights.data(), 1.0, gradient.data());
        return value;
    }

 private:
    /// What trials at m points would tell.
    struct outlook {
        std::vector<double> means, variances;  // (m), at the points
        std::vector<double> covariances;       // (n + a, m): L^-1 k(data, points), then k_n(places, points)
    };

    std::size_t data_size() const { return surrogate_->data().size(); }

    outlook outlook_at(std::span<const double> points) const {
        const std::size_t n = data_size(), a = means_.size(), d = surrogate_->dimension(), m = points.size() / d;
        outlook result{std::vector<double>(m), std::vector<double>(m), std::vector<double>((n + a) * m)};
        double* v = result.covariances.data();
        detail::predict_whitened(*surrogate_, points, result.means, std::span(result.covariances).first(n * m));
        surrogate_->prior_covariance(std::span(knots_).subspan(n * d), points,
                                     std::span(result.covariances).subspan(n * m));
        if (n > 0) detail::gemm(true, false, a, m, n, -1.0, whitened_.data(), a, v, m, 1.0, v + n * m, m);
        for (std::size_t p = 0; p < m; ++p) result.variances[p] = surrogate_->prior_variance(points.subspan(p * d, d));
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t p = 0; p < m; ++p) result.variances[p] -= v[i * m + p] * v[i * m + p];
        for (double& variance : result.variances) variance = std::max(variance, 0.0);
        return result;
    }

    /// Of point p: the lines of all places and of the point itself, which has the number a.
    std::vector<detail::belief_line> envelope(const outlook& told, std::size_t p) const {
        const std::size_t n = data_size(), a = means_.size(), m = told.means.size();
        const double scale = std::sqrt(told.variances[p] + noise_variance_);
        std::vector<detail::belief_line> lines(a + 1);
        for (std::size_t i = 0; i < a; ++i) lines[i] = {means_[i], told.covariances[(n + i) * m + p] / scale, i};
        lines[a] = {told.means[p], told.variances[p] / scale, a};
        detail::keep_upper_envelope(lines);
        return lines;
    }

    const Surrogate* surrogate_;
    double noise_variance_;
    std::vector<double> knots_;     // (n + a, d): the data's points, then the places
    std::vector<double> means_;     // (a)
    std::vector<double> whitened_;  // (n, a): L^-1 k(data, places)
    double best_ = 0;               // the largest of the means
};

/// Logarithm of what a trial is expected to add to the best posterior mean: the gain of recommending after it rather
/// than before it.
///
///     LogKG = log(E max_a[mean_a + k_n(x, a) / sqrt(k_n(x, x) + v) z] - max_a mean_a),   z ~ N(0, 1)
///
/// over those of the observed points and of the state's region that may be the best (`plausible_best`: no trial makes
/// another one the best), and on the left the trial's own point x. The expectation is exact, and so is its gradient. v
/// is the variance of the trial's noise. Of the observed points only those count that may be the best by the state. The
/// right criterion where the point that is recommended need not have been
/// tried.
/// Reference: Frazier, Powell & Dayanik (2009); Scott, Frazier & Powell (2011) for the trial's own point.
struct log_knowledge_gradient {
    static constexpr bool logarithmic = true;

    std::optional<double> noise_variance = {};  ///< standardised scores squared; nothing: the median of the data's

    template <joint_surrogate Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, random_engine&) const {
        std::vector<double> places = surrogate.data().points;  // (a, dimension)
        places = detail::divide(state, places, surrogate.dimension()).inside;
        places.insert(places.end(), state.region.begin(), state.region.end());
        places = plausible_best(surrogate, places, {});
        if (places.empty()) places.assign(surrogate.dimension(), 0.5);
        return prepared_knowledge_gradient<Surrogate>(surrogate, places,
                                                      noise_variance.value_or(median_noise(surrogate)));
    }

    /// @throws input_error where the noise variance is none
    void check() const {
        const double variance = noise_variance.value_or(0);
        detail::require_option(variance >= 0 && std::isfinite(variance), "log_knowledge_gradient", "noise_variance",
                               variance, "0 or more and finite");
    }

    std::string name() const { return "log_knowledge_gradient"; }

 private:
    template <joint_surrogate Surrogate>
    static double median_noise(const Surrogate& surrogate) {
        std::vector<double> variances = surrogate.data().variances;  // (n)
        if (variances.empty()) return surrogate.hyper_parameters().noise_variance;
        for (double& each : variances) each = detail::noise_variance(each, surrogate.hyper_parameters());
        const auto middle = variances.begin() + static_cast<std::ptrdiff_t>(variances.size() / 2);
        std::nth_element(variances.begin(), middle, variances.end());
        return *middle;
    }
};

}  // namespace bouillon
