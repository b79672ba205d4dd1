// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/own_check.hpp>
#include <bouillon/core/projected_gradient.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/concept.hpp>
#include <bouillon/kernel/covariance.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/surrogate/blocks.hpp>
#include <bouillon/surrogate/fit.hpp>
#include <bouillon/surrogate/hyper_parameters.hpp>
#include <bouillon/surrogate/posterior.hpp>
#include <bouillon/surrogate/regression.hpp>
#include <bouillon/surrogate/training_set.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// What a Gaussian process may be told.
struct gaussian_process_options {
    hyper_parameter_priors priors = {};  ///< of the hyper-parameters
    std::optional<double> mean = {};     ///< of the process, standardised; nothing: the constant of greatest likelihood
    bool compression = true;             ///< of poor scores, where that makes the data more likely
    projected_gradient_options fit = {.evaluations = 100,
                                      .gradient_tolerance = 1e-2,
                                      .value_tolerance = 1e-5};  ///< of the hyper-parameters, from each start
};

/// Refuses numbers that no surrogate can use; its priors of the kernel's are checked where that is known.
///
/// @throws input_error that names the option and its value
inline void check(const gaussian_process_options& options) {
    check(options.priors);
    if (options.mean)
        detail::require_option(std::isfinite(*options.mean), "surrogate", "mean", *options.mean, "finite");
    check(options.fit, "surrogate.fit");
}

/// Gaussian process regression, where poor scores may be compressed first.
///
///     score = centre + scale f(x) + noise,   f ~ GP(mean, s^2 k)
///
/// To known noise variances a roughness is added, which is fitted and mostly tiny; where they are unknown, one variance
/// is fitted for all. Points are in the unit cube, or the priors of the length scales do not fit them. Predictions are
/// in standardised score units, so they do not change when all scores are scaled or shifted. Nothing here is random.
/// @tparam Kernel a stationary profile, which gets one length scale for each coordinate, or a covariance
template <class Kernel = matern52>
class gaussian_process {
    static_assert(surrogate_kernel<Kernel>, "a kernel must model surrogate_kernel (kernel/concept.hpp)");

 public:
    /// Before any data it predicts its prior.
    ///
    /// @throws input_error for priors that do not fit the kernel, and numbers that neither it nor the options can have
    explicit gaussian_process(std::size_t dimension, Kernel kernel = {}, gaussian_process_options options = {})
        : kernel_(as_covariance(std::move(kernel))), options_(std::move(options)) {
        if (dimension == 0) throw input_error("surrogate: a point needs at least one coordinate");
        detail::own_check(kernel_);
        check(options_);
        options_.priors = detail::complete_priors(kernel_, dimension, options_.priors);
        hyper_parameters_ = detail::prior_start(options_.priors);
        data_.dimension = dimension;
        regression_.mean = options_.mean.value_or(0);
    }

    /// Fits the hyper-parameters to the data and conditions on it.
    ///
    /// Starts from the last fit; whenever the data have grown by a fifth it also starts afresh, from the priors' mode,
    /// and compares how scores are best seen. Equal scores say nothing of the hyper-parameters, which are then the
    /// priors' mode. Observations of known variance at the same point are merged. Cost: some 10 likelihoods of n^3,
    /// some 60 where it starts afresh.
    /// @param points (n, dimension), row-major, in the unit cube
    /// @param scores (n), maximised, any scale
    /// @param variances (n), of each score, score units squared; NaN where unknown
    /// @throws input_error for sizes that do not match and numbers that are not finite
    /// @throws work_error where the kernel's matrix is not positive definite
    void fit(std::span<const double> points, std::span<const double> scores, std::span<const double> variances) {
        const detail::single_threaded_blas guard;
        detail::check_observations(dimension(), points, scores, variances);
        const bool afresh = 5 * scores.size() >= 6 * afresh_at_ || scores.size() < afresh_at_;
        const auto plain = standardise(scores, variances);
        if (std::ranges::all_of(scores, [&](double score) { return score == scores[0]; })) {
            fitted_at_ = 0;
            return condition_on(make_training_set(dimension(), points, scores, variances, plain), plain,
                                detail::prior_start(options_.priors));
        }
        const auto as_before = standardise(scores, variances, standardisation_.poor);
        if (!afresh && hyper_parameters_fit(as_before, scores.size()))
            return condition_on(make_training_set(dimension(), points, scores, variances, as_before), as_before,
                                hyper_parameters_);
        const auto fit_view = [&](compression seen) {
            const auto units = standardise(scores, variances, seen);
            fitted_view result{units, make_training_set(dimension(), points, scores, variances, units), {}, 0};
            std::vector<bouillon::hyper_parameters> starts;
            auto& last = last_fits_[static_cast<std::size_t>(seen)];
            if (last) starts.push_back(*last);
            if (!last || afresh) starts.push_back(detail::prior_start(options_.priors));
            result.fitted =
                fit_hyper_parameters(kernel_, result.data, options_.priors, options_.mean, starts, options_.fit);
            last = result.fitted.hyper;
            result.evidence = result.fitted.log_posterior;
            for (const double score : scores) result.evidence += std::log(units.slope(score) * plain.scale);
            return result;
        };
        fitted_view best = fit_view(afresh ? compression::none : standardisation_.poor);
        if (afresh && options_.compression) compress_where_likelier(best, scores, fit_view);
        condition_on(std::move(best.data), best.units, std::move(best.fitted.hyper));
        fitted_at_ = scores.size();
        if (afresh) afresh_at_ = scores.size();
    }

