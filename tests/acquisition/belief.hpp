// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/surrogate/standardisation.hpp>

#include <cmath>
#include <cstddef>
#include <span>

/// A surrogate whose belief is known in closed form, so that tests need no data:
/// mean = sum_k sin(3 x_k + k), deviation = 0.3 + 0.2 cos(5 sum_k x_k); scores are 10 + 2 mean.
struct closed_form_belief {
    struct belief {
        double mean, deviation;
    };
    std::size_t dimensions = 2;

    std::size_t dimension() const { return dimensions; }
    bouillon::standardisation standardisation() const { return {.centre = 10, .scale = 2}; }

    void predict(std::span<const double> points, std::span<double> means, std::span<double> deviations) const {
        for (std::size_t i = 0; i < means.size(); ++i) {
            double mean = 0, sum = 0;
            for (std::size_t k = 0; k < dimensions; ++k) {
                const double x = points[i * dimensions + k];
                mean += std::sin(3 * x + static_cast<double>(k));
                sum += x;
            }
            means[i] = mean;
            deviations[i] = 0.3 + 0.2 * std::cos(5 * sum);
        }
    }

    belief predict_gradient(std::span<const double> point, std::span<double> mean_gradient,
                            std::span<double> deviation_gradient) const {
        belief at{};
        predict(point, std::span(&at.mean, 1), std::span(&at.deviation, 1));
        double sum = 0;
        for (const double x : point) sum += x;
        for (std::size_t k = 0; k < dimensions; ++k) {
            mean_gradient[k] = 3 * std::cos(3 * point[k] + static_cast<double>(k));
            deviation_gradient[k] = -std::sin(5 * sum);
        }
        return at;
    }
};
