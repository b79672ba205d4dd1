// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace bouillon {

/// Adapts a formula to the full concept: the formula of the surrogate's belief, and by the chain rule its gradient.
///
///     d a / d x = (d a / d mean) (d mean / d x) + (d a / d deviation) (d deviation / d x)
template <acquisition_formula Formula, class Surrogate>
class prepared_formula {
 public:
    /// Takes the formula, the surrogate and the state of one suggestion, which must outlive it.
    prepared_formula(const Formula& formula, const Surrogate& surrogate, const search_state& state)
        : formula_(formula), surrogate_(&surrogate), state_(state) {}

    /// Writes the values at unit points.
    ///
    /// Cost: one batched prediction.
    /// @param points (m, d)
    /// @param values (m)
    void evaluate(std::span<const double> points, std::span<double> values) const {
        std::vector<double> deviations(values.size());  // (m)
        surrogate_->predict(points, values, deviations);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = formula_(values[i], std::max(deviations[i], smallest_deviation), state_);
    }

    /// The value at one unit point, and its gradient.
    /// @param point (d)
    /// @param gradient (d), written
    /// @returns the value
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        std::vector<double> deviation_gradient(point.size());  // (d)
        const auto [mean, deviation] = surrogate_->predict_gradient(point, gradient, deviation_gradient);
        const bool certain = !(deviation > smallest_deviation);  // the deviation has a kink where it vanishes
        const dual value = formula_(dual{mean, 1, 0}, dual{certain ? smallest_deviation : deviation, 0, 1}, state_);
        for (std::size_t i = 0; i < gradient.size(); ++i)
            gradient[i] = value.d_mean * gradient[i] + (certain ? 0 : value.d_deviation * deviation_gradient[i]);
        return value.value;
    }

    /// Whether values are 0 or more (`nonnegative_acquisition`).
    static constexpr bool nonnegative() { return nonnegative_acquisition<Formula>; }

 private:
    static constexpr double smallest_deviation = 1e-10;  // so that a formula may divide by it

    Formula formula_;
    const Surrogate* surrogate_;
    search_state state_;
};

/// Makes an acquisition ready for one suggestion.
///
/// What it returns refers to the surrogate.
template <class Surrogate, class Acquisition>
requires acquisition_formula<Acquisition> || acquisition_function<Acquisition, Surrogate>
auto prepare(const Acquisition& acquisition, const Surrogate& surrogate, const search_state& state,
             random_engine& engine) {
    if constexpr (acquisition_function<Acquisition, Surrogate>)
        return acquisition.prepare(surrogate, state, engine);
    else
        return prepared_formula<Acquisition, Surrogate>(acquisition, surrogate, state);
}

/// Makes an acquisition ready for one suggestion while other trials are still out.
/// @param acquisition what to make ready
/// @param surrogate what it returns refers to it
/// @param state of the search
/// @param pending (p, d), unit points of the trials that are out, read where the acquisition is a
/// `pending_acquisition_function`; for any other the surrogate must believe them already
/// @param engine for what is random
template <class Surrogate, class Acquisition>
requires acquisition_formula<Acquisition> || acquisition_function<Acquisition, Surrogate>
auto prepare(const Acquisition& acquisition, const Surrogate& surrogate, const search_state& state,
             std::span<const double> pending, random_engine& engine) {
    if constexpr (pending_acquisition_function<Acquisition, Surrogate>)
        return acquisition.prepare(surrogate, state, pending, engine);
    else
        return prepare(acquisition, surrogate, state, engine);
}

}  // namespace bouillon