    /// Conditions on other data, with the same hyper-parameters and standardisation.
    ///
    /// Arguments and exceptions as for `fit`.
    /// Cost: n^3 / 3.
    void condition(std::span<const double> points, std::span<const double> scores, std::span<const double> variances) {
        const detail::single_threaded_blas guard;
        condition_on(make_training_set(dimension(), points, scores, variances, standardisation_), standardisation_,
                     hyper_parameters_);
    }

    /// Conditions on one observation more.
    ///
    /// Cost: n^2; n^3 / 3 where the point is too close to others to be appended.
    /// @param point (dimension), a unit point
    /// @param score standardised
    /// @param variance standardised squared
    /// @throws input_error, work_error as `condition` does
    void append(std::span<const double> point, double score, double variance) {
        const detail::single_threaded_blas guard;
        training_set data = data_;
        data.points.insert(data.points.end(), point.begin(), point.end());
        data.scores.push_back(score);
        data.variances.push_back(variance);
        if (detail::append_row(regression_, kernel_, data, hyper_parameters_, options_.mean))
            data_ = std::move(data);
        else
            condition_on(std::move(data), standardisation_, hyper_parameters_);
    }

    /// Takes for certain that the score at a point (dimension) is what is expected there, and returns it: it leaves all
    /// means as they are and takes the uncertainty around the point away.
    ///
    /// Cost: n^2.
    double believe(std::span<const double> point) {
        const double mean = predict(point).mean;
        append(point, mean, 0);
        return mean;
    }

    std::size_t dimension() const { return data_.dimension; }
    /// Observations, replicates merged.
    std::size_t size() const { return data_.size(); }
    /// The kernel as a covariance, which a profile became.
    const auto& kernel() const { return kernel_; }
    /// How it sees scores, and what its predictions mean.
    const bouillon::standardisation& standardisation() const { return standardisation_; }
    const bouillon::hyper_parameters& hyper_parameters() const { return hyper_parameters_; }
    /// Of the standardised data, without the priors.
    double log_marginal_likelihood() const { return regression_.log_marginal_likelihood; }
    /// What had to be added to the diagonal of the data's covariance to factor it: 0 as a rule.
    double jitter() const { return regression_.jitter; }

    /// What it is conditioned on, and what follows: for those who reason about several points at once.
    const training_set& data() const { return data_; }
    /// What is conditioned on the data.
    const bouillon::regression& regression() const { return regression_; }

    /// Covariances before any data: s^2 k(point, other).
    ///
    /// @param points (n, dimension)
    /// @param others (m, dimension)
    /// @param covariances (n, m), written
    void prior_covariance(std::span<const double> points, std::span<const double> others,
                          std::span<double> covariances) const {
        detail::fill_covariance(kernel_, dimension(), points, others, hyper_parameters_.kernel, covariances);
        for (double& value : covariances) value *= hyper_parameters_.signal_variance;
    }

