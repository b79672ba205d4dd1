// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/compared_run.hpp>
#include <bouillon/compare/environment.hpp>
#include <bouillon/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// What variants made of the same objectives.
struct comparison {
    bouillon::environment environment = {};  ///< where it was made
    std::vector<std::string> variants = {};  ///< (v), names
    std::vector<std::uint64_t> seeds = {};   ///< (s)
    std::vector<compared_run> runs = {};     ///< (cells v s): cell by cell, in it variant by variant, then by seed

    /// Objectives, each as often as it has budgets.
    std::size_t cells() const {
        const std::size_t size = variants.size() * seeds.size();
        return size == 0 ? 0 : runs.size() / size;
    }

    /// The runs (s) of a variant on one objective and budget.
    std::span<const compared_run> cell(std::size_t number, std::size_t variant) const {
        return std::span(runs).subspan((number * variants.size() + variant) * seeds.size(), seeds.size());
    }

    /// What the runs of a cell are compared by (s): `compared_run::outcome`.
    std::vector<double> outcomes(std::size_t number, std::size_t variant) const {
        std::vector<double> values;
        for (const compared_run& run : cell(number, variant)) values.push_back(run.outcome());
        return values;
    }

    /// Adds the runs of another comparison of the same variants and seeds.
    ///
    /// @throws input_error when its variants or seeds are others
    void append(comparison other) {
        if (runs.empty()) {
            *this = std::move(other);
            return;
        }
        if (other.variants != variants || other.seeds != seeds)
            throw input_error("comparisons of other variants or seeds cannot be put together");
        runs.insert(runs.end(), other.runs.begin(), other.runs.end());
    }
};

}  // namespace bouillon
