// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/expert_routing.hpp>
#include <bouillon/model/layer_weights.hpp>
#include <bouillon/model/linear_map.hpp>
#include <bouillon/model/parameter_loader.hpp>
#include <bouillon/model/position_tables.hpp>
#include <bouillon/model/window_batch.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A causal language model in float32 over a tensor backend: the decoder that a config.json describes (config.hpp),
/// one forward pass for all families.
///
/// A forward pass has stages: the embedding of tokens, each layer, the head. Only one stage's parameters are in float32
/// at a time, so that a model takes the memory of one layer beside its tensors; whoever runs it loads a stage and then
/// runs it for all batches of windows, each with residuals of its own, from up to `backend.lanes()` threads
/// (score/document_scorer.hpp).
template <language_model_backend Backend>
class causal_language_model {
    using buffer = typename Backend::buffer;
    using map = detail::linear_map<buffer>;
    using norm_weights = detail::norm_weights<buffer>;
    using loader = detail::parameter_loader<Backend>;

 public:
    using backend_type = Backend;

    /// Activations of one stage.
    struct workspace {
        buffer normed;            ///< (rows, width), what attention and feed-forward read
        buffer parallel;          ///< (rows, width), what the feed-forward reads where both read the same residual
        buffer branch;            ///< (rows, width), what they add to the residual, where that is not done at once
        buffer query, attended;   ///< (rows, heads, head_dim), (rows, heads, value_dim)
        buffer key, value;        ///< (rows, key_value_heads, head_dim or value_dim)
        buffer latent, turned;    ///< (rows, the larger rank), (rows, turned)
        buffer gate, up;          ///< (rows, feed_forward); the gate in a gated activation
        buffer routing;           ///< (rows, experts), logits
        buffer gathered, answer;  ///< (rows, width), of one expert
    };

    /// @param of what the model is
    /// @param window tokens that a window has at most; 0: the model's context, but no more than default_window
    causal_language_model(decoder of, Backend backend, std::size_t window = 0)
        : of_(std::move(of)),
          backend_(std::move(backend)),
          window_(window > 0 ? std::min(window, of_.context) : std::min(of_.context, default_window)),
          layer_(of_, backend_),
          final_norm_(norm_weights::make(backend_, of_.width, 1, true)) {
        const std::size_t embedded = of_.embedding_width > 0 ? of_.embedding_width : of_.width;
        table_ = make(of_.vocabulary * embedded);
        if (of_.learned_positions) positions_ = make(of_.position_rows * of_.width);
        if (of_.embedding_normalised) embedding_norm_ = norm_weights::make(backend_, of_.width, 1, true);
        if (of_.embedding_width > 0) projection_ = map::make(backend_, of_.width, of_.width, false);
        if (of_.head_biased) head_bias_ = make(of_.vocabulary);
        make_position_tables();
    }