    /// Gradients of the covariances before any data with respect to the point.
    ///
    /// @param point (dimension)
    /// @param others (m, dimension)
    /// @param slopes (m, dimension), written: of s^2 k(point, other)
    void prior_covariance_gradient(std::span<const double> point, std::span<const double> others,
                                   std::span<double> slopes) const {
        detail::fill_point_gradients(kernel_, point, others, hyper_parameters_.kernel, slopes);
        for (double& slope : slopes) slope *= hyper_parameters_.signal_variance;
    }

    /// s^2 k(point, point)
    double prior_variance(std::span<const double> point) const {
        return hyper_parameters_.signal_variance *
               kernel_(point, point, std::span<const double>(hyper_parameters_.kernel));
    }

    /// How far a point can move along each coordinate (dimension) until its score says little of what it was: from the
    /// prior's correlation across a short step at the middle of the cube, between 0.01 and 10.
    std::vector<double> length_scales() const {
        constexpr double step = 0.05;
        const std::vector<double> middle(dimension(), 0.5);
        std::vector<double> moved = middle, lengths(dimension());
        for (std::size_t j = 0; j < dimension(); ++j) {
            moved[j] += step;
            const double together = hyper_parameters_.signal_variance *
                                    kernel_(middle, moved, std::span<const double>(hyper_parameters_.kernel));
            const double correlation = together / std::sqrt(prior_variance(middle) * prior_variance(moved));
            lengths[j] = std::clamp(step / std::sqrt(2 * std::max(1 - correlation, detail::least_relative_variance)),
                                    0.01, 10.0);
            moved[j] = middle[j];
        }
        return lengths;
    }

    /// The belief at one point (dimension).
    ///
    /// Cost: n^2.
    posterior predict(std::span<const double> point) const {
        double mean = 0, deviation = 0;
        predict(point, std::span<double>(&mean, 1), std::span<double>(&deviation, 1));
        return {mean, deviation * deviation};
    }

    /// Means (m) and standard deviations (m) at points (m, dimension).
    ///
    /// Cost: one triangular solve, n^2 m.
    void predict(std::span<const double> points, std::span<double> means, std::span<double> deviations) const {
        assert(points.size() == means.size() * dimension() && means.size() == deviations.size());
        const detail::single_threaded_blas guard;
        detail::for_each_block(means.size(), [&](std::size_t first, std::size_t count) {
            predict_block(points.subspan(first * dimension(), count * dimension()), means.subspan(first, count),
                          deviations.subspan(first, count));
        });
    }

