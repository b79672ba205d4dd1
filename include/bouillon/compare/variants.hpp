// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/compare/first_points.hpp>
#include <bouillon/compare/measured_objective.hpp>
#include <bouillon/compare/trial_plan.hpp>
#include <bouillon/core/name_of.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/trended.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/search_options.hpp>
#include <bouillon/space/spread.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace bouillon {

/// A way to search a space: it has a name, and a run that measures as many points as the plan allows and returns the
/// point (d) that it recommends.
template <class V, class Space>
concept comparable_variant = std::copy_constructible<V> &&
    requires(const V variant, const Space space, const trial_plan plan, measured_objective& measure) {
    { variant.name() } -> std::convertible_to<std::string>;
    { variant.run(space, plan, measure) } -> std::convertible_to<std::vector<double>>;
};

/// `bayesian_search` with an acquisition, a kernel and options.
///
/// Budget, seed and first points are the plan's, whatever the options say.
template <class Acquisition = improvement_or_knowledge, class Kernel = trended<matern52>>
struct search_variant {
    std::string label = {};        ///< empty: made of the acquisition's and the kernel's names
    Acquisition acquisition = {};  ///< what its search maximises
    Kernel kernel = {};            ///< of its surrogate
    search_options options = {};   ///< but for budget, seed and first points, which are the comparison's

    std::string name() const { return label.empty() ? name_of(acquisition) + ", " + name_of(kernel) : label; }

    /// Runs the search on one plan, and returns the point (d) that it recommends.
    template <search_space Space>
    std::vector<double> run(const Space& space, const trial_plan& plan, measured_objective& measure) const {
        search_options planned = options;
        planned.budget = plan.budget;
        planned.seed = plan.seed;
        planned.initial_trials = plan.design.size();
        bayesian_search search(designed<Space>{space, plan.design}, planned, acquisition, kernel);
        while (!search.done()) {
            const trial next = search.suggest();
            search.observe(next, measure(next.point), plan.variance);
        }
        return search.recommendation().point;
    }
};

/// Uniform points after the first ones; recommends the lowest loss that was measured.
struct random_search {
    std::string name() const { return "random"; }

    /// Measures the plan's points, then uniform ones, and returns the best point (d).
    template <search_space Space>
    std::vector<double> run(const Space& space, const trial_plan& plan, measured_objective& measure) const {
        random_engine engine = make_engine(plan.seed);
        std::vector<double> best_point;  // (d)
        double best = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < plan.budget; ++i) {
            const auto point = space.point(i < plan.design.size() ? plan.design[i] : uniform_sample(space, engine));
            const double loss = measure(point);
            if (loss < best || best_point.empty()) best_point = point;
            if (loss < best) best = loss;
        }
        return best_point;
    }
};

/// The variants of a comparison. The others are tested against the first.
template <class... Variants>
struct variants {
    static_assert(sizeof...(Variants) > 0, "a comparison has at least one variant");

    std::tuple<Variants...> each = {};  ///< in the order of the comparison

    variants() = default;
    /// Takes variants of any types.
    explicit variants(Variants... given) : each(std::move(given)...) {}

    /// Names, in order.
    std::vector<std::string> names() const {
        return std::apply([](const auto&... one) { return std::vector<std::string>{one.name()...}; }, each);
    }
};

/// These variants, then those.
template <class... First, class... Then>
variants<First..., Then...> operator+(const variants<First...>& first, const variants<Then...>& then) {
    return std::apply([](const auto&... one) { return variants<First..., Then...>(one...); },
                      std::tuple_cat(first.each, then.each));
}

/// A variant for each acquisition with each kernel: all acquisitions with the first kernel, then with the second.
///
///     all_pairs(std::tuple{matern32{}, matern52{}}, std::tuple{log_expected_improvement{}, mine{}})
template <class... Kernels, class... Acquisitions>
auto all_pairs(const std::tuple<Kernels...>& kernels, const std::tuple<Acquisitions...>& acquisitions,
               const search_options& options = {}) {
    const auto with_each_acquisition = [&](const auto& kernel) {
        return std::apply(
            [&]<class... One>(const One&... acquisition) {
                using kernel_type = std::decay_t<decltype(kernel)>;
                return variants<search_variant<One, kernel_type>...>(
                    search_variant<One, kernel_type>{{}, acquisition, kernel, options}...);
            },
            acquisitions);
    };
    return std::apply([&](const auto&... kernel) { return (with_each_acquisition(kernel) + ...); }, kernels);
}

}  // namespace bouillon