    const decoder& description() const { return of_; }
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
        shapes_ = shapes;
        stage_tensors_.assign(stages(), {});
        loader all(of_, backend_, shapes_, nullptr);
        has_head_ = !of_.tied_head || all.has(of_.names.head + ".weight");
        for (std::size_t stage = 0; stage < stages(); ++stage) {
            loader one(of_, backend_, shapes_, nullptr);
            load_stage(stage, one);
            stage_tensors_[stage] = one.taken();
            all.also_takes(one.taken());
        }
        all.refuse_unused();
    }

    /// The tensors that a stage needs, by the names that were expected.
    const std::set<std::string, std::less<>>& tensors_of(std::size_t stage) const { return stage_tensors_[stage]; }

    /// Takes over a stage's parameters, widened to float32, in place of another stage's.
    ///
    /// Cost: one pass over them.
    /// @param source the stage's tensors at least, as they were expected
    void load(std::size_t stage, const parameters<Backend>& source) {
        loader tensors(of_, backend_, shapes_, &source);
        load_stage(stage, tensors);
    }

    /// Activations for batches of up to `rows` rows.
    workspace make_workspace(std::size_t rows) const {
        const std::size_t c = rows * std::max(of_.width, of_.embedding_width);
        const std::size_t q = rows * of_.heads * of_.head_dim;
        const std::size_t k = rows * of_.key_value_heads * of_.head_dim;
        const std::size_t v = of_.value_dim;
        std::size_t f = of_.feed_forward;
        if (of_.experts.count > 0) f = std::max({f, of_.experts.feed_forward, of_.experts.shared_feed_forward});
        const auto make_if = [&](bool needed, std::size_t elements) { return needed ? make(elements) : buffer{}; };
        const latent_attention& latent = of_.latent;
        return {.normed = make(c),
                .parallel = make_if(of_.parallel_residual, c),
                .branch = make_if(has_branch(), c),
                .query = make(q),
                .attended = make(rows * of_.heads * v),
                .key = make(k),
                .value = make(rows * of_.key_value_heads * v),
                .latent = make_if(latent.key_value_rank > 0, rows * std::max(latent.query_rank, latent.key_value_rank)),
                .turned = make_if(latent.key_value_rank > 0, rows * latent.turned),
                .gate = make_if(of_.gated, rows * f),
                .up = make(rows * f),
                .routing = make_if(of_.experts.count > 0, rows * of_.experts.count),
                .gathered = make_if(of_.experts.count > 0, c),
                .answer = make_if(of_.experts.count > 0, c)};
    }

    /// Residuals of up to `rows` rows, which go from stage to stage.
    buffer make_residual(std::size_t rows) const { return make(rows * of_.width); }

    /// Runs the loaded stage for a batch.
    ///
    /// The last stage gives the loss of every target: minus the log of the probability that the model gives it after
    /// its window so far.
    /// @param batch windows of at most window() rows; token ids below the vocabulary
    /// @param residual (rows, width), as the stage before left them
    /// @param losses (rows), nats, written by the last stage
    void run(std::size_t stage, const window_batch& batch, buffer& residual, workspace& work,
             std::span<float> losses) const {
        if (stage == 0)
            embed(batch, residual, work);
        else if (stage <= of_.layers.size())
            run_layer(of_.layers[stage - 1], batch, residual, work);
        else
            measure(batch, residual, work, losses);
    }

 private:
    buffer make(std::size_t elements) const { return backend_.make_buffer(elements); }

    bool has_branch() const {
        return of_.residual_scale != 1 || of_.attention_norms.output || of_.feed_forward_norms.output ||
               of_.embedding_width > 0;
    }

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
        tensors.take(name + ".weight", {of_.vocabulary, embedded_width()}, table_);
    }

    void load_projection(const std::string& name, std::size_t inputs, std::size_t outputs, loader& tensors) {
        projection_.inputs = inputs;
        projection_.outputs = outputs;
        tensors.take(name + ".weight", {outputs, inputs}, projection_.weight);
    }

    std::size_t embedded_width() const { return of_.embedding_width > 0 ? of_.embedding_width : of_.width; }

    void embed(const window_batch& batch, buffer& residual, workspace& work) const {
        const row_shape shape{.rows = batch.rows(), .width = of_.width};
        if (of_.embedding_width > 0) {
            backend_.embed(table_, batch.tokens, of_.embedding_width, work.branch);
            apply(projection_, work.branch, shape.rows, residual);
        } else {
            backend_.embed(table_, batch.tokens, of_.width, residual);
        }
        if (of_.embedding_scale != 1) backend_.scale(static_cast<float>(of_.embedding_scale), shape, residual);
        if (of_.learned_positions) {
            std::vector<std::int32_t> rows = batch.positions;
            for (std::int32_t& row : rows) row += static_cast<std::int32_t>(of_.first_position);
            backend_.embed(positions_, rows, of_.width, work.normed);
            backend_.add_scaled(work.normed, 1, shape, residual);
        }
        if (of_.embedding_normalised) normalise(residual, of_.norm, embedding_norm_, shape.rows, residual);
    }

    void run_layer(const decoder_layer& layer, const window_batch& batch, buffer& residual, workspace& work) const {
        const std::size_t rows = batch.rows();
        const auto& norms = layer_.feed_forward_norms;
        const bool own = of_.feed_forward_norms.input;
        if (of_.parallel_residual && own) normalise(residual, of_.norm, norms.input, rows, work.parallel);
        const buffer& read = input_of(of_.attention_norms, layer_.attention_norms, rows, residual, work);
        attend(layer, batch, read, work);
        add(layer_.attention_output, work.attended, rows, of_.attention_norms, layer_.attention_norms, residual, work);
        if (of_.parallel_residual)
            feed_forward(layer, rows, own ? work.parallel : read, residual, work);
        else
            feed_forward(layer, rows, input_of(of_.feed_forward_norms, norms, rows, residual, work), residual, work);
    }

    /// What attention or feed-forward reads.
    template <class Norms>
    const buffer& input_of(const norm_places& places, const Norms& norms, std::size_t rows, buffer& residual,
                           workspace& work) const {
        if (!places.input) return residual;
        buffer& normed = of_.residual_normed ? residual : work.normed;
        normalise(residual, of_.norm, norms.input, rows, normed);
        return normed;
    }

    /// residual += map(x), by way of what stands in between.
    template <class Norms>
    void add(const map& last, const buffer& x, std::size_t rows, const norm_places& places, const Norms& norms,
             buffer& residual, workspace& work) const {
        const row_shape shape{.rows = rows, .width = of_.width};
        if (places.output || of_.residual_scale != 1) {
            apply(last, x, rows, work.branch);
            if (places.output) normalise(work.branch, of_.norm, norms.output, rows, work.branch);
            backend_.add_scaled(work.branch, static_cast<float>(of_.residual_scale), shape, residual);
        } else {
            backend_.linear(x, last.weight, {.rows = rows, .inputs = last.inputs, .outputs = last.outputs}, true,
                            residual);
            if (last.biased) backend_.add_bias(last.bias, shape, residual);
        }
        if (places.sum) normalise(residual, of_.norm, norms.sum, rows, residual);
    }

    /// work.attended = attention(read)
    void attend(const decoder_layer& layer, const window_batch& batch, const buffer& read, workspace& work) const {
        const std::size_t rows = batch.rows();
        const auto limit = static_cast<float>(of_.query_key_value_limit);
        if (of_.latent.key_value_rank > 0) {
            make_latent_queries_keys_values(layer, batch, read, work);
        } else {
            apply(layer_.query, read, rows, work.query);
            apply(layer_.key, read, rows, work.key);
            apply(layer_.value, read, rows, work.value);
            if (of_.query_key.over == query_key_norm::extent::whole) normalise_queries_keys(rows, work);
            if (limit > 0) {
                backend_.clamp(limit, {.rows = rows, .width = layer_.query.outputs}, work.query);
                backend_.clamp(limit, {.rows = rows, .width = layer_.key.outputs}, work.key);
                backend_.clamp(limit, {.rows = rows, .width = layer_.value.outputs}, work.value);
            }
            const bool by_head = of_.query_key.over == query_key_norm::extent::head ||
                                 of_.query_key.over == query_key_norm::extent::each_head;
            if (by_head && !of_.query_key.after_rotation) normalise_queries_keys(rows, work);
            turn(layer, batch, of_.heads, of_.head_dim, work.query);
            turn(layer, batch, of_.key_value_heads, of_.head_dim, work.key);
            if (by_head && of_.query_key.after_rotation) normalise_queries_keys(rows, work);
        }
        backend_.causal_attention({.queries = work.query,
                                   .keys = work.key,
                                   .values = work.value,
                                   .bias = of_.bias_by_position == position_bias::none ? nullptr : &position_bias_,
                                   .sinks = of_.sinks ? &layer_.sinks : nullptr},
                                  batch.window_offsets,
                                  {.heads = of_.heads,
                                   .kv_heads = of_.key_value_heads,
                                   .head_dim = of_.head_dim,
                                   .value_dim = of_.value_dim,
                                   .scale = static_cast<float>(layer.attention_scale),
                                   .cap = static_cast<float>(of_.attention_cap),
                                   .reach = layer.reach,
                                   .positions = window_},
                                  work.attended);
    }

    void make_latent_queries_keys_values(const decoder_layer& layer, const window_batch& batch, const buffer& read,
                                         workspace& work) const {
        const std::size_t rows = batch.rows();
        const norm_settings settings{.epsilon = of_.latent.norm_epsilon};
        if (of_.latent.query_rank > 0) {
            apply(layer_.query_down, read, rows, work.latent);
            normalise(work.latent, settings, layer_.query_down_norm, rows, work.latent);
        }
        apply(layer_.query, of_.latent.query_rank > 0 ? work.latent : read, rows, work.query);
        turn(layer, batch, of_.heads, of_.head_dim, work.query);
        apply(layer_.turned_key, read, rows, work.turned);
        turn(layer, batch, 1, of_.latent.turned, work.turned);
        apply(layer_.latent, read, rows, work.latent);
        normalise(work.latent, settings, layer_.latent_norm, rows, work.latent);
        apply(layer_.value, work.latent, rows, work.value);
        apply(layer_.key, work.latent, rows, work.key);
        const map& copy = layer_.turned_to_heads;
        backend_.linear(work.turned, copy.weight, {.rows = rows, .inputs = copy.inputs, .outputs = copy.outputs}, true,
                        work.key);
    }

    void normalise_queries_keys(std::size_t rows, workspace& work) const {
        const std::size_t query_width = of_.heads * of_.head_dim, key_width = of_.key_value_heads * of_.head_dim;
        const auto each = [&](const norm_weights& norm, std::size_t width, buffer& x) {
            normalise(x, of_.query_key.norm, norm, rows * width / norm.width, x);
        };
        each(layer_.query_norm, query_width, work.query);
        each(layer_.key_norm, key_width, work.key);
    }

    void turn(const decoder_layer& layer, const window_batch& batch, std::size_t heads, std::size_t head_dim,
              buffer& x) const {
        if (!layer.rotary) return;
        const rotary_settings& rotary = of_.rotaries[*layer.rotary];
        const turning& table = turnings_[*layer.rotary];
        const rotation_shape shape{.rows = batch.rows(), .heads = heads, .head_dim = head_dim, .turned = rotary.dims};
        if (!rotary.is_long(window_)) return backend_.rotate(x, shape, table.cosines, table.sines, batch.positions);
        std::vector<std::int32_t> rows = batch.positions;  // those of long windows lie behind the others
        for (std::size_t w = 0; w < batch.windows(); ++w) {
            const std::int32_t first = batch.window_offsets[w], last = batch.window_offsets[w + 1];
            if (!rotary.is_long(static_cast<std::size_t>(last - first))) continue;
            for (std::int32_t row = first; row < last; ++row)
                rows[static_cast<std::size_t>(row)] += static_cast<std::int32_t>(window_);
        }
        backend_.rotate(x, shape, table.cosines, table.sines, rows);
    }

    /// residual += feed-forward(read)
    void feed_forward(const decoder_layer& layer, std::size_t rows, const buffer& read, buffer& residual,
                      workspace& work) const {
        if (layer.experts) {
            add_experts(rows, read, residual, work);
            if (of_.experts.shared_feed_forward == 0) return;
            activate(layer_.shared_expert, rows, read, work);
            return add(layer_.shared_expert.down, activated(work), rows, {}, layer_.feed_forward_norms, residual, work);
        }
        activate(layer_.feed_forward, rows, read, work);
        add(layer_.feed_forward.down, activated(work), rows, of_.feed_forward_norms, layer_.feed_forward_norms,
            residual, work);
    }

    /// activated(work) = activation(maps(read))
    void activate(const detail::feed_forward_weights<buffer>& maps, std::size_t rows, const buffer& read,
                  workspace& work) const {
        const row_shape shape{.rows = rows, .width = maps.up.outputs};
        apply(maps.up, read, rows, work.up);
        if (!of_.gated) return backend_.activate(layer_.activation, work.up, shape);
        apply(maps.gate, read, rows, work.gate);
        backend_.activate_gated(layer_.activation, work.gate, work.up, shape);
    }
    const buffer& activated(const workspace& work) const { return of_.gated ? work.gate : work.up; }

    void add_experts(std::size_t rows, const buffer& read, buffer& residual, workspace& work) const {
        apply(layer_.router, read, rows, work.routing);
        std::vector<float> logits(rows * of_.experts.count);
        backend_.read(work.routing, logits);
        auto routing = route_to_experts(of_.experts, logits, layer_.correction);
        for (float& factor : routing.factors) factor *= static_cast<float>(of_.residual_scale);
        for (std::size_t i = 0; i < of_.experts.count; ++i) {
            const std::size_t first = routing.offsets[i], count = routing.offsets[i + 1] - first;
            if (count == 0) continue;
            const auto own = std::span(routing.rows).subspan(first, count);
            backend_.embed(read, own, of_.width, work.gathered);
            activate(layer_.experts[i], count, work.gathered, work);
            apply(layer_.experts[i].down, activated(work), count, work.answer);
            backend_.add_rows(work.answer, own, std::span(routing.factors).subspan(first, count), of_.width, residual);
        }
    }

    void measure(const window_batch& batch, buffer& residual, workspace& work, std::span<float> losses) const {
        const std::size_t rows = batch.rows();
        if (of_.final_norm) normalise(residual, of_.norm, final_norm_, rows, work.normed);
        const buffer& last = of_.final_norm ? work.normed : residual;
        if (of_.embedding_width > 0) apply(projection_, last, rows, work.branch);
        backend_.token_losses({.hidden = of_.embedding_width > 0 ? work.branch : last,
                               .head = table_,
                               .bias = of_.head_biased ? &head_bias_ : nullptr},
                              {.rows = rows,
                               .width = embedded_width(),
                               .vocabulary = of_.vocabulary,
                               .scale = static_cast<float>(of_.logit_scale),
                               .cap = static_cast<float>(of_.logit_cap)},
                              batch.targets, losses);
    }

    /// output = map(x)
    void apply(const map& one, const buffer& x, std::size_t rows, buffer& output) const {
        backend_.linear(x, one.weight, {.rows = rows, .inputs = one.inputs, .outputs = one.outputs}, false, output);
        if (one.biased) backend_.add_bias(one.bias, {.rows = rows, .width = one.outputs}, output);
    }

    void normalise(const buffer& x, const norm_settings& settings, const norm_weights& norm, std::size_t rows,
                   buffer& output) const {
        const norm_shape shape{.rows = rows,
                               .width = norm.width,
                               .weights = norm.weights,
                               .epsilon = static_cast<float>(settings.epsilon)};
        if (settings.kind == norm_settings::function::layer)
            backend_.layer_norm(x, norm.weight, norm.bias, shape, output);
        else
            backend_.rms_norm(x, norm.weight, shape, output);
    }

    void make_position_tables() {
        const auto upload = [&](const std::vector<float>& values) {
            buffer made = make(values.size());
            backend_.widen(backend_.upload(std::as_bytes(std::span(values)), dtype::f32), made);
            return made;
        };
        for (const rotary_settings& rotary : of_.rotaries) {
            const auto table = detail::make_rotary_table(rotary, window_);
            turnings_.push_back({upload(table.cosines), upload(table.sines)});
        }
        if (of_.bias_by_position != position_bias::none)
            position_bias_ = upload(detail::make_position_bias(of_, window_));
    }

    struct turning {
        buffer cosines, sines;  // (window, dims / 2); for long windows a second time, behind
    };

    decoder of_;
    Backend backend_;
    std::size_t window_;
    tensor_shapes shapes_;                                           // that were expected
    std::vector<std::set<std::string, std::less<>>> stage_tensors_;  // (stages)
    bool has_head_ = false;                                          // the head is a matrix of its own
    std::vector<turning> turnings_;                                  // (rotaries)
    buffer position_bias_;                                           // (heads, window), if there is one

    // The stage that is loaded.
    detail::layer_weights<Backend> layer_;
    buffer table_;      // (vocabulary, width), of the embedding or the head
    buffer positions_;  // (position_rows, width), of learned positions
    norm_weights embedding_norm_, final_norm_;
    map projection_;    // to or from the width of the embedding, where that is another
    buffer head_bias_;  // (vocabulary)
};

}  // namespace bouillon
