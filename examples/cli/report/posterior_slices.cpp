// SPDX-License-Identifier: Apache-2.0
#include "report/posterior_slices.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace {

constexpr std::size_t points_of_a_slice = 49;

/// The point whose coordinate i is t. Where coordinates sum to 1 the others make room in their proportions.
std::vector<double> moved(std::vector<double> point, std::size_t i, double t, bool sums_to_one) {
    const double before = point[i], rest = static_cast<double>(point.size() - 1);
    for (std::size_t k = 0; sums_to_one && k < point.size(); ++k)
        point[k] = before == 1 ? (1 - t) / rest : point[k] * (1 - t) / (1 - before);
    point[i] = t;
    return point;
}

}  // namespace

std::vector<posterior_slice> posterior_slices(const any_space& space, const any_surrogate& model,
                                              std::span<const double> recommended, double newest_loss,
                                              const std::vector<std::string>& names) {
    const std::vector<double> answer = space.point(recommended);
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
        for (std::size_t j = 0; j < points_of_a_slice; ++j) {
            const double t = std::lerp(lowest[i], highest[i], static_cast<double>(j) / (points_of_a_slice - 1));
            const auto unit_point = space.unit_point(moved(answer, i, t, sums_to_one));
            if (std::abs(space.point(unit_point)[i] - t) > 1e-6) continue;  // outside of the space
            const auto predicted = model.predict(unit_point);
            const double score = model.standardisation().score(predicted.mean);
            slice.at.push_back(t);
            slice.gain.push_back(score + newest_loss);
            slice.deviation.push_back(std::sqrt(predicted.variance) / model.standardisation().slope(score));
        }
        slices.push_back(std::move(slice));
    }
    return slices;
}
