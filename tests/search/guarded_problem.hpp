// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>
#include <bouillon/search/search_options.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

/// A unit square whose loss falls to its far corner, while the loss on a guarded domain rises: it is kept in a quarter
/// of a circle around the origin, where the reference lies. Noise is the documents'.
struct guarded_problem {
    static constexpr std::size_t documents = 20;  ///< of each of two domains
    double allowed = 0.1;                         ///< on the second
    double noise = 0.05;                          ///< deviation over documents

    static double loss(const std::vector<double>& point) { return -point[0] - 0.5 * point[1]; }
    static double guarded_loss(const std::vector<double>& point) {
        return point[0] * point[0] + point[1] * point[1] - 0.4;
    }
    bool keeps(const std::vector<double>& point) const { return guarded_loss(point) <= allowed; }

    bouillon::search_options options(std::size_t budget, std::uint64_t seed = 1) const {
        bouillon::search_options chosen{.budget = budget, .seed = seed};
        chosen.reference_losses.assign(2 * documents, 1.0);
        chosen.domains = {{"web", documents, 1}, {"code", documents, 0}};
        chosen.guards = {{"code", allowed}};
        return chosen;
    }

    /// Losses of the documents: a function of the point, so that a resumed search is told the same.
    std::vector<double> losses(const std::vector<double>& point) const {
        auto engine = bouillon::make_engine(static_cast<std::uint64_t>(1e6 * point[0] + 1e3 * point[1]));
        std::vector<double> all(2 * documents);
        for (std::size_t j = 0; j < all.size(); ++j)
            all[j] = 1 + (j < documents ? loss(point) : guarded_loss(point)) + noise * bouillon::normal(engine);
        return all;
    }

    /// Runs a search to its end.
    template <class Search>
    void run(Search& search) const {
        while (!search.done()) {
            const auto next = search.suggest();
            search.observe(next, losses(next.point));
        }
    }
};
