// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/score/multiple_choice.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Documents, or questions whose choices are documents: what has a loss each.
struct held_out_set {
    held_out_documents documents = {};                        ///< where there are questions: their choices
    std::optional<multiple_choice> questions = std::nullopt;  ///< nothing where there are documents only

    /// Documents or, where there are some, questions.
    std::size_t size() const { return questions ? questions->size() : documents.size(); }

    /// Some of them, in the order in which they are named.
    held_out_set select(std::span<const std::size_t> chosen) const {
        if (!questions) return {documents.select(chosen), std::nullopt};
        auto some = questions->select(chosen);
        return {some.choices(), std::move(some)};
    }
};

/// Held-out sets one after another. What has a loss each, a document of one set or a question of another, is an item;
/// items are numbered through, and so are the documents that they are scored by.
class held_out_sets {
 public:
    held_out_sets() = default;

    /// Takes sets, in the order of their items.
    explicit held_out_sets(std::vector<held_out_set> sets) {
        for (auto& set : sets) {
            const std::size_t items = set.size(), documents = set.documents.size();
            sets_.push_back({std::move(set), items_, documents_});
            items_ += items;
            documents_ += documents;
        }
    }

    /// Items.
    std::size_t size() const { return items_; }

    /// Whether some of the items are questions.
    bool have_questions() const {
        return std::ranges::any_of(sets_, [](const auto& placed) { return placed.set.questions.has_value(); });
    }

    /// Whether some of the items are documents.
    bool have_documents() const {
        return !std::ranges::all_of(sets_, [](const auto& placed) { return placed.set.questions.has_value(); });
    }

    /// Refuses tokens that a model does not know, as held_out_documents does.
    /// @param vocabulary tokens that it knows
    void check_vocabulary(std::size_t vocabulary) const {
        for (const auto& placed : sets_) placed.set.documents.check_vocabulary(vocabulary);
    }

    /// The documents of all sets, as they are scored.
    held_out_documents documents() const {
        std::vector<const held_out_documents*> documents;
        for (const auto& placed : sets_) documents.push_back(&placed.set.documents);
        return held_out_documents::join(documents);
    }

    /// The documents by which some items are scored, set by set.
    /// @param items which, each once
    std::vector<std::size_t> documents_of(std::span<const std::size_t> items) const {
        std::vector<std::size_t> documents;
        for (const auto& placed : sets_) {
            auto [own, places] = items_of(placed, items);
            if (placed.set.questions) own = placed.set.questions->choices_of(own);
            for (const std::size_t document : own) documents.push_back(placed.first_document + document);
        }
        return documents;
    }

    /// Losses of items.
    /// @param items which, each once
    /// @param document_losses of `documents_of(items)`, nats per token
    /// @param kind what a question's loss is
    /// @returns (items), in their order
    /// @throws input_error when there are not as many losses as documents
    std::vector<double> losses(std::span<const std::size_t> items, std::span<const double> document_losses,
                               question_loss kind) const {
        const std::size_t documents = documents_of(items).size();
        if (document_losses.size() != documents)
            throw input_error("held-out sets: " + to_string(document_losses.size()) + " losses, but there are " +
                              to_string(documents) + " documents");
        std::vector<double> result(items.size());
        for (const auto& placed : sets_) {
            const auto [own, places] = items_of(placed, items);
            const auto some = placed.set.questions ? std::optional(placed.set.questions->select(own)) : std::nullopt;
            const auto part = document_losses.first(some ? some->choices().size() : own.size());
            const auto own_losses = some ? some->losses(part, kind) : std::vector<double>(part.begin(), part.end());
            for (std::size_t i = 0; i < places.size(); ++i) result[places[i]] = own_losses[i];
            document_losses = document_losses.subspan(part.size());
        }
        return result;
    }

    /// The same of all items.
    /// @param document_losses of `documents()`, nats per token
    /// @param kind what a question's loss is
    std::vector<double> losses(std::span<const double> document_losses, question_loss kind) const {
        std::vector<std::size_t> all(size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        return losses(all, document_losses, kind);
    }

 private:
    struct placed_set {
        held_out_set set;
        std::size_t first_item, first_document;
    };

    /// Which of some items are of a set: their numbers in it, and their places among those.
    static std::pair<std::vector<std::size_t>, std::vector<std::size_t>> items_of(const placed_set& placed,
                                                                                  std::span<const std::size_t> items) {
        std::pair<std::vector<std::size_t>, std::vector<std::size_t>> found;
        for (std::size_t i = 0; i < items.size(); ++i)
            if (items[i] >= placed.first_item && items[i] - placed.first_item < placed.set.size()) {
                found.first.push_back(items[i] - placed.first_item);
                found.second.push_back(i);
            }
        return found;
    }

    std::vector<placed_set> sets_;
    std::size_t items_ = 0, documents_ = 0;
};

}  // namespace bouillon
