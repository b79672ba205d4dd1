// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/parameter_loader.hpp>
#include <bouillon/score/batch_part.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/score/windows.hpp>
#include <bouillon/tensor/loss_sum.hpp>
#include <bouillon/tensor/parameters.hpp>
#include <bouillon/tensor/to_buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// How a document_scorer runs its model.
struct document_scorer_options {
    std::size_t rows = 256;  ///< tokens a batch, or a window's where that is longer; what a thread holds is about this
                             ///< many rows of activations. Few, so that threads get equal parts of few documents and
                             ///< a cache holds them; a GPU wants more (on_device)
    std::size_t wave = 65536;  ///< tokens whose residuals are held at a time, or a batch's where that has more; each
                               ///< wave converts the model once
    bool equal_rows = false;  ///< batches are filled up to a multiple of `rows`: a document's loss then does not depend
                              ///< on its batch even where the number of rows chooses the arithmetic

    /// What a GPU wants: enough rows to keep all of it busy, and always as many.
    static document_scorer_options on_device() { return {.rows = 4096, .equal_rows = true}; }
};

/// Refuses batches that hold nothing; a wave holds at least one batch, whatever its size.
///
/// @throws input_error that names the option and its value
inline void check(const document_scorer_options& options) {
    detail::require_option(options.rows > 0, "document_scorer_options", "rows", options.rows, "1 or more");
}

/// Scores a language model on held-out documents: one loss per document, nats per token, mean over its targets.
///
/// Documents go through the model layer by layer, all of a wave through one layer before the next, so that one layer is
/// converted at a time and whoever has the parameters may bring them one layer after another.
///
/// The model's memory is taken once and reused by every call. The result is the same to the last bit for any number of
/// threads and any waves: which thread runs a batch does not change the batch, and a document's losses are added in
/// fixed point (loss_sum.hpp), where their order does not count.
template <class Model>
class document_scorer {
    using backend_type = typename Model::backend_type;
    using buffer = typename backend_type::buffer;

 public:
    /// @throws input_error for options that `check` refuses
    explicit document_scorer(Model model, document_scorer_options options = {})
        : model_(std::move(model)), options_(options) {
        check(options_);
    }

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
    /// @param bring gives, as bring(names), the tensors that are called so, which may be gone at the next call; it is
    ///     called for each layer in order, again for each wave
    template <class Bring>
    std::vector<double> score(const tensor_shapes& shapes, const held_out_documents& held_out, const Bring& bring) {
        return losses(sums(shapes, held_out, bring), held_out);
    }

    /// What a part of the batches adds to each document's loss. Batches are cut as for all of them, so the sums over
    /// the parts are those of one part that is all, bit for bit.
    /// @param shapes, held_out, bring as above
    /// @param part which batches
    /// @returns (documents), fixed point (loss_sum.hpp)
    template <class Bring>
    std::vector<detail::fixed_loss> sums(const tensor_shapes& shapes, const held_out_documents& held_out,
                                         const Bring& bring, batch_part part = {}) {
        held_out.check_vocabulary(model_.description().vocabulary);
        model_.expect(shapes);
        auto batches = cut_windows(held_out, model_.window(), options_.rows, options_.equal_rows);
        detail::keep_part(batches, part, model_.description().width);
        std::vector<detail::fixed_loss> sums(held_out.size(), 0);
        for (std::size_t first = 0; first < batches.size();) {
            const std::size_t last = end_of_wave(batches, first);
            run(std::span(batches).subspan(first, last - first), bring);
            add_losses(std::span(batches).subspan(first, last - first), sums);
            first = last;
        }
        return sums;
    }

    /// The same of a model that is there as a whole.
    std::vector<detail::fixed_loss> sums(const parameters<backend_type>& tensors, const held_out_documents& held_out,
                                         batch_part part);

    /// The losses that sums come to.
    /// @param sums (documents), fixed point, over all parts
    /// @param held_out the documents
    /// @returns (documents), nats per token
    static std::vector<double> losses(std::span<const detail::fixed_loss> sums, const held_out_documents& held_out) {
        std::vector<double> losses;  // (documents), nats per token
        for (std::size_t i = 0; i < sums.size(); ++i)
            losses.push_back(detail::to_nats(sums[i]) / static_cast<double>(held_out.targets(i)));
        return losses;
    }

    /// What it scores.
    const Model& model() const { return model_; }

 private:
    /// The batch behind the last one whose residuals are held together with those of `first`.
    std::size_t end_of_wave(const std::vector<document_batch>& batches, std::size_t first) const {
        std::size_t last = first, rows = 0;
        do rows += batches[last++].windows.rows();
        while (last < batches.size() && rows + batches[last].windows.rows() <= options_.wave);
        return last;
    }

