// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/score/windows.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

struct document_scorer_options {
    std::size_t rows = 256;  ///< tokens a forward pass, or a window's where that is longer; what a thread holds is
                             ///< about this many rows of activations. Few, so that threads get equal parts of few
                             ///< documents and a cache holds them; a GPU wants more (device_rows)

    static constexpr std::size_t device_rows = 1024;
};

/// Scores a language model on held-out documents: one loss per document, nats per token, mean over its targets.
///
/// The model's memory is taken once and reused by every call. The result is the same to the last bit for any number of
/// threads: which thread runs a batch does not change the batch, and a document's losses are added in token order.
template <class Model>
class document_scorer {
    using backend_type = typename Model::backend_type;

 public:
    explicit document_scorer(Model model, document_scorer_options options = {})
        : model_(std::move(model)), options_(options) {}

    /// The losses of a model on documents.
    ///
    /// Cost: one forward pass over all tokens, prompts too.
    /// @param parameters the model's tensors under their Hugging Face names
    /// @param held_out documents; token ids below the model's vocabulary
    /// @returns (documents), nats per token
    /// @throws input_error when a tensor does not fit the model or a token id lies outside the vocabulary
    std::vector<double> operator()(const parameters<backend_type>& parameters, const held_out_documents& held_out) {
        check_vocabulary(held_out);
        model_.load(parameters);
        const auto batches = cut_windows(held_out, model_.config().context, options_.rows);
        std::vector<std::vector<float>> token_losses(batches.size());  // (batches), (rows), nats
        run(batches, token_losses);

        std::vector<double> losses(held_out.size(), 0.0);  // (documents), nats, then nats per token
        for (std::size_t b = 0; b < batches.size(); ++b)
            for (std::size_t row = 0; row < batches[b].documents.size(); ++row)
                if (batches[b].documents[row] != document_batch::prompt)
                    losses[batches[b].documents[row]] += static_cast<double>(token_losses[b][row]);
        for (std::size_t i = 0; i < losses.size(); ++i) losses[i] /= static_cast<double>(held_out.targets(i));
        return losses;
    }

    const Model& model() const { return model_; }

 private:
    void check_vocabulary(const held_out_documents& held_out) const {
        const auto largest = *std::max_element(held_out.tokens().begin(), held_out.tokens().end());
        if (static_cast<std::size_t>(largest) >= model_.config().vocabulary)
            throw input_error(held_out.origin() + ": token " + to_string(largest) +
                              " lies outside the model's vocabulary of " + to_string(model_.config().vocabulary));
    }

    void run(const std::vector<document_batch>& batches, std::vector<std::vector<float>>& token_losses) {
        const detail::single_threaded_blas guard;
        std::size_t rows = 0;
        for (const auto& batch : batches) rows = std::max(rows, batch.windows.rows());
        const std::size_t lanes = std::min(model_.backend().lanes(), batches.size());
        if (rows > workspace_rows_) workspaces_.clear();
        workspace_rows_ = std::max(workspace_rows_, rows);
        while (workspaces_.size() < lanes) workspaces_.push_back(model_.make_workspace(workspace_rows_));
        parallel_for(batches.size(), lanes, [&](std::size_t batch, std::size_t lane) {
            token_losses[batch].resize(batches[batch].windows.rows());
            model_.token_losses(batches[batch].windows, workspaces_[lane], token_losses[batch]);
        });
    }

    Model model_;
    document_scorer_options options_;
    std::size_t workspace_rows_ = 0;
    std::vector<typename Model::workspace> workspaces_;  // (lanes)
};

}  // namespace bouillon
