// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/search/bayesian_search.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

/// Losses of 16 documents, lowest where the three merge weights are (0.5, 0.3, 0.2); fails where the first is large.
struct known_landscape {
    std::size_t calls = 0;
    double failing_from = 2;

    bouillon::merge_evaluation operator()(std::span<const double> w, bouillon::document_set set) {
        ++calls;
        if (w[0] >= failing_from) throw bouillon::work_error("out of memory");
        const double distance = std::pow(w[0] - 0.5, 2) + std::pow(w[1] - 0.3, 2) + std::pow(w[2] - 0.2, 2);
        bouillon::merge_evaluation result;
        for (std::size_t j = 0; j < 16; ++j) {
            const auto document = static_cast<double>(j);
            const double shift = set == bouillon::document_set::test ? 0.05 : 0;
            result.losses.push_back(2 + shift + 0.1 * document + distance * (1 + 0.02 * document));
        }
        return result;
    }
};

inline bouillon::search_options options_for(known_landscape& landscape, std::size_t budget) {
    bouillon::search_options options;
    options.budget = budget;
    options.reference_losses = landscape(std::vector{0.0, 0.0, 1.0}, bouillon::document_set::search).losses;
    return options;
}
