// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/activations.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/layer_pass.hpp>
#include <bouillon/model/layer_weights.hpp>
#include <bouillon/model/linear_map.hpp>
#include <bouillon/model/parameter_loader.hpp>
#include <bouillon/model/position_buffers.hpp>
#include <bouillon/model/prepared_batch.hpp>
#include <bouillon/model/window_batch.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A causal language model over a tensor backend: the decoder that a config.json describes (config.hpp),
/// one forward pass for all families.
///
/// A forward pass has stages: the embedding of tokens, each layer, the head. Only one stage's parameters are converted
/// to what the backend multiplies by, so that a model takes the memory of one layer beside its tensors; whoever runs it
/// loads a stage and then runs it for all batches of windows, each with residuals of its own, from up to
/// `backend.lanes()` threads (score/document_scorer.hpp).
template <language_model_backend Backend>
class causal_language_model {
    using buffer = typename Backend::buffer;
    using map = detail::linear_map<buffer>;
    using norm_weights = detail::norm_weights<buffer>;
    using loader = detail::parameter_loader<Backend>;

 public:
    /// What it runs on.
    using backend_type = Backend;

    /// The memory of one forward pass.
    using workspace = detail::activations<buffer, typename Backend::indices>;
    /// Windows as the backend takes them.
    using batch_type = prepared_batch<Backend>;

    /// @param of what the model is
    /// @param backend that it runs on
    /// @param window tokens that a window has at most; 0: the model's context, but no more than default_window
    causal_language_model(decoder of, Backend backend, std::size_t window = 0);

    /// What it runs.
    const decoder& description() const { return of_; }
    /// What it runs on.
    const Backend& backend() const { return backend_; }
    /// Tokens that a window has at most.
    std::size_t window() const { return window_; }
    /// Stages of a forward pass.
    std::size_t stages() const { return of_.layers.size() + 2; }

    /// Checks that a model's tensors are those that its description implies.
    ///
    /// A head that is stored counts even where the configuration ties it to the embedding, as in transformers 5.
    /// @throws input_error naming the tensor when one is missing, has another shape, or is one this model would ignore
    void expect(const tensor_shapes& shapes) {
        if (!stage_tensors_.empty() && shapes == shapes_) return;  // as they were
        stage_tensors_.clear();
        shapes_ = shapes;
        std::vector<std::set<std::string, std::less<>>> taken(stages());
        loader all(of_, backend_, shapes_, nullptr);
        has_head_ = !of_.tied_head || all.has(of_.names.head + ".weight");
        for (std::size_t stage = 0; stage < stages(); ++stage) {
            loader one(of_, backend_, shapes_, nullptr);
            load_stage(stage, one);
            taken[stage] = one.taken();
            all.also_takes(one.taken());
        }
        all.refuse_unused();
        stage_tensors_ = std::move(taken);
    }

    /// The tensors that a stage needs, by the names that were expected.
    const std::set<std::string, std::less<>>& tensors_of(std::size_t stage) const { return stage_tensors_[stage]; }

    /// Takes over a stage's parameters in place of another stage's.
    ///
    /// Cost: one pass over them.
    /// @param stage 0: the embedding; then a layer each; the last: the head
    /// @param source the stage's tensors at least, as they were expected
    void load(std::size_t stage, const parameters<Backend>& source) {
        loader tensors(of_, backend_, shapes_, &source);
        load_stage(stage, tensors);
    }

    /// Activations for batches of up to `rows` rows.
    workspace make_workspace(std::size_t rows) const { return workspace::make(of_, backend_, rows); }

    /// Residuals of up to `rows` rows, which go from stage to stage.
    buffer make_residual(std::size_t rows) const { return make(rows * of_.width); }

    /// What a forward pass takes.
    /// @param batch windows of at most window() rows; token ids below the vocabulary
    batch_type prepare(const window_batch& batch) const {
        const auto list = [&](std::span<const std::int32_t> values) { return detail::to_indices(backend_, values); };
        batch_type prepared;
        prepared.rows = batch.rows();
        prepared.tokens = list(batch.tokens);
        prepared.targets = list(batch.targets);
        prepared.positions = list(batch.positions);
        if (of_.learned_positions) {
            std::vector<std::int32_t> rows = batch.positions;
            for (std::int32_t& row : rows) row += static_cast<std::int32_t>(of_.first_position);
            prepared.embedded_positions = list(rows);
        }
        prepared.angles = tables_.angles_of(of_, backend_, batch);
        prepared.windows = backend_.make_windows(batch.window_offsets);
        return prepared;
    }

    /// Runs the loaded stage for a batch.
    ///
    /// The last stage gives the loss of every target: minus the log of the probability that the model gives it after
    /// its window so far.
    /// @param stage that was loaded
    /// @param batch as it was prepared
    /// @param residual (rows, width), as the stage before left them
    /// @param work memory, whose contents nobody reads
    /// @param first place among the losses
    /// @param losses (any), nats; the last stage writes those of the rows, from `first` on
    void run(std::size_t stage, const batch_type& batch, buffer& residual, workspace& work, std::size_t first,
             buffer& losses) const {
        if (stage == 0)
            embed(batch, residual, work);
        else if (stage <= of_.layers.size())
            detail::layer_pass<Backend>(of_, backend_, layer_, tables_)(of_.layers[stage - 1], batch, residual, work);
        else
            measure(batch, residual, work, first, losses);
    }

 private:
    buffer make(std::size_t elements) const { return backend_.make_buffer(elements); }

