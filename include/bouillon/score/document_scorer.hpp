// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/parameter_loader.hpp>
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
    std::size_t rows = 256;  ///< tokens a batch, or a window's where that is longer; what a thread holds is about this
                             ///< many rows of activations. Few, so that threads get equal parts of few documents and a
                             ///< cache holds them; a GPU wants more (device_rows)
    std::size_t wave = 65536;  ///< tokens whose residuals are held at a time, or a batch's where that has more; each
                               ///< wave widens the model once

    static constexpr std::size_t device_rows = 1024;
};

/// Scores a language model on held-out documents: one loss per document, nats per token, mean over its targets.
///
/// Documents go through the model layer by layer, all of a wave through one layer before the next, so that one layer is
/// in float32 at a time and whoever has the parameters may bring them one layer after another.
///
/// The model's memory is taken once and reused by every call. The result is the same to the last bit for any number of
/// threads and any waves: which thread runs a batch does not change the batch, and a document's losses are added in
/// token order.
template <class Model>
class document_scorer {
    using backend_type = typename Model::backend_type;
    using residual_type = decltype(std::declval<const Model&>().make_residual(0));

 public:
    explicit document_scorer(Model model, document_scorer_options options = {})
        : model_(std::move(model)), options_(options) {}

    /// The losses of a model on documents.
    ///
    /// Cost: one forward pass over all tokens, prompts too.
    /// @param tensors the model's, under their Hugging Face names
    /// @param held_out documents; token ids below the model's vocabulary
    /// @returns (documents), nats per token
    /// @throws input_error when a tensor does not fit the model or a token id lies outside the vocabulary
    std::vector<double> operator()(const parameters<backend_type>& tensors, const held_out_documents& held_out);

    /// The same of a model whose tensors come layer by layer.
    /// @param shapes of all tensors
    /// @param held_out documents; token ids below the model's vocabulary
    /// @param bring(names) gives the tensors that are called so, which may be gone at the next call; it is called for
    ///     each layer in order, again for each wave
    template <class Bring>
    std::vector<double> score(const tensor_shapes& shapes, const held_out_documents& held_out, const Bring& bring) {
        check_vocabulary(held_out);
        model_.expect(shapes);
        const auto batches = cut_windows(held_out, model_.window(), options_.rows);
        std::vector<std::vector<float>> token_losses(batches.size());  // (batches), (rows), nats
        for (std::size_t first = 0; first < batches.size();) {
            const std::size_t last = end_of_wave(batches, first);
            run(std::span(batches).subspan(first, last - first), bring,
                std::span(token_losses).subspan(first, last - first));
            first = last;
        }

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
        const std::size_t vocabulary = model_.description().vocabulary;
        if (static_cast<std::size_t>(largest) >= vocabulary)
            throw input_error(held_out.origin() + ": token " + to_string(largest) +
                              " lies outside the model's vocabulary of " + to_string(vocabulary));
    }

    /// The batch behind the last one whose residuals are held together with those of `first`.
    std::size_t end_of_wave(const std::vector<document_batch>& batches, std::size_t first) const {
        std::size_t last = first, rows = 0;
        do rows += batches[last++].windows.rows();
        while (last < batches.size() && rows + batches[last].windows.rows() <= options_.wave);
        return last;
    }

    template <class Bring>
    void run(std::span<const document_batch> batches, const Bring& bring, std::span<std::vector<float>> token_losses) {
        const detail::single_threaded_blas guard;
        std::size_t rows = 0;
        for (const auto& batch : batches) rows = std::max(rows, batch.windows.rows());
        const std::size_t lanes = std::min(model_.backend().lanes(), batches.size());
        make_room(batches, rows, lanes);
        for (std::size_t b = 0; b < batches.size(); ++b) token_losses[b].resize(batches[b].windows.rows());
        for (std::size_t stage = 0; stage < model_.stages(); ++stage) {
            model_.load(stage, bring(model_.tensors_of(stage)));
            parallel_for(batches.size(), lanes, [&](std::size_t b, std::size_t lane) {
                model_.run(stage, batches[b].windows, residuals_[b].values, workspaces_[lane], token_losses[b]);
            });
        }
    }

    /// Activations for batches of at most so many rows, and residuals of each batch.
    void make_room(std::span<const document_batch> batches, std::size_t rows, std::size_t lanes) {
        if (rows > rows_) workspaces_.clear();
        rows_ = std::max(rows_, rows);
        while (workspaces_.size() < lanes) workspaces_.push_back(model_.make_workspace(rows_));
        residuals_.resize(std::max(residuals_.size(), batches.size()));
        for (std::size_t b = 0; b < batches.size(); ++b) {
            auto& [room, values] = residuals_[b];
            const std::size_t needed = batches[b].windows.rows();
            if (room >= needed) continue;
            values = model_.make_residual(needed);
            room = needed;
        }
    }

    /// What a batch has become so far.
    struct residual {
        std::size_t rows = 0;  // that there is room for
        residual_type values = {};
    };

    Model model_;
    document_scorer_options options_;
    std::size_t rows_ = 0;                               // that workspaces have
    std::vector<typename Model::workspace> workspaces_;  // (lanes)
    std::vector<residual> residuals_;                    // (batches of a wave)
};

// Not in the class: what is there counts as inline, and then a compiler looks into it though a library has it.

template <class Model>
std::vector<double> document_scorer<Model>::operator()(const parameters<backend_type>& tensors,
                                                       const held_out_documents& held_out) {
    tensor_shapes shapes;
    for (const auto& [name, each] : tensors) shapes.emplace(name, each.shape);
    return score(shapes, held_out, [&](const auto&) -> const parameters<backend_type>& { return tensors; });
}

}  // namespace bouillon

#ifdef BOUILLON_COMPILED_XTENSOR
#    include <bouillon/model/causal_language_model.hpp>
#    include <bouillon/tensor/xtensor_backend.hpp>

namespace bouillon {

extern template class document_scorer<causal_language_model<xtensor_backend>>;

}  // namespace bouillon
#endif
