// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/kernel/concept.hpp>
#include <bouillon/kernel/covariance.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

inline std::vector<double> uniform_numbers(std::size_t count, std::uint64_t seed) {
    auto engine = bouillon::make_engine(seed);
    std::vector<double> values(count);
    for (double& value : values) value = bouillon::uniform(engine);
    return values;
}

/// What holds for every covariance of points with d coordinates, at hyper-parameters logs.
template <bouillon::batched_kernel Kernel>
struct covariance_laws {
    Kernel kernel;
    std::size_t d;
    std::vector<double> logs;  // (hyper-parameters)

    static constexpr std::size_t n = 8, m = 5;
    std::vector<double> points = uniform_numbers(n * d, 1), others = uniform_numbers(m * d, 2);  // (n, d), (m, d)

    std::span<const double> point(std::size_t a) const { return std::span(points).subspan(a * d, d); }

    double at(std::span<const double> x, std::span<const double> y) const { return kernel(x, y, logs); }

    void check() {
        REQUIRE(kernel.hyper_parameters(d) == logs.size());
        check_matrices();
        check_positive();
        check_hyper_parameter_gradient();
        check_point_gradients();
    }

    void check_matrices() const {
        std::vector<double> all(n * m), lower(n * n, 7);
        kernel.fill(d, points, others, logs, all);
        kernel.fill_lower(d, points, logs, lower);
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t b = 0; b < m; ++b) {
                const auto other = std::span<const double>(others).subspan(b * d, d);
                CHECK(all[a * m + b] == doctest::Approx(at(point(a), other)).epsilon(1e-12));
            }
            for (std::size_t b = 0; b < n; ++b) {
                CHECK(lower[a * n + b] == (b > a ? 7 : doctest::Approx(at(point(a), point(b))).epsilon(1e-12)));
                CHECK(at(point(a), point(b)) == doctest::Approx(at(point(b), point(a))).epsilon(1e-14));
            }
        }
    }

    /// Positive semi-definite, also where a point comes twice.
    void check_positive() const {
        auto twice = points;
        twice.insert(twice.end(), points.begin(), points.begin() + static_cast<std::ptrdiff_t>(d));
        std::vector<double> matrix((n + 1) * (n + 1));
        kernel.fill_lower(d, twice, logs, matrix);
        for (std::size_t a = 0; a <= n; ++a) matrix[a * (n + 1) + a] *= 1 + 1e-12;
        CHECK(bouillon::detail::cholesky_lower(n + 1, matrix.data(), n + 1));
    }

    void check_hyper_parameter_gradient() {
        auto engine = bouillon::make_engine(3);
        std::vector<double> weights(n * n), gradient(logs.size());
        for (double& weight : weights) weight = bouillon::normal(engine);
        const auto contracted = [&] {
            double sum = 0;
            for (std::size_t a = 0; a < n; ++a)
                for (std::size_t b = 0; b <= a; ++b)
                    sum += (a == b ? 1 : 2) * weights[a * n + b] * at(point(a), point(b));
            return sum;
        };
        std::vector<double> expected(logs.size());
        for (std::size_t j = 0; j < logs.size(); ++j) {
            const double centre = logs[j], step = 1e-5;
            logs[j] = centre + step;
            const double above = contracted();
            logs[j] = centre - step;
            expected[j] = (above - contracted()) / (2 * step);
            logs[j] = centre;
        }
        kernel.contract_gradient(d, points, logs, weights, gradient);
        for (std::size_t j = 0; j < logs.size(); ++j) CHECK(std::abs(gradient[j] - expected[j]) < 1e-6);
    }

    void check_point_gradients() const {
        const std::vector<double> x = uniform_numbers(d, 4);
        std::vector<double> gradients(n * d);
        kernel.fill_point_gradients(x, points, logs, gradients);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t j = 0; j < d; ++j) {
                auto above = x, below = x;
                above[j] += 1e-5;
                below[j] -= 1e-5;
                const double expected = (at(above, point(a)) - at(below, point(a))) / 2e-5;
                CHECK(std::abs(gradients[a * d + j] - expected) < 1e-6);
            }
    }
};

template <class Kernel>
void check_covariance(const Kernel& kernel, std::size_t dimension, const std::vector<double>& logs) {
    covariance_laws<Kernel>{kernel, dimension, logs}.check();
}