    void load_stage(std::size_t stage, loader& tensors) {
        const tensor_names& names = of_.names;
        if (stage == 0) {
            load_table(names.embedding, tensors);
            if (of_.learned_positions)
                tensors.take(names.positions + ".weight", {of_.position_rows, of_.width}, positions_);
            if (of_.embedding_normalised)
                tensors.take(names.embedding_norm, of_.norm, {of_.width}, {}, embedding_norm_);
            if (of_.embedding_width > 0)
                load_projection(names.embedding_projection, of_.embedding_width, of_.width, tensors);
        } else if (stage <= of_.layers.size()) {
            layer_.load(of_, stage - 1, tensors);
        } else {
            if (of_.final_norm) tensors.take(names.final_norm, of_.norm, {of_.width}, {}, final_norm_);
            if (of_.embedding_width > 0)
                load_projection(names.head_projection, of_.width, of_.embedding_width, tensors);
            load_table(has_head_ ? names.head : names.embedding, tensors);
            if (of_.head_biased) tensors.take(names.head + ".bias", {of_.vocabulary}, head_bias_);
            if (of_.head_rows_normalised) tensors.divide_rows_by_length(of_.vocabulary, of_.width, table_);
        }
    }

    void load_table(const std::string& name, loader& tensors) {
        tensors.take(name + ".weight", {of_.vocabulary, of_.embedded_width()}, table_);
    }

    void load_projection(const std::string& name, std::size_t inputs, std::size_t outputs, loader& tensors) {
        projection_.inputs = inputs;
        projection_.outputs = outputs;
        tensors.take(name + ".weight", {outputs, inputs}, projection_.weight);
    }

    void embed(const batch_type& batch, buffer& residual, workspace& work) const {
        const row_shape shape{.rows = batch.rows, .width = of_.width};
        const index_range all{0, batch.rows};
        if (of_.embedding_width > 0) {
            backend_.embed(table_, batch.tokens, all, of_.embedding_width, work.branch);
            detail::apply(backend_, projection_, work.branch, shape.rows, residual);
        } else {
            backend_.embed(table_, batch.tokens, all, of_.width, residual);
        }
        if (of_.embedding_scale != 1) backend_.scale(static_cast<float>(of_.embedding_scale), shape, residual);
        if (of_.learned_positions) {
            backend_.embed(positions_, batch.embedded_positions, all, of_.width, work.normed);
            backend_.add_scaled(work.normed, 1, shape, residual);
        }
        if (of_.embedding_normalised)
            detail::normalise(backend_, residual, of_.norm, embedding_norm_, shape.rows, residual);
    }

    void measure(const batch_type& batch, buffer& residual, workspace& work, std::size_t first, buffer& losses) const {
        const std::size_t rows = batch.rows;
        if (of_.final_norm) detail::normalise(backend_, residual, of_.norm, final_norm_, rows, work.normed);
        const buffer& last = of_.final_norm ? work.normed : residual;
        if (of_.embedding_width > 0) detail::apply(backend_, projection_, last, rows, work.branch);
        backend_.token_losses({.hidden = of_.embedding_width > 0 ? work.branch : last,
                               .head = table_,
                               .bias = of_.head_biased ? &head_bias_ : nullptr},
                              {.rows = rows,
                               .width = of_.embedded_width(),
                               .vocabulary = of_.vocabulary,
                               .scale = static_cast<float>(of_.logit_scale),
                               .cap = static_cast<float>(of_.logit_cap)},
                              batch.targets, first, losses);
    }

    decoder of_;
    Backend backend_;
    std::size_t window_;
    tensor_shapes shapes_;                                           // that were expected
    std::vector<std::set<std::string, std::less<>>> stage_tensors_;  // (stages)
    bool has_head_ = false;                                          // the head is a matrix of its own
    detail::position_buffers<Backend> tables_;

    // The stage that is loaded.
    detail::layer_weights<Backend> layer_;
    buffer table_;      // (vocabulary, width), of the embedding or the head
    buffer positions_;  // (position_rows, width), of learned positions
    norm_weights embedding_norm_, final_norm_;
    map projection_;    // to or from the width of the embedding, where that is another
    buffer head_bias_;  // (vocabulary)
};

// Not in the class: what is there counts as inline, and then a compiler looks into it though a library has it.
template <language_model_backend Backend>
causal_language_model<Backend>::causal_language_model(decoder of, Backend backend, std::size_t window)
    : of_(std::move(of)),
      backend_(std::move(backend)),
      window_(window > 0 ? std::min(window, of_.context) : std::min(of_.context, default_window)),
      tables_(of_, backend_, window_),
      layer_(of_, backend_),
      final_norm_(norm_weights::make(backend_, of_.width, 1, true)) {
    table_ = backend_.make_buffer(of_.vocabulary * of_.embedded_width(), buffer_use::matrix);
    if (of_.learned_positions) positions_ = make(of_.position_rows * of_.width);
    if (of_.embedding_normalised) embedding_norm_ = norm_weights::make(backend_, of_.width, 1, true);
    if (of_.embedding_width > 0) projection_ = map::make(backend_, of_.width, of_.width, false);
    if (of_.head_biased) head_bias_ = make(of_.vocabulary);
}

}  // namespace bouillon

#ifdef BOUILLON_COMPILED_XTENSOR
#    include <bouillon/tensor/xtensor_backend.hpp>

namespace bouillon {

extern template class causal_language_model<xtensor_backend>;

}  // namespace bouillon
#endif
