// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/compared_run.hpp>
#include <bouillon/compare/comparison.hpp>
#include <bouillon/compare/environment.hpp>
#include <bouillon/compare/measured_objective.hpp>
#include <bouillon/compare/objective.hpp>
#include <bouillon/compare/processes.hpp>
#include <bouillon/compare/trial_plan.hpp>
#include <bouillon/compare/variants.hpp>
#include <bouillon/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace bouillon {

/// How variants are compared.
struct comparison_options {
    std::vector<std::size_t> budgets = {40};  ///< trials of a run; an objective that has its own budget has that alone
    std::size_t seeds = 10;                   ///< runs of a variant on an objective
    std::uint64_t first_seed = 1;             ///< of the first run; the others follow it
    bool tells_variance = true;               ///< whether variants know the variance of their losses' noise
    std::size_t processes = 1;                ///< that work at a time; 0: as many as there are processors
    std::string date = {};                    ///< of the environment; empty: today's
};

namespace detail {

inline void check_names(const std::vector<std::string>& names, const std::string& what) {
    if (names.empty()) throw input_error("nothing to compare: no " + what);
    std::set<std::string> seen;
    for (const std::string& name : names)
        if (!seen.insert(name).second) throw input_error("two " + what + "s have the name " + name);
}

inline void check(const comparison_options& options) {
    if (options.seeds == 0) throw input_error("seeds: 0 runs of a variant cannot be compared");
    if (options.budgets.empty()) throw input_error("budgets: none is given");
    if (std::ranges::find(options.budgets, std::size_t{0}) != options.budgets.end())
        throw input_error("budgets: 0 is no number of trials");
}

/// Whether a variant can search a space, or each of the spaces that one may hold.
template <class Variant, class Space>
inline constexpr bool can_search = comparable_variant<Variant, Space>;
template <class Variant, class... Spaces>
inline constexpr bool can_search<Variant, std::variant<Spaces...>> = (comparable_variant<Variant, Spaces> && ...);

/// Calls `visit` with the n-th variant.
template <class... Variants, class Visit>
void visit_variant(const variants<Variants...>& compared, std::size_t n, Visit&& visit) {
    std::size_t i = 0;
    std::apply([&](const auto&... one) { ((i++ == n ? visit(one) : void()), ...); }, compared.each);
}

/// A run of one variant, of which `begun` says what is known before.
template <class Space, class Variant>
compared_run run_variant(const objective<Space>& given, const Variant& variant, const trial_plan& plan,
                         compared_run begun) {
    measured_objective measure(given.value, plan, std::move(begun));
    try {
        return measure.finish(visit_space(
            given.space, [&](const auto& space) -> std::vector<double> { return variant.run(space, plan, measure); }));
    } catch (const std::exception& failure) {
        return measure.fail(failure.what());
    }
}

/// A run as numbers, for another process: how many trials and suggestions, their losses and seconds, the answer's loss.
inline std::size_t packed_size(std::size_t budget) { return 2 * budget + 3; }

inline void pack(const compared_run& run, std::span<double> numbers) {
    numbers[0] = static_cast<double>(run.losses.size());
    numbers[1] = static_cast<double>(run.suggest_seconds.size());
    numbers[2] = run.recommended;
    const auto after = std::copy(run.losses.begin(), run.losses.end(), numbers.begin() + 3);
    std::copy(run.suggest_seconds.begin(), run.suggest_seconds.end(), after);
}

inline void unpack(const task_result& result, compared_run& run) {
    const auto losses = result.numbers.begin() + 3;
    const auto seconds = losses + static_cast<std::ptrdiff_t>(result.numbers[0]);
    run.losses.assign(losses, seconds);
    run.suggest_seconds.assign(seconds, seconds + static_cast<std::ptrdiff_t>(result.numbers[1]));
    run.recommended = result.numbers[2];
    run.failure = result.remark;
}

/// A run to come: its objective, its variant's place, and what is known of it.
template <class Space>
struct planned_run {
    const objective<Space>* given;
    std::size_t variant;
    compared_run run;
};

/// All runs, in the order of comparison::runs.
template <class Space>
std::vector<planned_run<Space>> planned_runs(const std::vector<objective<Space>>& objectives, const comparison& empty,
                                             const std::vector<std::size_t>& budgets) {
    std::vector<planned_run<Space>> plans;
    for (const auto& one : objectives)
        for (const std::size_t budget : one.budget > 0 ? std::vector{one.budget} : budgets)
            for (std::size_t v = 0; v < empty.variants.size(); ++v)
                for (const std::uint64_t seed : empty.seeds) {
                    compared_run run{
                        .objective = one.name, .variant = empty.variants[v], .budget = budget, .seed = seed};
                    run.minimum = one.minimum;
                    run.noise = one.noise;
                    run.first_points =
                        visit_space(one.space, [&](const auto& space) { return first_point_count(space, budget); });
                    plans.push_back({&one, v, std::move(run)});
                }
    return plans;
}

/// @throws input_error when there are no objectives, one of them cannot be used, or two have one name
template <class Space>
void check(const std::vector<objective<Space>>& objectives) {
    std::vector<std::string> names;
    for (const auto& one : objectives) {
        bouillon::check(one);
        names.push_back(one.name);
    }
    check_names(names, "objective");
}

}  // namespace detail

/// Runs every variant on every objective, from the same first points, with the same noise and the same budget.
///
/// A point where the objective throws or gives no number is a failed trial; a variant that throws has a failed run,
/// which counts as worse than all others. Losses do not hang on the number of processes; seconds do.
/// @param objectives over one type of space, or over `usual_space`
/// @param compared two or more have a table; the others are tested against the first
/// @param options how they are compared
/// @throws input_error when an option or an objective cannot be used, or two have one name
/// @throws work_error when a process dies
template <class Space, class... Variants>
comparison compare(const std::vector<objective<Space>>& objectives, const variants<Variants...>& compared,
                   const comparison_options& options = {}) {
    static_assert((detail::can_search<Variants, Space> && ...),
                  "a variant must model comparable_variant (compare/variants.hpp)");
    detail::check(options);
    detail::check(objectives);
    comparison made{.environment = this_environment(options.date), .variants = compared.names()};
    detail::check_names(made.variants, "variant");
    for (std::size_t i = 0; i < options.seeds; ++i) made.seeds.push_back(options.first_seed + i);
    const auto plans = detail::planned_runs(objectives, made, options.budgets);
    std::vector<std::size_t> sizes;  // (runs)
    for (const auto& one : plans) sizes.push_back(detail::packed_size(one.run.budget));

    const auto work = [&](std::size_t i, std::span<double> numbers) {
        const auto& planned = plans[i];
        const trial_plan plan = make_plan(*planned.given, planned.run.budget, planned.run.seed, options.tells_variance);
        compared_run run = planned.run;
        detail::visit_variant(compared, planned.variant,
                              [&](const auto& one) { run = detail::run_variant(*planned.given, one, plan, run); });
        detail::pack(run, numbers);
        return run.failure;
    };
    const auto results = run_in_processes(sizes, options.processes, work);
    for (std::size_t i = 0; i < results.size(); ++i) {
        made.runs.push_back(plans[i].run);
        detail::unpack(results[i], made.runs.back());
    }
    return made;
}

/// As above, on one objective.
template <class Space, class... Variants>
comparison compare(const objective<Space>& given, const variants<Variants...>& compared,
                   const comparison_options& options = {}) {
    return compare(std::vector{given}, compared, options);
}

}  // namespace bouillon
