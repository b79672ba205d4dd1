// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/activations.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/expert_routing.hpp>
#include <bouillon/model/layer_weights.hpp>
#include <bouillon/model/linear_map.hpp>
#include <bouillon/model/position_buffers.hpp>
#include <bouillon/model/prepared_batch.hpp>
#include <bouillon/tensor/concept.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace bouillon::detail {

/// Runs a batch of windows through one layer: attention, then feed-forward or experts, as the description has them.
template <language_model_backend Backend>
class layer_pass {
    using buffer = typename Backend::buffer;
    using map = linear_map<buffer>;
    using workspace = activations<buffer, typename Backend::indices>;
    using half_norms = typename layer_weights<Backend>::half_norms;

 public:
    /// @param of the model; all must outlive this
    /// @param weights of the layer
    layer_pass(const decoder& of, const Backend& backend, const layer_weights<Backend>& weights,
               const position_buffers<Backend>& positions)
        : of_(of), backend_(backend), weights_(weights), positions_(positions) {}

    /// @param layer its description
    /// @param batch windows
    /// @param residual (rows, width), in place
    /// @param work activations
    void operator()(const decoder_layer& layer, const prepared_batch<Backend>& batch, buffer& residual,
                    workspace& work) const {
        const std::size_t rows = batch.rows;
        const auto& norms = weights_.feed_forward_norms;
        const bool own = of_.feed_forward_norms.input;
        if (of_.parallel_residual && own) normalise(backend_, residual, of_.norm, norms.input, rows, work.parallel);
        const buffer& read = input_of(of_.attention_norms, weights_.attention_norms, rows, residual, work);
        attend(layer, batch, read, work);
        add(weights_.attention_output, work.attended, rows, of_.attention_norms, weights_.attention_norms, residual,
            work);
        if (of_.parallel_residual)
            feed_forward(layer, rows, own ? work.parallel : read, residual, work);
        else
            feed_forward(layer, rows, input_of(of_.feed_forward_norms, norms, rows, residual, work), residual, work);
    }

 private:
    /// What attention or feed-forward reads.
    const buffer& input_of(const norm_places& places, const half_norms& norms, std::size_t rows, buffer& residual,
                           workspace& work) const {
        if (!places.input) return residual;
        buffer& normed = of_.residual_normed ? residual : work.normed;
        normalise(backend_, residual, of_.norm, norms.input, rows, normed);
        return normed;
    }

    /// residual += map(x), by way of what stands in between.
    void add(const map& last, const buffer& x, std::size_t rows, const norm_places& places, const half_norms& norms,
             buffer& residual, workspace& work) const {
        if (places.output || of_.residual_scale != 1) {
            apply(backend_, last, x, rows, work.branch);
            if (places.output) normalise(backend_, work.branch, of_.norm, norms.output, rows, work.branch);
            backend_.add_scaled(work.branch, static_cast<float>(of_.residual_scale), {.rows = rows, .width = of_.width},
                                residual);
        } else {
            apply(backend_, last, x, rows, residual, true);
        }
        if (places.sum) normalise(backend_, residual, of_.norm, norms.sum, rows, residual);
    }

    /// work.attended = attention(read)
    void attend(const decoder_layer& layer, const prepared_batch<Backend>& batch, const buffer& read,
                workspace& work) const {
        of_.latent.key_value_rank > 0 ? make_latent_queries_keys_values(layer, batch, read, work)
                                      : make_queries_keys_values(layer, batch, read, work);
        backend_.causal_attention({.queries = work.query,
                                   .keys = work.key,
                                   .values = work.value,
                                   .bias = of_.bias_by_position == position_bias::none ? nullptr : &positions_.bias(),
                                   .sinks = of_.sinks ? &weights_.sinks : nullptr},
                                  batch.windows,
                                  {.heads = of_.heads,
                                   .kv_heads = of_.key_value_heads,
                                   .head_dim = of_.head_dim,
                                   .value_dim = of_.value_dim,
                                   .scale = static_cast<float>(layer.attention_scale),
                                   .cap = static_cast<float>(of_.attention_cap),
                                   .reach = layer.reach,
                                   .positions = positions_.window()},
                                  work.attended);
    }

    void make_queries_keys_values(const decoder_layer& layer, const prepared_batch<Backend>& batch, const buffer& read,
                                  workspace& work) const {
        const std::size_t rows = batch.rows;
        apply(backend_, weights_.query, read, rows, work.query);
        apply(backend_, weights_.key, read, rows, work.key);
        apply(backend_, weights_.value, read, rows, work.value);
        const bool normed = of_.query_key.over != query_key_norm::extent::none;
        const bool whole = of_.query_key.over == query_key_norm::extent::whole, late = of_.query_key.after_rotation;
        if (whole) normalise_queries_keys(rows, work);
        if (const auto limit = static_cast<float>(of_.query_key_value_limit); limit > 0) {
            backend_.clamp(limit, {.rows = rows, .width = weights_.query.outputs}, work.query);
            backend_.clamp(limit, {.rows = rows, .width = weights_.key.outputs}, work.key);
            backend_.clamp(limit, {.rows = rows, .width = weights_.value.outputs}, work.value);
        }
        if (normed && !whole && !late) normalise_queries_keys(rows, work);
        turn(layer, batch, of_.heads, of_.head_dim, work.query);
        turn(layer, batch, of_.key_value_heads, of_.head_dim, work.key);
        if (normed && !whole && late) normalise_queries_keys(rows, work);
    }