    /// The belief at one point (dimension) and its gradients (dimension) with respect to it.
    ///
    /// Cost: n^2.
    prediction predict_gradient(std::span<const double> point, std::span<double> mean_gradient,
                                std::span<double> deviation_gradient) const {
        const detail::single_threaded_blas guard;
        const std::size_t n = size(), d = dimension();
        std::vector<double> covariances(n), slopes(n * d);  // s^2 k(point, data) (n) and its gradients (n, dimension)
        prior_covariance(data_.points, point, covariances);
        detail::fill_point_gradients(kernel_, point, data_.points, hyper_parameters_.kernel, slopes);
        auto solved = covariances;  // (n): L^-1 k, then A^-1 k
        if (n > 0) detail::solve_lower(false, n, regression_.factor.data(), n, solved.data());
        double mean = regression_.mean, variance = prior_variance(point);
        for (std::size_t i = 0; i < n; ++i) {
            mean += covariances[i] * regression_.coefficients[i];
            variance -= solved[i] * solved[i];
        }
        if (n > 0) detail::solve_lower(true, n, regression_.factor.data(), n, solved.data());
        const double deviation = std::sqrt(above_rounding(variance, point));
        // k(x, x) moves through both its points, alike
        detail::fill_point_gradients(kernel_, point, point, hyper_parameters_.kernel, deviation_gradient);
        std::fill(mean_gradient.begin(), mean_gradient.end(), 0.0);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < d; ++j) {
                mean_gradient[j] += slopes[i * d + j] * regression_.coefficients[i];
                deviation_gradient[j] -= slopes[i * d + j] * solved[i];
            }
        for (double& slope : mean_gradient) slope *= hyper_parameters_.signal_variance;
        for (double& slope : deviation_gradient) slope *= hyper_parameters_.signal_variance / deviation;
        return {mean, deviation};
    }

 private:
    void condition_on(training_set data, const bouillon::standardisation& units, bouillon::hyper_parameters hyper) {
        auto conditioned = regress(kernel_, data, hyper, options_.mean);
        if (!conditioned)
            throw work_error("surrogate: the kernel's matrix of " + to_string(data.size()) +
                             " points is not positive definite, so the kernel is no covariance");
        regression_ = std::move(*conditioned);
        data_ = std::move(data);
        standardisation_ = units;
        hyper_parameters_ = std::move(hyper);
    }

    /// Whether the hyper-parameters as they are serve n scores in these units: among many, a thirty-second more of them
    /// in nearly the same units change little.
    bool hyper_parameters_fit(const bouillon::standardisation& units, std::size_t n) const {
        return n > always_fitted && n >= fitted_at_ && 32 * n < 33 * fitted_at_ &&
               std::abs(units.centre - standardisation_.centre) <= 0.1 * units.scale &&
               std::abs(units.scale - standardisation_.scale) <= 0.1 * units.scale;
    }

    double above_rounding(double variance, std::span<const double> point) const {
        return std::max(variance, detail::least_variance(prior_variance(point), hyper_parameters_));
    }

    void predict_block(std::span<const double> points, std::span<double> means, std::span<double> deviations) const {
        const std::size_t n = size(), m = means.size();
        std::vector<double> covariances(n * m), reductions(m);  // (n, m) and the variance that the data take away (m)
        prior_covariance(data_.points, points, covariances);
        std::fill(means.begin(), means.end(), regression_.mean);
        if (n > 0) {
            detail::gemv(true, n, m, 1.0, covariances.data(), m, regression_.coefficients.data(), 1.0, means.data());
            detail::solve_lower(false, n, m, regression_.factor.data(), n, covariances.data(), m);
        }
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t p = 0; p < m; ++p) reductions[p] += covariances[i * m + p] * covariances[i * m + p];
        for (std::size_t p = 0; p < m; ++p) {
            const auto point = points.subspan(p * dimension(), dimension());
            deviations[p] = std::sqrt(above_rounding(prior_variance(point) - reductions[p], point));
        }
    }

    /// Observations up to which the hyper-parameters are fitted anew for each.
    static constexpr std::size_t always_fitted = 128;

    /// Nats that n compressed scores must be likelier by: they slow the last digits of a search down (Branin), and
    /// where scores span orders of magnitude they speed all before them up (Rosenbrock).
    static double compression_margin(std::size_t n) { return std::min(0.5 * static_cast<double>(n), 20.0); }

    /// Widths below the knee from which on a score may stand for no number, and compressing twice is tried.
    static constexpr double far_widths = 100;

    struct fitted_view {
        bouillon::standardisation units;
        training_set data;
        fitted_hyper_parameters fitted;
        double evidence;  ///< log posterior of the hyper-parameters, by the same unit of score for all views
    };

    /// Takes the likeliest of the views that compress for the plain one.
    /// @param fit gives the view of a compression
    static void compress_where_likelier(fitted_view& best, std::span<const double> scores,
                                        function_ref<fitted_view(compression)> fit) {
        double margin = compression_margin(scores.size());
        for (const compression seen : {compression::once, compression::twice}) {
            fitted_view other = fit(seen);
            const double worst = other.units.widths_below_knee(*std::ranges::min_element(scores));
            if (other.evidence > best.evidence + margin) {
                best = std::move(other);
                margin = 0;
            }
            if (worst < far_widths) break;
        }
    }

    using covariance = decltype(as_covariance(std::declval<Kernel>()));

    covariance kernel_;
    gaussian_process_options options_;
    bouillon::hyper_parameters hyper_parameters_;
    bouillon::standardisation standardisation_;
    training_set data_;
    bouillon::regression regression_;
    std::array<std::optional<bouillon::hyper_parameters>, 3> last_fits_;  // by compression
    std::size_t fitted_at_ = 0;  // observations at the last fit of the hyper-parameters
    std::size_t afresh_at_ = 0;  // observations at the last fresh start
};

}  // namespace bouillon
