// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/surrogate/cholesky.hpp>
#include <bouillon/surrogate/hyper_parameters.hpp>
#include <bouillon/surrogate/regression.hpp>
#include <bouillon/surrogate/training_set.hpp>

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// What those who reason about several points at once need of a surrogate: what it is conditioned on, and its
/// covariances before any data.
///
/// `gaussian_process` shows what each member does.
template <class S>
concept joint_surrogate = requires(const S& surrogate, std::span<const double> points, std::span<double> values) {
    { surrogate.dimension() } -> std::convertible_to<std::size_t>;
    { surrogate.data() } -> std::convertible_to<const training_set&>;
    { surrogate.regression() } -> std::convertible_to<const regression&>;
    { surrogate.hyper_parameters() } -> std::convertible_to<const hyper_parameters&>;
    { surrogate.prior_variance(points) } -> std::convertible_to<double>;
    surrogate.prior_covariance(points, points, values);
    surrogate.prior_covariance_gradient(points, points, values);
};

/// What a surrogate believes of the scores at several points together, free of observation noise, standardised.
struct joint_posterior {
    std::vector<double> means = {};       ///< (m)
    std::vector<double> covariance = {};  ///< (m, m)
    std::vector<double> whitened = {};    ///< (n, m), L^-1 s^2 k(data, points), with the regression's factor L
};

/// Covariances of the posterior between two sets of points.
///
///     k_n(x, y) = s^2 [k(x, y) - k(x, X) A^-1 k(X, y)]
///
/// Cost: n^2 q + n m q: `others` should be the fewer.
/// @param surrogate conditioned on n observations
/// @param points (m, dimension)
/// @param others (q, dimension)
/// @param covariances (m, q), written, standardised squared
template <joint_surrogate Surrogate>
void posterior_covariance(const Surrogate& surrogate, std::span<const double> points, std::span<const double> others,
                          std::span<double> covariances) {
    const detail::single_threaded_blas guard;
    const std::size_t n = surrogate.data().size(), d = surrogate.dimension();
    const std::size_t m = points.size() / d, q = others.size() / d;
    assert(covariances.size() == m * q);
    surrogate.prior_covariance(points, others, covariances);
    if (n == 0) return;
    std::vector<double> left(n * m), right(n * q);
    surrogate.prior_covariance(surrogate.data().points, points, left);
    surrogate.prior_covariance(surrogate.data().points, others, right);
    const double* factor = surrogate.regression().factor.data();
    detail::solve_lower(false, n, q, factor, n, right.data(), q);
    detail::solve_lower(true, n, q, factor, n, right.data(), q);
    detail::gemm(true, false, m, q, n, -1.0, left.data(), m, right.data(), q, 1.0, covariances.data(), q);
}

namespace detail {

/// means (m) at the points (m, dimension), and whitened (n, m) = L^-1 s^2 k(data, points)
template <joint_surrogate Surrogate>
void predict_whitened(const Surrogate& surrogate, std::span<const double> points, std::span<double> means,
                      std::span<double> whitened) {
    const std::size_t n = surrogate.data().size(), m = means.size();
    const auto& conditioned = surrogate.regression();
    std::fill(means.begin(), means.end(), conditioned.mean);
    if (n == 0 || m == 0) return;
    surrogate.prior_covariance(surrogate.data().points, points, whitened);
    gemv(true, n, m, 1.0, whitened.data(), m, conditioned.coefficients.data(), 1.0, means.data());
    solve_lower(false, n, m, conditioned.factor.data(), n, whitened.data(), m);
}

}  // namespace detail

/// The belief at several points (m, dimension) together.
///
/// Cost: n^2 m + n m^2.
template <joint_surrogate Surrogate>
joint_posterior predict_jointly(const Surrogate& surrogate, std::span<const double> points) {
    const detail::single_threaded_blas guard;
    const std::size_t n = surrogate.data().size(), m = points.size() / surrogate.dimension();
    joint_posterior belief{.means = std::vector<double>(m),
                           .covariance = std::vector<double>(m * m),
                           .whitened = std::vector<double>(n * m)};
    detail::predict_whitened(surrogate, points, belief.means, belief.whitened);
    surrogate.prior_covariance(points, points, belief.covariance);
    const double* v = belief.whitened.data();
    if (n > 0) detail::gemm(true, false, m, m, n, -1.0, v, m, v, m, 1.0, belief.covariance.data(), m);
    return belief;
}

