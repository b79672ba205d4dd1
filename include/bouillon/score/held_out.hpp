// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// The words in which check_offsets() tells what offsets cut into what.
struct offset_words {
    const char *name, *whole;   ///< of the offsets; of what they cut, before its size
    const char *piece, *thing;  ///< one piece; what it is made of
    const char* need;           ///< why a piece has at least two things
};

/// Checks where documents begin and end.
/// @throws input_error unless the offsets run from 0 to `end` in steps of 2 or more
inline void check_offsets(const std::string& origin, std::span<const std::size_t> offsets, std::size_t end,
                          const offset_words& words) {
    const std::string name = "'" + std::string(words.name) + "'";
    const auto fail = [&](const std::string& what) { throw input_error(origin + ": " + what); };
    if (offsets.size() < 2) fail(name + " has " + to_string(offsets.size()) + " values, not 2 or more");
    if (offsets.front() != 0) fail(name + " starts at " + to_string(offsets.front()) + ", not at 0");
    if (offsets.back() != end)
        fail(name + " ends at " + to_string(offsets.back()) + ", but " + words.whole + " " + to_string(end));
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
        if (offsets[i + 1] < offsets[i] + 2)
            fail(std::string(words.piece) + " " + to_string(i) + " runs from " + words.thing + " " +
                 to_string(offsets[i]) + " to " + to_string(offsets[i + 1]) + "; " + words.need);
}

}  // namespace detail

/// What may be known of documents beside their tokens; empty where it is not.
struct document_details {
    std::vector<std::size_t> prompt_tokens = {};  ///< (documents), first tokens that are fed but not predicted; else 1
    std::vector<std::size_t> bytes = {};          ///< (documents), of the text that the predicted tokens stand for
};

/// Held-out documents, tokenised: the data that losses are measured on.
///
/// A document is the unit of noise.
class held_out_documents {
 public:
    held_out_documents() = default;

    /// Takes documents that are tokens already.
    /// @param tokens all documents end to end
    /// @param offsets (documents + 1), where each document starts in `tokens`; the first is 0, the last tokens.size()
    /// @param origin the file's name, for messages
    /// @param details what else is known of the documents
    /// @throws input_error when the offsets do not cut the tokens into documents of at least two tokens (one to feed
    /// and one to predict), a token id is negative, or the details do not fit the documents
    held_out_documents(std::vector<std::int32_t> tokens, std::vector<std::size_t> offsets, std::string origin,
                       document_details details = {})
        : tokens_(std::move(tokens)),
          offsets_(std::move(offsets)),
          origin_(std::move(origin)),
          details_(std::move(details)) {
        detail::check_offsets(origin_, offsets_, tokens_.size(),
                              {.name = "document_offsets",
                               .whole = "'tokens' has",
                               .piece = "document",
                               .thing = "token",
                               .need = "a loss needs at least 2 tokens"});
        const auto negative =
            std::find_if(tokens_.begin(), tokens_.end(), [](std::int32_t token) { return token < 0; });
        if (negative != tokens_.end()) fail("token " + to_string(*negative) + " is negative");
        if (!details_.prompt_tokens.empty()) check_prompts();
        if (!details_.bytes.empty()) check_bytes();
    }

    /// Documents.
    std::size_t size() const { return offsets_.empty() ? 0 : offsets_.size() - 1; }

    /// Token ids of one document.
    std::span<const std::int32_t> operator[](std::size_t document) const {
        return std::span(tokens_).subspan(offsets_[document], offsets_[document + 1] - offsets_[document]);
    }

    /// First tokens of one document that are fed but not predicted: 1, or more where it begins with a prompt.
    std::size_t prompt(std::size_t document) const {
        return details_.prompt_tokens.empty() ? 1 : details_.prompt_tokens[document];
    }

    /// Targets of one document: all its tokens but the prompt are predicted, each exactly once.
    std::size_t targets(std::size_t document) const { return (*this)[document].size() - prompt(document); }

