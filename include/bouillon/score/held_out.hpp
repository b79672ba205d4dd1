// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Held-out documents, tokenised: the data that losses are measured on. A document is the unit of noise.
class held_out_documents {
 public:
    held_out_documents() = default;

    /// @param tokens   all documents end to end
    /// @param offsets  (documents + 1), where each document starts in `tokens`; the first is 0, the last tokens.size()
    /// @param origin   the file's name, for messages
    /// @throws input_error when the offsets do not cut the tokens into documents of at least two tokens (one to feed
    ///         and one to predict), or a token id is negative
    held_out_documents(std::vector<std::int32_t> tokens, std::vector<std::size_t> offsets, std::string origin)
        : tokens_(std::move(tokens)), offsets_(std::move(offsets)), origin_(std::move(origin)) {
        const auto fail = [this](const std::string& what) { throw input_error(origin_ + ": " + what); };
        if (offsets_.size() < 2)
            fail("'document_offsets' has " + std::to_string(offsets_.size()) + " values, not 2 or more");
        if (offsets_.front() != 0)
            fail("'document_offsets' starts at " + std::to_string(offsets_.front()) + ", not at 0");
        if (offsets_.back() != tokens_.size())
            fail("'document_offsets' ends at " + std::to_string(offsets_.back()) + ", but 'tokens' has " +
                 std::to_string(tokens_.size()));
        for (std::size_t i = 0; i + 1 < offsets_.size(); ++i)
            if (offsets_[i + 1] < offsets_[i] + 2)
                fail("document " + std::to_string(i) + " runs from token " + std::to_string(offsets_[i]) + " to " +
                     std::to_string(offsets_[i + 1]) + "; a loss needs at least 2 tokens");
        const auto negative =
            std::find_if(tokens_.begin(), tokens_.end(), [](std::int32_t token) { return token < 0; });
        if (negative != tokens_.end()) fail("token " + std::to_string(*negative) + " is negative");
    }

    /// Documents.
    std::size_t size() const { return offsets_.empty() ? 0 : offsets_.size() - 1; }

    /// Token ids of one document.
    std::span<const std::int32_t> operator[](std::size_t document) const {
        return std::span(tokens_).subspan(offsets_[document], offsets_[document + 1] - offsets_[document]);
    }

    /// Targets of one document: all its tokens but the first are predicted, each exactly once.
    std::size_t targets(std::size_t document) const { return (*this)[document].size() - 1; }

    const std::vector<std::int32_t>& tokens() const { return tokens_; }
    const std::string& origin() const { return origin_; }

 private:
    std::vector<std::int32_t> tokens_;  // (tokens)
    std::vector<std::size_t> offsets_;  // (documents + 1)
    std::string origin_;
};

}  // namespace bouillon
