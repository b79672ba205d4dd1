// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/document_split.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/measured_domains.hpp>
#include <bouillon/score/printed_losses.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
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
///
/// A scorer is a function ask(documents) that gives a merge_evaluation with a loss for each, in nats per token.
/// `documents` has their numbers as the scorer counts them; none: all.
class confirmed_documents {
 public:
    /// @param scorer whom messages name, as in "the scorer"
    /// @param sets that the scorer tells losses by, a share of each of which is set aside; null: none
    /// @throws input_error for options that `check` refuses
    confirmed_documents(confirm_options options, std::string scorer, std::shared_ptr<const printed_sets> sets = {})
        : options_(options), scorer_(std::move(scorer)), sets_(std::move(sets)) {
        check(options_);
    }

    /// Losses of a merge.
    /// @param merge_weights (checkpoints) or (groups, checkpoints)
    /// @param set on which documents
    /// @param chooses whether the scorer gives losses of the documents that it is asked for; otherwise it gives all
    /// @param ask the scorer
    /// @throws work_error where it gives another number of losses than it should
    template <class Ask>
    merge_evaluation measure(std::span<const double> merge_weights, document_set set, bool chooses, const Ask& ask) {
        const std::vector<double> merge(merge_weights.begin(), merge_weights.end());
        if (const auto entry = kept_.find(merge); entry != kept_.end() && set == document_set::test)
            return {entry->second};
        if (chooses && !split_.confirm.empty()) {
            auto result = ask_of(set == document_set::search ? split_.search : split_.confirm, ask);
            if (set == document_set::test) kept_[merge] = result.losses;
            return result;
        }
        merge_evaluation result = ask(std::span<const std::size_t>());
        expect(result.losses.size());
        return split_.confirm.empty() ? result : part(merge, std::move(result), set);
    }

    /// Losses of a merge on some of the search documents, by a scorer that chooses.
    /// @param documents (scored), which of the search documents
    template <class Ask>
    merge_evaluation measure(std::span<const std::size_t> documents, const Ask& ask) const {
        std::vector<std::size_t> asked;  // (scored)
        for (const std::size_t document : documents)
            asked.push_back(split_.search.empty() ? document : split_.search[document]);
        return ask_of(asked, ask);
    }

    /// Documents there are; 0 before the scorer said it.
    std::size_t size() const { return documents_; }
    /// Documents set aside.
    std::size_t confirming() const { return split_.confirm.size(); }
    /// The held-out sets, with their documents of both kinds; none where there is one, or before the scorer said it.
    const measured_domains& domains() const { return domains_; }

 private:
    template <class Ask>
    merge_evaluation ask_of(std::span<const std::size_t> documents, const Ask& ask) const {
        merge_evaluation result = ask(documents);
        if (result.losses.size() != documents.size())
            throw work_error(scorer_ + " gave " + to_string(result.losses.size()) + " losses, but " +
                             to_string(documents.size()) + " documents were asked for");
        return result;
    }

    /// Takes in how many losses the scorer gave of all documents.
    void expect(std::size_t losses) {
        if (documents_ == 0) {
            documents_ = losses;
            const auto sets = sets_ ? sets_->sets() : std::vector<printed_set>();
            if (sets.size() < 2)
                split_ = split_documents(documents_, options_.share, options_.seed);
            else
                split_each(sets);
        }
        if (losses != documents_)
            throw work_error(scorer_ + " gave " + to_string(losses) + " losses, but " + to_string(documents_) +
                             " at first");
    }

    /// Sets a share of each held-out set aside; none of any where that leaves one of them with too few.
    void split_each(const std::vector<printed_set>& sets) {
        std::vector<document_split> splits;
        bool all = true;
        for (const auto& set : sets) {
            splits.push_back(split_documents(set.documents, options_.share, options_.seed));
            all = all && !splits.back().confirm.empty();
        }
        std::size_t first = 0;
        for (std::size_t s = 0; s < sets.size(); ++s) {
            if (!all) splits[s] = split_documents(sets[s].documents, 0, options_.seed);
            for (const std::size_t document : splits[s].search) split_.search.push_back(first + document);
            for (const std::size_t document : splits[s].confirm) split_.confirm.push_back(first + document);
            domains_.search.push_back({sets[s].name, splits[s].search.size()});
            if (all) domains_.test.push_back({sets[s].name, splits[s].confirm.size()});
            first += sets[s].documents;
        }
    }

    /// What a measurement of all documents tells of one set, and beside it of the other.
    merge_evaluation part(const std::vector<double>& merge, merge_evaluation all, document_set set) {
        auto& aside = kept_[merge] = some(all.losses, split_.confirm);
        all.beside = some(all.losses, split_.search);
        all.losses = aside;
        if (set == document_set::search) std::swap(all.losses, all.beside);
        return all;
    }

    static std::vector<double> some(const std::vector<double>& losses, const std::vector<std::size_t>& documents) {
        std::vector<double> chosen;
        for (const std::size_t document : documents) chosen.push_back(losses[document]);
        return chosen;
    }

    confirm_options options_;
    std::string scorer_;
    std::shared_ptr<const printed_sets> sets_;
    std::size_t documents_ = 0;
    document_split split_;
    measured_domains domains_;
    std::map<std::vector<double>, std::vector<double>> kept_;  // merge weights -> (confirming), nats per token
};

}  // namespace detail

}  // namespace bouillon
