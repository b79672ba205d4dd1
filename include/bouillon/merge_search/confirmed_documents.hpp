// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/document_split.hpp>
#include <bouillon/merge_search/evaluator.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Which of a command's documents are set aside to confirm what a search of the others finds; none as it is.
struct confirm_options {
    double share = 0;        ///< in [0, 1)
    std::uint64_t seed = 1;  ///< of the draw
};

/// Refuses a share that leaves nothing to search by.
///
/// @throws input_error that names it
inline void check(const confirm_options& options) {
    detail::require_option(options.share >= 0 && options.share < 1, "confirm", "share", options.share,
                           "0 or more and below 1");
}

namespace detail {

/// The documents of a scorer that says itself how many it has, parted once it has: those that a search sees, and those
/// set aside. What it said of the latter is kept, so that it costs nothing when the search is over.
class confirmed_documents {
 public:
    /// @throws input_error for options that `check` refuses
    explicit confirmed_documents(confirm_options options) : options_(options) { check(options_); }

    /// Takes in how many losses the scorer gave of all documents.
    /// @throws work_error where there were another number at first
    void expect(std::size_t losses) {
        if (documents_ == 0) {
            documents_ = losses;
            split_ = split_documents(documents_, options_.share, options_.seed);
        }
        if (losses != documents_)
            throw work_error("gave " + to_string(losses) + " losses, but " + to_string(documents_) + " at first");
    }

    /// What a measurement of all documents tells of one set, and beside it of the other.
    merge_evaluation part(std::span<const double> merge_weights, merge_evaluation all, document_set set) {
        if (split_.confirm.empty()) return all;
        const std::vector<double>& aside = keep(merge_weights, some(all.losses, split_.confirm));
        all.beside = some(all.losses, split_.search);
        all.losses = aside;
        if (set == document_set::search) std::swap(all.losses, all.beside);
        return all;
    }

    /// Keeps the losses (confirming) of a merge on the documents set aside.
    const std::vector<double>& keep(std::span<const double> merge_weights, std::vector<double> losses) {
        return kept_.insert_or_assign({merge_weights.begin(), merge_weights.end()}, std::move(losses)).first->second;
    }

    /// What was kept (confirming); null where nothing was.
    const std::vector<double>* kept(std::span<const double> merge_weights) const {
        const auto entry = kept_.find({merge_weights.begin(), merge_weights.end()});
        return entry == kept_.end() ? nullptr : &entry->second;
    }

    /// Documents there are; 0 before the scorer said it.
    std::size_t size() const { return documents_; }
    const document_split& split() const { return split_; }

 private:
    static std::vector<double> some(const std::vector<double>& losses, const std::vector<std::size_t>& documents) {
        std::vector<double> chosen;
        for (const std::size_t document : documents) chosen.push_back(losses[document]);
        return chosen;
    }

    confirm_options options_;
    std::size_t documents_ = 0;
    document_split split_;
    std::map<std::vector<double>, std::vector<double>> kept_;  // merge weights -> (confirming), nats per token
};

}  // namespace detail

}  // namespace bouillon
