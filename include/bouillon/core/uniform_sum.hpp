// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace bouillon::detail {

struct sum_distribution {
    double density = 0;
    double below = 0;  ///< probability
};

/// Density and distribution function of the sum of n independent uniform numbers.
///
///     g_j(x) = (x g_{j-1}(x) + (j - x) g_{j-1}(x - 1)) / (j - 1),   P(sum <= x) = sum_i g_{n+1}(x - i)
///
/// The density is found by its recursion over the number of uniform numbers. Up to a mean of n / 2 both have full
/// relative accuracy. Cost: n x multiplications. Reference: Irwin (1927), Hall (1927); the recursion is that of uniform
/// B-splines.
/// @param n 1 or more
/// @param x where
inline sum_distribution uniform_sum(std::size_t n, double x) {
    if (!(x > 0)) return {};
    if (!(x < static_cast<double>(n))) return {0, 1};
    const double whole = std::floor(x), part = x - whole;
    std::vector<double> g(static_cast<std::size_t>(whole) + 1);  // g_j at part, part + 1, ..., x
    g[0] = 1;
    sum_distribution sum;
    for (std::size_t j = 2; j <= n + 1; ++j) {
        sum.density = g.back();
        const auto size = static_cast<double>(j);
        for (std::size_t i = g.size(); i-- > 0;) {
            const double here = part + static_cast<double>(i);
            g[i] = (here * g[i] + (i > 0 && here < size ? (size - here) * g[i - 1] : 0)) / (size - 1);
        }
    }
    for (const double value : g) sum.below += value;
    return sum;
}

/// One of n uniform numbers that sum to a given value: the t that it exceeds with probability u.
///
/// With uniform u, t is distributed as one of them is. Cost: about 8 evaluations of `uniform_sum`.
/// @param n 1 or more
/// @param sum of all n
/// @param u in [0, 1]
inline double uniform_given_sum(std::size_t n, double sum, double u) {
    const auto size = static_cast<double>(n);
    if (n == 1 || !(sum > 0 && sum < size)) return std::clamp(sum / size, 0.0, 1.0);
    if (sum > size / 2) return 1 - uniform_given_sum(n, size - sum, 1 - u);
    // P(U > t) = (G(sum - t) - G(sum - 1)) / (G(sum) - G(sum - 1)) for the sum of the others; its logarithm is concave
    const double target = std::lerp(uniform_sum(n - 1, sum - 1).below, uniform_sum(n - 1, sum).below, u);
    double low = 0, high = std::min(1.0, sum), t = high / 2;
    while (high - low > 1e-15) {
        const auto [density, below] = uniform_sum(n - 1, sum - t);
        (below > target ? low : high) = t;
        const double miss = std::log(below / target), step = miss * below / density;
        if (std::abs(miss) < 1e-8) return std::clamp(t + step, 0.0, 1.0);  // the next miss would be this one's square
        t = t + step > low && t + step < high ? t + step : (low + high) / 2;
    }
    return t;
}

}  // namespace bouillon::detail