    /// Runs a wave, and leaves its rows' losses, batch behind batch.
    template <class Bring>
    void run(std::span<const document_batch> batches, const Bring& bring) {
        const detail::single_threaded_blas guard;
        const std::size_t lanes = std::min(model_.backend().lanes(), batches.size());
        make_room(batches, lanes);
        for (std::size_t stage = 0; stage < model_.stages(); ++stage) {
            model_.load(stage, bring(model_.tensors_of(stage)));
            parallel_for(batches.size(), lanes, [&](std::size_t b, std::size_t lane) {
                wave_batch& batch = wave_[b];
                model_.run(stage, batch.prepared, batch.residual, workspaces_[lane], batch.first, losses_);
            });
        }
    }

    /// Activations, residuals and losses of a wave.
    void make_room(std::span<const document_batch> batches, std::size_t lanes) {
        std::size_t largest = 0, all = 0;  // rows
        wave_.resize(std::max(wave_.size(), batches.size()));
        for (std::size_t b = 0; b < batches.size(); ++b) {
            const std::size_t rows = batches[b].windows.rows();
            wave_[b].prepared = model_.prepare(batches[b].windows);
            wave_[b].first = std::exchange(all, all + rows);
            if (wave_[b].room < rows) wave_[b].residual = model_.make_residual(rows);
            wave_[b].room = std::max(wave_[b].room, rows);
            largest = std::max(largest, rows);
        }
        if (largest > rows_) workspaces_.clear();
        rows_ = std::max(rows_, largest);
        while (workspaces_.size() < lanes) workspaces_.push_back(model_.make_workspace(rows_));
        if (all > losses_room_) losses_ = model_.backend().make_buffer(all);
        losses_room_ = std::max(losses_room_, all);
    }

    /// Adds the losses of a wave's rows to their documents' sums.
    void add_losses(std::span<const document_batch> batches, std::span<detail::fixed_loss> sums) const {
        std::vector<std::int32_t> keys;        // (rows of the wave), their documents
        std::vector<std::uint32_t> documents;  // (runs of rows of one)
        for (const document_batch& batch : batches)
            for (const std::uint32_t document : batch.documents) {
                if (keys.empty() || documents.back() != document) documents.push_back(document);
                keys.push_back(static_cast<std::int32_t>(document));
            }
        std::vector<detail::fixed_loss> of_runs(documents.size());
        model_.backend().sum_runs(losses_, detail::to_indices(model_.backend(), keys), of_runs);
        for (std::size_t run = 0; run < documents.size(); ++run)
            if (documents[run] != document_batch::prompt)
                sums[documents[run]] = detail::add_fixed_losses{}(sums[documents[run]], of_runs[run]);
    }

    /// A batch, what it has become so far, and where its losses begin.
    struct wave_batch {
        typename Model::batch_type prepared = {};
        std::size_t room = 0;  // rows that the residual has room for
        buffer residual = {};
        std::size_t first = 0;  // row of the wave
    };

    Model model_;
    document_scorer_options options_;
    std::size_t rows_ = 0;                               // that workspaces have
    std::vector<typename Model::workspace> workspaces_;  // (lanes)
    std::vector<wave_batch> wave_;                       // (batches of a wave)
    buffer losses_;                                      // (rows of a wave), nats
    std::size_t losses_room_ = 0;
};

// Not in the class: what is there counts as inline, and then a compiler looks into it though a library has it.

template <class Model>
std::vector<double> document_scorer<Model>::operator()(const parameters<backend_type>& tensors,
                                                       const held_out_documents& held_out) {
    return losses(sums(tensors, held_out, {}), held_out);
}

template <class Model>
std::vector<detail::fixed_loss> document_scorer<Model>::sums(const parameters<backend_type>& tensors,
                                                             const held_out_documents& held_out, batch_part part) {
    tensor_shapes shapes;
    for (const auto& [name, each] : tensors) shapes.emplace(name, each.shape);
    return sums(
        shapes, held_out, [&](const auto&) -> const parameters<backend_type>& { return tensors; }, part);
}

}  // namespace bouillon

#ifdef BOUILLON_COMPILED_XTENSOR
#    include <bouillon/model/causal_language_model.hpp>
#    include <bouillon/tensor/xtensor_backend.hpp>

namespace bouillon {

extern template class document_scorer<causal_language_model<xtensor_backend>>;

}  // namespace bouillon
#endif