    void make_latent_queries_keys_values(const decoder_layer& layer, const prepared_batch<Backend>& batch,
                                         const buffer& read, workspace& work) const {
        const std::size_t rows = batch.rows;
        const norm_settings settings{.epsilon = of_.latent.norm_epsilon};
        if (of_.latent.query_rank > 0) {
            apply(backend_, weights_.query_down, read, rows, work.latent);
            normalise(backend_, work.latent, settings, weights_.query_down_norm, rows, work.latent);
        }
        apply(backend_, weights_.query, of_.latent.query_rank > 0 ? work.latent : read, rows, work.query);
        turn(layer, batch, of_.heads, of_.head_dim, work.query);
        apply(backend_, weights_.turned_key, read, rows, work.turned);
        turn(layer, batch, 1, of_.latent.turned, work.turned);
        apply(backend_, weights_.latent, read, rows, work.latent);
        normalise(backend_, work.latent, settings, weights_.latent_norm, rows, work.latent);
        apply(backend_, weights_.value, work.latent, rows, work.value);
        apply(backend_, weights_.key, work.latent, rows, work.key);
        apply(backend_, weights_.turned_to_heads, work.turned, rows, work.key, true);
    }

    void normalise_queries_keys(std::size_t rows, workspace& work) const {
        const auto each = [&](const norm_weights<buffer>& norm, std::size_t width, buffer& x) {
            normalise(backend_, x, of_.query_key.norm, norm, rows * width / norm.width, x);
        };
        each(weights_.query_norm, of_.query_width(), work.query);
        each(weights_.key_norm, of_.key_width(), work.key);
    }

    void turn(const decoder_layer& layer, const prepared_batch<Backend>& batch, std::size_t heads, std::size_t head_dim,
              buffer& x) const {
        positions_.turn(of_, backend_, layer, batch, heads, head_dim, x);
    }

    /// residual += feed-forward(read)
    void feed_forward(const decoder_layer& layer, std::size_t rows, const buffer& read, buffer& residual,
                      workspace& work) const {
        if (layer.experts) {
            add_experts(rows, read, residual, work);
            if (of_.experts.shared_feed_forward == 0) return;
            activate(weights_.shared_expert, rows, read, work);
            return add(weights_.shared_expert.down, activated(work), rows, {}, weights_.feed_forward_norms, residual,
                       work);
        }
        activate(weights_.feed_forward, rows, read, work);
        add(weights_.feed_forward.down, activated(work), rows, of_.feed_forward_norms, weights_.feed_forward_norms,
            residual, work);
    }

    /// activated(work) = activation(maps(read))
    void activate(const feed_forward_weights<buffer>& maps, std::size_t rows, const buffer& read,
                  workspace& work) const {
        const row_shape shape{.rows = rows, .width = maps.up.outputs};
        apply(backend_, maps.up, read, rows, work.up);
        if (!of_.gated) return backend_.activate(weights_.activation, work.up, shape);
        apply(backend_, maps.gate, read, rows, work.gate);
        backend_.activate_gated(weights_.activation, work.gate, work.up, shape);
    }
    const buffer& activated(const workspace& work) const { return of_.gated ? work.gate : work.up; }

    void add_experts(std::size_t rows, const buffer& read, buffer& residual, workspace& work) const {
        apply(backend_, weights_.router, read, rows, work.routing);
        std::vector<float> logits(rows * of_.experts.count);
        backend_.read(work.routing, logits);
        auto routing = route_to_experts(of_.experts, logits, weights_.correction);
        for (float& factor : routing.factors) factor *= static_cast<float>(of_.residual_scale);
        backend_.write(routing.rows, work.expert_rows);
        backend_.write(routing.factors, work.expert_factors);
        for (std::size_t i = 0; i < of_.experts.count; ++i) {
            const std::size_t first = routing.offsets[i], count = routing.offsets[i + 1] - first;
            if (count == 0) continue;
            backend_.embed(read, work.expert_rows, {first, count}, of_.width, work.gathered);
            activate(weights_.experts[i], count, work.gathered, work);
            apply(backend_, weights_.experts[i].down, activated(work), count, work.answer);
            backend_.add_rows(work.answer, work.expert_rows, work.expert_factors, {first, count}, of_.width, residual);
        }
    }

    const decoder& of_;
    const Backend& backend_;
    const layer_weights<Backend>& weights_;
    const position_buffers<Backend>& positions_;
};

}  // namespace bouillon::detail
