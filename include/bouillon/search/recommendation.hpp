// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/formula.hpp>
#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/search/history.hpp>
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
    Surrogate surrogate;              // fitted
    std::vector<double> tried = {};   // (n, d), unit points of the successes: what was known first, then by ticket
    std::vector<double> answer = {};  // (d), the unit point that is recommended
};

/// The answer of a search. With reference losses the loss is the difference to the reference: minus the gain.
struct recommendation {
    std::vector<double> point = {};          // (d), the user's coordinates
    std::vector<double> merge_weights = {};  // (checkpoints), newest last; empty where the space is not for merging
    double loss = 0;                         // posterior mean there
    double standard_error = 0;               // posterior deviation there
    std::optional<std::size_t> ticket;       // of the trial at that point; empty where none was
};

namespace detail {

inline std::span<const double> point_of(const training_data& data, std::size_t i) {
    const std::size_t dimension = data.points.size() / data.scores.size();
    return std::span(data.points).subspan(i * dimension, dimension);
}

/// Among the successes: index and value of the largest posterior mean. A score that is certain is its own mean, however
/// rough the surrogate takes the function to be.
template <class Surrogate>
std::pair<std::size_t, double> best_tried(const Surrogate& model, const training_data& data) {
    std::vector<double> means(data.scores.size()), deviations(data.scores.size());  // (n), standardised
    model.predict(data.points, means, deviations);
    for (std::size_t i = 0; i < data.successes; ++i)
        if (data.variances[i] == 0) means[i] = model.standardisation()(data.scores[i]);
    const auto end = means.begin() + static_cast<std::ptrdiff_t>(data.successes);
    const auto best = std::max_element(means.begin(), end);
    return {static_cast<std::size_t>(best - means.begin()), *best};
}

/// The unit point (d) whose score can be counted on to be the largest: the best one tried where its score is certain,
/// else that of the largest posterior mean less one deviation, over the points tried and the space. Between trials the
/// deviation may be at most twice the best tried one's: farther out the surrogate guesses, and the best of many guesses
/// is mostly wrong. Cost: a maximisation under noise.
template <class Surrogate, search_space Space>
std::vector<double> countable_best(const Surrogate& model, const training_data& data, const Space& space,
                                   random_engine& engine, const maximize_options& options) {
    const auto copy = [](std::span<const double> point) { return std::vector<double>(point.begin(), point.end()); };
    const std::size_t likely = best_tried(model, data).first;
    if (data.variances[likely] == 0) return copy(point_of(data, likely));
    const auto countable = prepare(upper_confidence_bound{-1}, model, search_state{}, engine);
    std::vector<double> values(data.scores.size());  // (n)
    countable.evaluate(data.points, values);
    const auto best = std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(data.successes));
    const auto tried = point_of(data, static_cast<std::size_t>(best - values.begin()));
    auto found = maximize(countable, space, tried, {}, 0, engine, in_length_scales(options, model));
    const bool known = model.predict(found.unit_point).variance <= 4 * model.predict(tried).variance;
    return known && found.value > *best ? std::move(found.unit_point) : copy(tried);
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
        if (data.variances[i] == 0 && std::ranges::equal(point_of(data, i), unit_point)) {
            answer.loss = -data.scores[i];
            answer.standard_error = 0;
        }
    return answer;
}

}  // namespace detail

}  // namespace bouillon