/// Draws of the function's values at m points, and with each of them the function that is to be expected of it:
///
///     f_s(x) = E[f(x) | data, f(points) = values_s] = mean + sum_i s^2 k(x, knot_i) coefficients_is
///
/// which has the posterior's distribution at the points, and is smooth between them.
struct joint_draws {
    std::size_t size = 0;                   ///< draws
    double mean = 0;                        ///< of the process
    std::vector<double> values = {};        ///< (m, draws)
    std::vector<double> knots = {};         ///< (n + m, dimension): the data's points, then those drawn at
    std::vector<double> coefficients = {};  ///< (n + m, draws)
    std::vector<double> whitened = {};      ///< (n, m), as in joint_posterior
    std::vector<double> factor = {};        ///< (m, m), lower: of the points' covariance given the data
};

namespace detail {

/// coefficients (n + m, draws), of which the last m rows hold u: fills the data's rows with alpha - A^-1 k(data,
/// points) u.
template <joint_surrogate Surrogate>
void complete_coefficients(const Surrogate& surrogate, joint_draws& drawn) {
    const std::size_t n = surrogate.data().size(), draws = drawn.size, m = drawn.coefficients.size() / draws - n;
    if (n == 0) return;
    double* coefficients = drawn.coefficients.data();
    gemm(false, false, n, draws, m, -1.0, drawn.whitened.data(), m, coefficients + n * draws, draws, 0.0, coefficients,
         draws);
    solve_lower(true, n, draws, surrogate.regression().factor.data(), n, coefficients, draws);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t s = 0; s < draws; ++s) coefficients[i * draws + s] += surrogate.regression().coefficients[i];
}

}  // namespace detail

/// Turns standard normal numbers into draws at the points.
///
///     values = means + F normals,   where F F' is the covariance
///
/// Cost: n^2 (m + draws) + n m^2 + m^3 / 3.
/// @param surrogate conditioned on n observations
/// @param points (m, dimension), m > 0
/// @param normals (m, draws), independent
/// @throws work_error where the covariance is not positive definite even with jitter
template <joint_surrogate Surrogate>
joint_draws draw_jointly(const Surrogate& surrogate, std::span<const double> points, std::span<const double> normals) {
    const detail::single_threaded_blas guard;
    const std::size_t n = surrogate.data().size(), m = points.size() / surrogate.dimension();
    const std::size_t draws = normals.size() / m;
    assert(normals.size() == m * draws);
    joint_posterior belief = predict_jointly(surrogate, points);
    if (!detail::guarded_cholesky(m, belief.covariance, surrogate.hyper_parameters().signal_variance))
        throw work_error("surrogate: the posterior covariance of " + to_string(m) +
                         " points is not positive definite, so the kernel is no covariance");
    joint_draws drawn{.size = draws,
                      .mean = surrogate.regression().mean,
                      .values = std::vector<double>(m * draws),
                      .knots = surrogate.data().points,
                      .coefficients = std::vector<double>((n + m) * draws),
                      .whitened = std::move(belief.whitened),
                      .factor = std::move(belief.covariance)};
    drawn.knots.insert(drawn.knots.end(), points.begin(), points.end());
    for (std::size_t i = 0; i < m; ++i) {
        std::fill_n(drawn.values.data() + i * draws, draws, belief.means[i]);
        std::fill(drawn.factor.data() + i * m + i + 1, drawn.factor.data() + (i + 1) * m, 0.0);
    }
    detail::gemm(false, false, m, draws, m, 1.0, drawn.factor.data(), m, normals.data(), draws, 1.0,
                 drawn.values.data(), draws);
    // given the values, the mean at x moves by k_n(x, points) u,  u = (F F')^-1 (values - means) = F'^-1 normals
    double* u = drawn.coefficients.data() + n * draws;  // (m, draws)
    std::copy(normals.begin(), normals.end(), u);
    detail::solve_lower(true, m, draws, drawn.factor.data(), m, u, draws);
    detail::complete_coefficients(surrogate, drawn);
    return drawn;
}

}  // namespace bouillon
