// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/formula.hpp>
#include <bouillon/core/name_of.hpp>
#include <bouillon/core/own_check.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// What a trial at a unit point (d) costs, in any unit, above 0 within the space and up to 1e-5 around it.
template <class C>
concept point_cost = std::copy_constructible<C> && requires(const C cost, std::span<const double> point) {
    { cost(point) } -> std::convertible_to<double>;
};

/// What `per_cost` prepares.
///
/// The cost's gradient is taken by central differences within the unit cube.
template <prepared_acquisition Prepared, point_cost Cost, bool Logarithmic>
class prepared_per_cost {
 public:
    /// Takes what is prepared already, and the cost of a unit point.
    prepared_per_cost(Prepared gain, Cost cost) : gain_(std::move(gain)), cost_(std::move(cost)) {}

    /// Writes the values (m) at unit points (m, d).
    void evaluate(std::span<const double> points, std::span<double> values) const {
        gain_.evaluate(points, values);
        const std::size_t d = values.empty() ? 0 : points.size() / values.size();
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double cost = cost_(points.subspan(i * d, d));
            values[i] = Logarithmic ? values[i] - std::log(cost) : values[i] / cost;
        }
    }

    /// The value at one unit point (d), and its gradient (d).
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        const double gain = gain_.evaluate_gradient(point, gradient), cost = cost_(point);
        std::vector<double> moved(point.begin(), point.end());  // (d)
        for (std::size_t k = 0; k < moved.size(); ++k) {
            const double above = moved[k] = std::min(point[k] + 1e-5, 1.0), high = cost_(moved);
            const double below = moved[k] = std::max(point[k] - 1e-5, 0.0), low = cost_(moved);
            moved[k] = point[k];
            const double relative_slope = (high - low) / (above - below) / cost;
            gradient[k] = Logarithmic ? gradient[k] - relative_slope : (gradient[k] - gain * relative_slope) / cost;
        }
        return Logarithmic ? gain - std::log(cost) : gain / cost;
    }

 private:
    Prepared gain_;
    Cost cost_;
};

/// Another acquisition per unit of cost, for trials that are not equally dear.
///
///     value / cost,   or   value - log cost   where the values are logarithms
///
/// The other one's values must be logarithms or not negative.
/// `per_cost{log_expected_improvement{}, [](std::span<const double> unit_point) { return 1 + unit_point[0]; }}`
template <class Acquisition, point_cost Cost>
struct per_cost {
    static constexpr bool logarithmic = logarithmic_acquisition<Acquisition>;
    static constexpr bool nonnegative = nonnegative_acquisition<Acquisition>;  ///< as the other one

    Acquisition acquisition;  ///< what is divided
    Cost cost;                ///< at a unit point, above 0

    template <class Surrogate>
    requires acquisition_formula<Acquisition> || acquisition_function<Acquisition, Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, random_engine& engine) const {
        return price(bouillon::prepare(acquisition, surrogate, state, engine));
    }

    template <class Surrogate>
    requires pending_acquisition_function<Acquisition, Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, std::span<const double> pending,
                 random_engine& engine) const {
        return price(bouillon::prepare(acquisition, surrogate, state, pending, engine));
    }

    /// Divides what is prepared by the cost.
    template <class Prepared>
    auto price(Prepared prepared) const {
        return prepared_per_cost<Prepared, Cost, logarithmic>(std::move(prepared), cost);
    }

    /// The other acquisition's own, and the cost's.
    void check() const {
        detail::own_check(acquisition);
        detail::own_check(cost);
    }

    std::string name() const { return name_of_composite("per_cost", acquisition); }
};

/// Deduces both from the arguments.
template <class Acquisition, class Cost>
per_cost(Acquisition, Cost) -> per_cost<Acquisition, Cost>;

}  // namespace bouillon
