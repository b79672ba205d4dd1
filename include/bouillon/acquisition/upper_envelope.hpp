// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/normal.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace bouillon::detail {

/// What a place's mean becomes when a trial's standardised result is z.
///
///     height + slope z
struct belief_line {
    double height, slope;
    std::size_t place;
};

/// By slope, and of one slope by height.
inline bool is_flatter(const belief_line& a, const belief_line& b) {
    return a.slope != b.slope ? a.slope < b.slope : a.height < b.height;
}

/// Drops lines that are nowhere the highest, most of them as a rule.
///
/// As points (slope, height), the lines of the
/// envelope are the corners of the upper convex hull, so what lies below the triangle of the smallest slope, the
/// largest height and the largest slope is not among them. Cost: O(n). Reference: Akl & Toussaint (1978).
inline void drop_low_lines(std::vector<belief_line>& lines) {
    const auto by_height = [](const belief_line& a, const belief_line& b) { return a.height < b.height; };
    const belief_line high = *std::max_element(lines.begin(), lines.end(), is_flatter);
    const belief_line top = *std::max_element(lines.begin(), lines.end(), by_height);
    belief_line low = top;
    for (const belief_line& line : lines)
        if (line.slope < low.slope || (line.slope == low.slope && line.height > low.height)) low = line;
    const auto is_below = [](const belief_line& a, const belief_line& b, const belief_line& line) {
        return (b.slope - a.slope) * (line.height - a.height) < (b.height - a.height) * (line.slope - a.slope);
    };
    std::erase_if(lines, [&](const belief_line& line) {
        return line.slope < top.slope ? is_below(low, top, line) : is_below(top, high, line);
    });
}

/// Keeps the lines that are the highest for some z, in the order of their slopes.
///
/// Cost: O(n) and a sort of the few that may be.
inline void keep_upper_envelope(std::vector<belief_line>& lines) {
    drop_low_lines(lines);
    std::sort(lines.begin(), lines.end(), is_flatter);
    const auto crossing = [](const belief_line& a, const belief_line& b) {
        return (a.height - b.height) / (b.slope - a.slope);
    };
    std::size_t kept = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const belief_line line = lines[i];
        if (kept > 0 && lines[kept - 1].slope == line.slope) --kept;
        while (kept > 1 && crossing(lines[kept - 2], line) <= crossing(lines[kept - 2], lines[kept - 1])) --kept;
        lines[kept++] = line;
    }
    lines.resize(kept);
}

/// How much the highest of the lines is expected to lie above a height, as a logarithm.
///
///     log(E[max of the lines] - baseline),   E[max] = largest height + sum_i step_i h(-|z_i|)
///
/// for a standard normal z, over the envelope's corners z_i, where the slope rises by step_i.
/// Reference: Frazier, Powell & Dayanik (2009), eq. 14.
/// @param envelope lines in the order of their slopes, each the highest for some z
/// @param baseline the height
/// @param by_line where given, gets the derivatives with respect to each line's height and slope
inline double log_expected_rise(std::span<const belief_line> envelope, double baseline,
                                std::span<belief_line> by_line = {}) {
    std::vector<double> terms;  // (corners and 1), logarithms
    double highest = envelope[0].height;
    std::size_t top = 0;
    for (std::size_t i = 0; i + 1 < envelope.size(); ++i) {
        const double step = envelope[i + 1].slope - envelope[i].slope;
        const double drop = std::abs(envelope[i + 1].height - envelope[i].height);
        terms.push_back(std::log(step) + log_h(-drop / step));
        if (envelope[i + 1].height > highest) highest = envelope[i + 1].height, top = i + 1;
    }
    terms.push_back(std::log(std::max(highest - baseline, 0.0)));
    const double largest = *std::max_element(terms.begin(), terms.end());
    if (!std::isfinite(largest)) return largest;
    double sum = 0;
    for (const double term : terms) sum += std::exp(term - largest);
    const double value = largest + std::log(sum);
    if (by_line.empty()) return value;

    if (highest > baseline) by_line[top].height += std::exp(-value);
    for (std::size_t i = 0; i + 1 < envelope.size(); ++i) {
        const double step = envelope[i + 1].slope - envelope[i].slope;
        const double rise = envelope[i + 1].height - envelope[i].height, z = -std::abs(rise) / step;
        const double share = std::exp(terms[i] - value) / step, ratio = log_h_derivative(z);
        const double by_step = share * (1 - z * ratio), by_rise = std::copysign(share * ratio, -rise);
        by_line[i + 1].slope += by_step, by_line[i].slope -= by_step;
        by_line[i + 1].height += by_rise, by_line[i].height -= by_rise;
    }
    return value;
}

}  // namespace bouillon::detail
