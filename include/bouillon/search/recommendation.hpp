// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/formula.hpp>
#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/search/best_tried.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/training_data.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/surrogate/posterior.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// What a search believes at one moment, from all that was observed until then.
template <class Surrogate>
struct search_belief {
    Surrogate surrogate;              ///< fitted
    std::vector<double> tried = {};   ///< (n, d), unit points of the successes: what was known first, then by ticket
    std::vector<double> answer = {};  ///< (d), the unit point that is recommended
};

/// The answer of a search.
///
/// With reference losses the loss is the difference to the reference: minus the gain.
struct recommendation {
    std::vector<double> point = {};          ///< (d), the user's coordinates
    std::vector<double> merge_weights = {};  ///< (checkpoints), newest last; empty where the space is not for merging
    double loss = 0;                         ///< posterior mean there
    double standard_error = 0;               ///< posterior deviation there
    std::optional<std::size_t> ticket;       ///< of the trial at that point; empty where none was
};

namespace detail {

/// The unit point (d) whose score can be counted on to be the largest: the best one tried where its score is certain,
/// else that of the largest posterior mean less one deviation, over the points tried and the space.
///
/// Between trials the deviation may be at most twice the best tried one's: farther out the surrogate guesses, and the
/// best of many guesses is mostly wrong.
/// Cost: a maximisation under noise.
template <class Surrogate, search_space Space>
std::vector<double> countable_best(const Surrogate& model, const training_data& data, const Space& space,
                                   random_engine& engine, const maximize_options& options) {
    const auto copy = [](std::span<const double> point) { return std::vector<double>(point.begin(), point.end()); };
    const std::size_t likely = best_tried(model, data).index;
    if (data.variances[likely] == 0) return copy(data.point(likely));
    const auto countable = prepare(upper_confidence_bound{-1}, model, search_state{}, engine);
    std::vector<double> values(data.size());  // (n)
    countable.evaluate(data.points, values);
    const auto best = std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(data.successes));
    const auto tried = data.point(static_cast<std::size_t>(best - values.begin()));
    auto between = maximize(countable, space, engine, {.incumbent = tried}, in_length_scales(options, model));
    const bool is_sure = model.predict(between.unit_point).variance <= 4 * model.predict(tried).variance;
    return is_sure && between.value > *best ? std::move(between.unit_point) : copy(tried);
}

/// What follows from all that was learned.
///
/// Cost: a hyper-parameter fit, and under noise a maximisation.
/// @param last the surrogate as it was fitted before, which this fit begins with
/// @param data all that was learned
/// @param space where the answer is looked for
/// @param engine of the maximisation's starts
/// @param options of the maximisation
/// @throws work_error when there is no success
template <class Surrogate, search_space Space>
search_belief<Surrogate> believe(const Surrogate& last, const training_data& data, const Space& space,
                                 random_engine& engine, const maximize_options& options) {
    if (data.successes == 0) throw work_error("no trial succeeded: there is nothing to recommend");
    search_belief<Surrogate> now{.surrogate = last};
    now.surrogate.fit(data.points, data.scores, data.variances);
    now.tried = data.points;
    now.tried.resize(data.successes * space.dimension());
    now.answer = countable_best(now.surrogate, data, space, engine, options);
    return now;
}

/// What is believed at a unit point (d), in the user's terms: the loss that was observed there where it is certain.
template <class Surrogate, search_space Space>
recommendation describe(const Surrogate& model, const training_data& data, const history& trials, const Space& space,
                        std::span<const double> unit_point) {
    const posterior belief = model.predict(unit_point);
    recommendation answer;
    answer.point = space.point(unit_point);
    answer.merge_weights = merge_weights(space, answer.point);
    const double score = model.standardisation().score(belief.mean);
    answer.loss = -score;
    answer.standard_error = std::sqrt(belief.variance) / model.standardisation().slope(score);
    for (const auto& [suggested, observed] : trials.records())
        if (observed.status == trial_status::observed && std::ranges::equal(suggested.unit_point, unit_point))
            answer.ticket = suggested.ticket;
    for (std::size_t i = 0; i < data.successes; ++i)
        if (data.variances[i] == 0 && std::ranges::equal(data.point(i), unit_point)) {
            answer.loss = -data.scores[i];
            answer.standard_error = 0;
        }
    return answer;
}

}  // namespace detail

}  // namespace bouillon