    /// Some of the documents, in the order in which they are named.
    held_out_documents select(std::span<const std::size_t> documents) const {
        held_out_documents chosen;
        chosen.origin_ = origin_;
        chosen.offsets_ = {0};
        for (const std::size_t document : documents) {
            const auto tokens = (*this)[document];
            chosen.tokens_.insert(chosen.tokens_.end(), tokens.begin(), tokens.end());
            chosen.offsets_.push_back(chosen.tokens_.size());
            if (!details_.prompt_tokens.empty())
                chosen.details_.prompt_tokens.push_back(details_.prompt_tokens[document]);
            if (!details_.bytes.empty()) chosen.details_.bytes.push_back(details_.bytes[document]);
        }
        return chosen;
    }

    /// The documents of several lists, one after another; how many bytes they stand for is known where it is of all.
    static held_out_documents join(std::span<const held_out_documents* const> lists) {
        if (lists.size() == 1) return *lists.front();
        held_out_documents all;
        bool prompts = false, bytes = true;
        for (const auto* list : lists) {
            prompts = prompts || !list->details_.prompt_tokens.empty();
            bytes = bytes && (list->size() == 0 || !list->bytes().empty());
        }
        all.offsets_ = {0};
        for (const auto* list : lists) {
            all.origin_ += (all.origin_.empty() ? "" : ", ") + list->origin_;
            const std::size_t first = all.tokens_.size();
            all.tokens_.insert(all.tokens_.end(), list->tokens_.begin(), list->tokens_.end());
            for (std::size_t i = 0; i < list->size(); ++i) {
                all.offsets_.push_back(first + list->offsets_[i + 1]);
                if (prompts) all.details_.prompt_tokens.push_back(list->prompt(i));
                if (bytes) all.details_.bytes.push_back(list->bytes()[i]);
            }
        }
        return all;
    }

    /// Refuses tokens that a model does not know.
    /// @param vocabulary tokens that it knows
    /// @throws input_error naming the file, the largest token and the vocabulary
    void check_vocabulary(std::size_t vocabulary) const {
        const auto largest = std::ranges::max_element(tokens_);
        if (largest != tokens_.end() && static_cast<std::size_t>(*largest) >= vocabulary)
            fail("token " + to_string(*largest) + " lies outside the model's vocabulary of " + to_string(vocabulary));
    }

    /// (tokens), all documents end to end.
    const std::vector<std::int32_t>& tokens() const { return tokens_; }
    /// The file's name, for messages.
    const std::string& origin() const { return origin_; }

    /// Bytes of the text that each document's targets stand for (documents); empty where not known.
    const std::vector<std::size_t>& bytes() const { return details_.bytes; }

 private:
    [[noreturn]] void fail(const std::string& what) const { throw input_error(origin_ + ": " + what); }

    void check_prompts() const {
        check_number("prompt_tokens", details_.prompt_tokens.size());
        for (std::size_t i = 0; i < size(); ++i)
            if (prompt(i) < 1 || prompt(i) >= (*this)[i].size())
                fail("'prompt_tokens' holds " + to_string(prompt(i)) + " at " + to_string(i) +
                     ", but the document has " + to_string((*this)[i].size()) +
                     " tokens: at least 1 must be fed and 1 predicted");
    }

    void check_bytes() const {
        check_number("document_bytes", details_.bytes.size());
        for (std::size_t i = 0; i < size(); ++i)
            if (details_.bytes[i] < 1) fail("'document_bytes' holds 0 at " + to_string(i) + ", not 1 or more");
    }

    void check_number(const std::string& name, std::size_t values) const {
        if (values != size())
            fail("'" + name + "' has " + to_string(values) + " values, but there are " + to_string(size()) +
                 " documents");
    }

    std::vector<std::int32_t> tokens_;  // (tokens)
    std::vector<std::size_t> offsets_;  // (documents + 1)
    std::string origin_;
    document_details details_;
};

}  // namespace bouillon
