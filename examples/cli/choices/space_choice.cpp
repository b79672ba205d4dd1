// SPDX-License-Identifier: Apache-2.0
#include "choices/space_choice.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/warnings.hpp>
#include <bouillon/space/affine.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/schedule.hpp>
#include <bouillon/space/simplex.hpp>

#include <algorithm>
#include <array>

namespace {

using bouillon::input_error;
using names = std::vector<std::string>;

any_space make_interval(std::size_t checkpoints, const space_bounds& bounds) {
    if (checkpoints != 2)
        throw input_error("--space interval takes 2 checkpoints, but " + bouillon::to_string(checkpoints) +
                          " are given: use --space simplex");
    return any_space(bouillon::interval{.lower = bounds.alpha, .upper = 1});
}
any_space make_simplex(std::size_t checkpoints, const space_bounds&) {
    return any_space(bouillon::simplex{checkpoints});
}
any_space make_affine(std::size_t checkpoints, const space_bounds& bounds) {
    if (!(bounds.lower <= 0 && 1 <= bounds.upper))
        throw input_error("--lower " + bouillon::to_string(bounds.lower) + " and --upper " +
                          bouillon::to_string(bounds.upper) +
                          " must let one checkpoint have all the weight: at most 0, at least 1");
    return any_space(bouillon::affine{.checkpoints = checkpoints, .lower = bounds.lower, .upper = bounds.upper});
}
any_space make_schedule(std::size_t checkpoints, const space_bounds& bounds) {
    return any_space(bouillon::schedule{.checkpoints = checkpoints, .largest_step = bounds.step});
}
any_space make_default(std::size_t checkpoints, const space_bounds& bounds) {
    return default_space(checkpoints).make(checkpoints, bounds);
}

std::vector<double> newest_of_two(std::size_t) { return {1}; }
std::vector<double> newest_of_all(std::size_t checkpoints) { return bouillon::simplex{checkpoints}.newest_average(1); }
std::vector<double> newest_alone(std::size_t) { return {1, 1, 1, 0}; }

names newer_weight(const names& checkpoints) { return {"weight of " + checkpoints.back()}; }
names all_weights(const names& checkpoints) {
    names coordinates;  // (d)
    for (const auto& name : checkpoints) coordinates.push_back("weight of " + name);
    return coordinates;
}
names schedule_knobs(const names&) { return {"window, checkpoints", "spacing, checkpoints", "shape", "step, windows"}; }

constexpr std::array interval_bounds = {space_bound{"alpha", "lower", &space_bounds::alpha}};
constexpr std::array affine_bounds = {space_bound{"lower", "lower", &space_bounds::lower},
                                      space_bound{"upper", "upper", &space_bounds::upper}};
constexpr std::array schedule_bounds = {space_bound{"step", "largest_step", &space_bounds::step}};

constexpr std::array choices = {
    space_choice{"auto", "interval or simplex by their number", make_default, nullptr, nullptr, {}},
    space_choice{"interval", "2 checkpoints, the newer's weight in [alpha, 1]", make_interval, newest_of_two,
                 newer_weight, interval_bounds},
    space_choice{"simplex", "any number, not negative, sum 1", make_simplex, newest_of_all, all_weights, {}},
    space_choice{"affine", "any number, between --lower and --upper, sum 1", make_affine, newest_of_all, all_weights,
                 affine_bounds},
    space_choice{"schedule", "many: window, spacing, decay shape and a step of up to --step", make_schedule,
                 newest_alone, schedule_knobs, schedule_bounds},
};
constexpr const space_choice &interval = choices[1], &simplex = choices[2];

}  // namespace

std::span<const space_choice> space_choices() { return choices; }

const space_choice& default_space(std::size_t checkpoints) { return checkpoints == 2 ? interval : simplex; }

const space_choice& paper_space() { return interval; }

std::optional<bouillon::report_warning> border_warning(const space_choice& choice, const any_space& space,
                                                       std::span<const double> point) {
    auto reached = space.reached_bounds(point);
    for (auto& [name, value, beyond] : reached) {
        const auto bound = std::ranges::find(choice.bounds, name, &space_bound::member);
        if (bound != choice.bounds.end()) name = "--" + std::string(bound->name);
        if (beyond == "search the simplex") beyond = "--space simplex has no such bound";
    }
    return bouillon::border_warning(reached);
}
