// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/problems/bbob_instance.hpp>
#include <bouillon/compare/problems/bbob_shapes.hpp>
#include <bouillon/compare/problems/bbob_transformations.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

/// BBOB f20 to f24: many valleys, of which none tells where the others are. Reference: Hansen et al. (2009), section 5.
namespace bouillon::detail::bbob {

/// f20: the best valleys lie near the corners of the box.
inline bbob_function schwefel_function(const bbob_instance& of) {
    constexpr double centre = 4.2096874637;  // of the best valley, after the signs
    std::vector<double> signs = bbob_uniform(of.dimension, of.seed());
    for (double& sign : signs) sign = sign < 0.5 ? -1 : 1;
    std::vector<double> best = signs;
    for (double& x : best) x *= centre / 2;
    return {best, [signs](std::span<const double> x) {
                std::vector<double> folded(x.size()), z(x.size());
                for (std::size_t i = 0; i < x.size(); ++i) folded[i] = 2 * signs[i] * x[i];
                for (std::size_t i = 0; i < x.size(); ++i)
                    z[i] = folded[i] + (i > 0 ? 0.25 * (folded[i - 1] - centre) : 0) - centre;
                z = stretch(z, 10);
                double sum = 0;
                for (double& zi : z) {
                    zi = 100 * (zi + centre);
                    sum += zi * std::sin(std::sqrt(std::abs(zi)));
                }
                return 4.189828872724339 + 0.01 * (boundary_penalty(z, 500) - sum / static_cast<double>(z.size()));
            }};
}

/// The places (n) of some numbers from the smallest to the largest.
inline std::vector<std::size_t> places_by_size(std::span<const double> numbers) {
    std::vector<std::size_t> places(numbers.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return numbers[a] < numbers[b]; });
    return places;
}

/// One of Gallagher's peaks.
struct gallagher_peak {
    double height;
    std::vector<double> centre;  // (d), turned
    std::vector<double> rates;   // (d), of what is squared
};

/// The peaks, the highest first, whose conditions and axes are in random order.
/// @param condition of the highest peak
/// @param width of the box in which the centres are
inline std::vector<gallagher_peak> gallagher_peaks(const bbob_instance& of, std::size_t count, double condition,
                                                   double width, const square_matrix& rotation) {
    const std::size_t d = of.dimension;
    const auto order = places_by_size(bbob_uniform(count - 1, of.seed()));
    const auto places = bbob_uniform(d * count, of.seed());
    std::vector<gallagher_peak> peaks;
    for (std::size_t peak = 0; peak < count; ++peak) {
        if (peak > 0)
            condition = std::pow(1000.0, static_cast<double>(order[peak - 1]) / static_cast<double>(count - 2));
        std::vector<double> centre(d), rates(d);
        const double towards_centre = peak == 0 ? 0.8 : 1;
        for (std::size_t i = 0; i < d; ++i) centre[i] = towards_centre * (width * places[peak * d + i] - width / 2);
        const auto axes = places_by_size(bbob_uniform(d, of.seed() + static_cast<std::int64_t>(1000 * peak)));
        for (std::size_t i = 0; i < d; ++i) rates[i] = std::pow(condition, share_of_coordinates(axes[i], d) - 0.5);
        const double height = peak == 0 ? 10 : 1.1 + 8 * static_cast<double>(peak - 1) / static_cast<double>(count - 2);
        peaks.push_back({height, rotation * centre, rates});
    }
    return peaks;
}

/// f21 with 101 peaks, f22 with 21 of which the highest is narrow: Gallagher's Gaussian peaks.
inline bbob_function gallagher_function(const bbob_instance& of, std::size_t count, double condition, double width) {
    const square_matrix rotation = of.second_rotation();
    std::vector<double> best = bbob_uniform(of.dimension, of.seed());
    for (double& x : best) x = 0.8 * (width * x - width / 2);
    return {
        best, [rotation, peaks = gallagher_peaks(of, count, condition, width, rotation)](std::span<const double> x) {
            const auto turned = rotation * x;
            double highest = 0;
            for (const gallagher_peak& peak : peaks) {
                double distance = 0;
                for (std::size_t i = 0; i < turned.size(); ++i)
                    distance += peak.rates[i] * squared(turned[i] - peak.centre[i]);
                highest = std::max(highest, peak.height * std::exp(-distance / (2 * static_cast<double>(x.size()))));
            }
            return squared(oscillate(10 - highest)) + boundary_penalty(x);
        }};
}

/// f23: Katsuura's, which is continuous and nowhere differentiable.
inline bbob_function katsuura_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best, first = of.first_rotation(), second = of.second_rotation()](std::span<const double> x) {
                const auto z = first * stretch(second * difference(x, best), 100);
                const auto d = static_cast<double>(z.size());
                double product = 1;
                for (std::size_t i = 0; i < z.size(); ++i) {
                    double sum = 0;
                    for (int k = 1; k <= 32; ++k) {
                        const double scaled = std::ldexp(z[i], k);
                        sum += std::ldexp(std::abs(scaled - round_up_halves(scaled)), -k);
                    }
                    product *= 1 + static_cast<double>(i + 1) * sum;
                }
                return 10 / (d * d) * (std::pow(product, 10 / std::pow(d, 1.2)) - 1) + boundary_penalty(x);
            }};
}

/// f24: Lunacek's, two funnels under ripples, of which the wider one is the worse.
inline bbob_function lunacek_function(const bbob_instance& of) {
    constexpr double centre = 2.5;
    std::vector<double> signs = bbob_normal(of.dimension, of.seed());
    for (double& sign : signs) sign = sign < 0 ? -1 : 1;
    std::vector<double> best = signs;
    for (double& x : best) x *= centre / 2;
    return {best, [signs, first = of.first_rotation(), second = of.second_rotation()](std::span<const double> x) {
                const auto d = static_cast<double>(x.size());
                const double narrowness = 1 - 1 / (2 * std::sqrt(d + 20) - 8.2);
                const double other_centre = -std::sqrt((centre * centre - 1) / narrowness);
                std::vector<double> from_centre(x.size());
                double near = 0, far = 0;
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const double folded = 2 * signs[i] * x[i];
                    from_centre[i] = folded - centre;
                    near += squared(from_centre[i]);
                    far += squared(folded - other_centre);
                }
                const auto z = first * stretch(second * from_centre, 100);
                double cosines = 0;
                for (const double zi : z) cosines += std::cos(2 * std::numbers::pi * zi);
                return std::min(near, d + narrowness * far) + 10 * (d - cosines) + 1e4 * boundary_penalty(x);
            }};
}

}  // namespace bouillon::detail::bbob
