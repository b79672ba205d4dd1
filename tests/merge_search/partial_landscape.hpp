// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/merge_search/evaluator.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

/// Losses of 64 documents that can be scored one by one, lowest where the three merge weights are near (0.5, 0.3, 0.2).
/// Documents differ in level, and a little in what they think of a merge.
struct partial_landscape {
    static constexpr std::size_t documents = 64;
    std::size_t scored = 0;
    double failing_from = 2;

    bouillon::merge_evaluation operator()(std::span<const double> w, bouillon::document_set set) {
        bouillon::merge_evaluation result;
        for (std::size_t j = 0; j < documents; ++j) result.losses.push_back(loss(w, j, set));
        return result;
    }
    bouillon::merge_evaluation operator()(std::span<const double> w, std::span<const std::size_t> which) {
        bouillon::merge_evaluation result;
        for (const std::size_t j : which) result.losses.push_back(loss(w, j, bouillon::document_set::search));
        return result;
    }

 private:
    double loss(std::span<const double> w, std::size_t document, bouillon::document_set set) {
        if (w[0] >= failing_from) throw bouillon::work_error("out of memory");
        ++scored;
        bouillon::random_engine engine = bouillon::make_engine(set == bouillon::document_set::test ? 2 : 1, document);
        const double level = 2 + bouillon::normal(engine), steepness = 1 + 0.2 * bouillon::normal(engine);
        const double a = 0.5 + 0.1 * bouillon::normal(engine), b = 0.3 + 0.1 * bouillon::normal(engine);
        return level + steepness * (std::pow(w[0] - a, 2) + std::pow(w[1] - b, 2) + std::pow(w[2] - 1 + a + b, 2));
    }
};

static_assert(bouillon::partial_merge_evaluator<partial_landscape>);
