// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

/// What a search believes of the gain along one coordinate, through its recommendation.
struct posterior_slice {
    std::string coordinate;
    std::vector<double> at;               // (points), the coordinate
    std::vector<double> gain, deviation;  // (points), posterior mean and standard deviation
    double recommended = 0;               // the coordinate of the recommendation
};

namespace posterior_slices_detail {

/// The point whose coordinate i is t. Where coordinates sum to 1 the others make room in their proportions.
inline std::vector<double> moved(std::vector<double> point, std::size_t i, double t, bool sums_to_one) {
    const double before = point[i], rest = static_cast<double>(point.size() - 1);
    for (std::size_t k = 0; sums_to_one && k < point.size(); ++k)
        point[k] = before == 1 ? (1 - t) / rest : point[k] * (1 - t) / (1 - before);
    point[i] = t;
    return point;
}

}  // namespace posterior_slices_detail

/// The slices of a search that has observed something, one a coordinate. A search of losses, not of differences to the
/// newest checkpoint's, needs that one's loss: `newest_loss`; else it is 0. `names`: (coordinates).
template <class Search>
std::vector<posterior_slice> slices_of(const Search& search, double newest_loss,
                                       const std::vector<std::string>& names) {
    constexpr std::size_t points = 49;
    const auto belief = search.belief();
    const auto& space = search.space();
    const auto& model = belief.surrogate;
    const std::vector<double> answer = space.point(belief.answer);
    const std::vector<double> zeros(answer.size(), 0.0), ones(answer.size(), 1.0);
    auto lowest = space.point(zeros), highest = space.point(ones);
    const bool sums_to_one =
        answer.size() > 1 && std::abs(std::accumulate(answer.begin(), answer.end(), 0.0) - 1) < 1e-9;
    if (sums_to_one) {  // then the corners of the unit cube are no points of the space
        lowest.assign(answer.size(), std::ranges::min(lowest));
        highest.assign(answer.size(), std::ranges::max(highest));
    }
    std::vector<posterior_slice> slices;
    for (std::size_t i = 0; i < answer.size(); ++i) {
        posterior_slice slice{names.at(i), {}, {}, {}, answer[i]};
        for (std::size_t j = 0; j < points; ++j) {
            const double t = std::lerp(lowest[i], highest[i], static_cast<double>(j) / (points - 1));
            const auto point = posterior_slices_detail::moved(answer, i, t, sums_to_one);
            const auto unit = space.unit_point(point), back = space.point(unit);
            if (std::abs(back[i] - t) > 1e-6) continue;  // outside of the space
            const auto predicted = model.predict(unit);
            const double score = model.standardisation().score(predicted.mean);
            slice.at.push_back(t);
            slice.gain.push_back(score + newest_loss);
            slice.deviation.push_back(std::sqrt(predicted.variance) / model.standardisation().slope(score));
        }
        slices.push_back(std::move(slice));
    }
    return slices;
}
