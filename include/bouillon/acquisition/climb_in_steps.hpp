// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/projected_gradient.hpp>
#include <bouillon/space/concept.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// Which coordinates of a space go in steps, and how to go along them; of a space without steps nothing is called.
struct steps_of_space {
    std::vector<bool> steps;  ///< (d)
    bool any = false;
    function_ref<void(std::span<double> unit_point)> relax;
    function_ref<std::vector<double>(std::span<const double> unit_point)> neighbours;
};

/// Calls use(steps) with the steps of a space, and returns what it gives.
template <search_space Space, class Use>
auto with_steps_of(const Space& space, const Use& use) {
    std::vector<bool> steps(space.dimension());
    if constexpr (stepped_space<Space>) {
        for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = space.steps(i);
        const bool any = std::ranges::find(steps, true) != steps.end();
        const auto relax = [&](auto unit_point) { space.relax(unit_point); };
        const auto neighbours = [&](auto unit_point) { return space.neighbours(unit_point); };
        return use(steps_of_space{std::move(steps), any, relax, neighbours});
    } else {
        const auto relax = [](auto) {};
        const auto neighbours = [](auto) { return std::vector<double>{}; };
        return use(steps_of_space{std::move(steps), false, relax, neighbours});
    }
}

/// Goes to the best of the points one step away as long as that is better, but not far.
/// @param here (d), and its value, which is maximised; changed
inline void step_up(projected_minimum& here, const steps_of_space& space,
                    function_ref<void(std::span<const double>, std::span<double>)> evaluate) {
    constexpr int farthest = 50;
    const std::size_t d = here.point.size();
    for (int i = 0; i < farthest; ++i) {
        const auto beside = space.neighbours(here.point);  // (m, d)
        std::vector<double> values(beside.size() / d);     // (m)
        evaluate(beside, values);
        const auto best = std::ranges::max_element(values);
        if (best == values.end() || !(-*best < here.value)) return;
        const auto first = beside.begin() + (best - values.begin()) * static_cast<std::ptrdiff_t>(d);
        here.point.assign(first, first + static_cast<std::ptrdiff_t>(d));
        here.value = -*best;
    }
}

/// Climbs where some coordinates go in steps: by the gradient as if there were none, then from the nearest point of the
/// space from step to step, and by the gradient along the other coordinates.
/// @param descend gives minus the value at a unit point (d) and writes its gradient
/// @param project onto the space
/// @param space its steps
/// @param start (d)
/// @param evaluate values (m) at unit points (m, d)
/// @param options of either climb
/// @returns a point of the space, with minus its value
inline projected_minimum climb_in_steps(function_ref<double(std::span<const double>, std::span<double>)> descend,
                                        function_ref<void(std::span<double>)> project, const steps_of_space& space,
                                        std::span<const double> start,
                                        function_ref<void(std::span<const double>, std::span<double>)> evaluate,
                                        const projected_gradient_options& options) {
    projected_minimum here = minimize(descend, space.relax, start, options);
    project(here.point);
    std::vector<double> gradient(start.size());
    here.value = descend(here.point, gradient);
    step_up(here, space, evaluate);
    if (std::ranges::find(space.steps, false) == space.steps.end()) return here;
    const std::vector<double> held = here.point;
    const auto hold = [&](std::span<double> point) {
        space.relax(point);
        for (std::size_t i = 0; i < point.size(); ++i)
            if (space.steps[i]) point[i] = held[i];
    };
    here = minimize(descend, hold, held, options);
    step_up(here, space, evaluate);
    return here;
}

}  // namespace bouillon::detail
