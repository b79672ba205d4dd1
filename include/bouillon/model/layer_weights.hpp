// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/linear_map.hpp>
#include <bouillon/model/parameter_loader.hpp>
#include <bouillon/model/stored_rows.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/to_buffer.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// The maps of one feed-forward, or of one expert.
template <class Buffer>
struct feed_forward_weights {
    linear_map<Buffer> gate, up, down;  ///< the gate in a gated one
};

/// The parameters of one layer on a backend, whose memory each layer uses in turn.
template <language_model_backend Backend>
class layer_weights {
    using buffer = typename Backend::buffer;
    using map = linear_map<buffer>;
    using norm = norm_weights<buffer>;
    using loader = parameter_loader<Backend>;

 public:
    struct half_norms {
        norm input, output, sum;
    };

    half_norms attention_norms, feed_forward_norms;
    map query, key, value, attention_output;
    norm query_norm, key_norm;
    buffer sinks;  ///< (heads)

    // Multi-head latent attention: query, key and value are then maps of latent vectors.
    map query_down, latent, turned_key;
    norm query_down_norm, latent_norm;
    map turned_to_heads;  ///< copies the dimensions that are turned to each head's first ones

    feed_forward_weights<buffer> feed_forward;
    activation_function activation;
    map router;
    std::vector<float> correction;                      ///< (experts), or empty
    std::vector<feed_forward_weights<buffer>> experts;  ///< (experts)
    feed_forward_weights<buffer> shared_expert;

    layer_weights(const decoder& of, const Backend& backend) : activation(of.activation) {
        make_norms(of.attention_norms, of, backend, attention_norms);
        make_norms(of.feed_forward_norms, of, backend, feed_forward_norms);
        make_attention(of, backend);
        bool dense = false, sparse = false;
        for (const decoder_layer& each : of.layers) (each.experts ? sparse : dense) = true;
        if (dense) feed_forward = make_feed_forward(of, backend, of.feed_forward, of.feed_forward_biased);
        if (sparse) make_experts(of, backend);
    }

    /// Takes over the parameters of layer `number`.
    void load(const decoder& of, std::size_t number, loader& tensors) {
        const tensor_names& names = of.names;
        const std::string prefix = names.layers + to_string(number) + ".";
        load_norms(of, of.attention_norms, prefix,
                   {names.attention_norm, names.attention_output_norm, names.attention_sum_norm}, tensors,
                   attention_norms);
        load_norms(of, of.feed_forward_norms, prefix,
                   {names.feed_forward_norm, names.feed_forward_output_norm, names.feed_forward_sum_norm}, tensors,
                   feed_forward_norms);
        of.latent.key_value_rank > 0 ? load_latent_attention(of, prefix, tensors) : load_attention(of, prefix, tensors);
        tensors.take(prefix + names.attention_output, attention_output);
        if (of.sinks) tensors.take(prefix + names.sinks, {of.heads}, sinks);
        if (of.layers[number].experts) return load_experts(of, prefix, tensors);
        load_feed_forward(of, prefix, tensors);
    }

 private:
    struct norm_names {
        const std::string &input, &output, &sum;
    };

    static norm make_norm(const norm_settings& settings, const Backend& backend, std::size_t width,
                          std::size_t weights = 1) {
        return norm::make(backend, width, weights, settings.kind == norm_settings::function::layer);
    }

    static void make_norms(const norm_places& places, const decoder& of, const Backend& backend, half_norms& norms) {
        if (places.input) norms.input = make_norm(of.norm, backend, of.width);
        if (places.output) norms.output = make_norm(of.norm, backend, of.width);
        if (places.sum) norms.sum = make_norm(of.norm, backend, of.width);
    }

    void make_attention(const decoder& of, const Backend& backend) {
        if (of.latent.key_value_rank > 0) {
            make_latent_attention(of, backend);
        } else {
            query = map::make(backend, of.width, of.query_width(), of.query_key_value_biased);
            key = map::make(backend, of.width, of.key_width(), of.query_key_value_biased);
            value = map::make(backend, of.width, of.value_width(), of.query_key_value_biased);
        }
        attention_output = map::make(backend, of.heads * of.value_dim, of.width, of.attention_output_biased);
        if (of.sinks) sinks = backend.make_buffer(of.heads);
        if (of.query_key.over == query_key_norm::extent::none) return;
        query_norm = make_query_key_norm(of, backend, of.heads);
        key_norm = make_query_key_norm(of, backend, of.key_value_heads);
    }

    void make_latent_attention(const decoder& of, const Backend& backend) {
        const norm_settings settings = latent_norm_settings(of);
        const std::size_t query_rank = of.latent.query_rank, rank = of.latent.key_value_rank, c = of.width;
        const bool narrow = query_rank > 0, biased = of.query_key_value_biased;
        if (narrow) {
            query_down = map::make(backend, c, query_rank, biased);
            query_down_norm = make_norm(settings, backend, query_rank);
        }
        query = map::make(backend, narrow ? query_rank : c, of.query_width(), false);
        latent = map::make(backend, c, rank, biased);
        latent_norm = make_norm(settings, backend, rank);
        turned_key = map::make(backend, c, of.latent.turned, biased);
        key = map::make(backend, rank, of.query_width(), false);
        value = map::make(backend, rank, of.value_width(), false);
        turned_to_heads.inputs = of.latent.turned;
        turned_to_heads.outputs = of.query_width();
        turned_to_heads.weight = copy_to_heads(of, backend);
    }

    static norm make_query_key_norm(const decoder& of, const Backend& backend, std::size_t heads) {
        const bool whole = of.query_key.over == query_key_norm::extent::whole;
        const bool each = of.query_key.over == query_key_norm::extent::each_head;
        return make_norm(of.query_key.norm, backend, whole ? heads * of.head_dim : of.head_dim, each ? heads : 1);
    }

    static norm_settings latent_norm_settings(const decoder& of) { return {.epsilon = of.latent.norm_epsilon}; }

    /// (heads * head_dim, turned), 1 where a head's dimension is the turned one of the same number.
    static buffer copy_to_heads(const decoder& of, const Backend& backend) {
        std::vector<float> ones(of.heads * of.head_dim * of.latent.turned);
        for (std::size_t head = 0; head < of.heads; ++head)
            for (std::size_t i = 0; i < of.latent.turned; ++i)
                ones[(head * of.head_dim + i) * of.latent.turned + i] = 1;
        return to_buffer(backend, ones, buffer_use::matrix);
    }

    static feed_forward_weights<buffer> make_feed_forward(const decoder& of, const Backend& backend, std::size_t width,
                                                          bool biased) {
        feed_forward_weights<buffer> made;
        made.up = map::make(backend, of.width, width, biased);
        made.down = map::make(backend, width, of.width, biased);
        if (of.gated) made.gate = map::make(backend, of.width, width, biased);
        return made;
    }

    void make_experts(const decoder& of, const Backend& backend) {
        const expert_settings& settings = of.experts;
        router = map::make(backend, of.width, settings.count, settings.router_biased);
        for (std::size_t i = 0; i < settings.count; ++i)
            experts.push_back(make_feed_forward(of, backend, settings.feed_forward, settings.biased));
        if (settings.shared_feed_forward > 0)
            shared_expert = make_feed_forward(of, backend, settings.shared_feed_forward, of.feed_forward_biased);
    }

    static void load_norms(const decoder& of, const norm_places& places, const std::string& prefix,
                           const norm_names& names, loader& tensors, half_norms& norms) {
        if (places.input) tensors.take(prefix + names.input, of.norm, {of.width}, {}, norms.input);
        if (places.output) tensors.take(prefix + names.output, of.norm, {of.width}, {}, norms.output);
        if (places.sum) tensors.take(prefix + names.sum, of.norm, {of.width}, {}, norms.sum);
    }

    void load_attention(const decoder& of, const std::string& prefix, loader& tensors) {
        const auto take = [&](attention_part part, map& one) {
            stored_rows rows = rows_of(of, part);
            rows.name.insert(0, prefix);
            tensors.take(rows, one);
        };
        take(attention_part::query, query);
        take(attention_part::key, key);
        take(attention_part::value, value);
        if (of.query_key.over == query_key_norm::extent::none) return;
        load_query_key_norm(of, prefix + of.names.query_norm, of.heads, tensors, query_norm);
        load_query_key_norm(of, prefix + of.names.key_norm, of.key_value_heads, tensors, key_norm);
    }

    static void load_query_key_norm(const decoder& of, const std::string& name, std::size_t heads, loader& tensors,
                                    norm& one) {
        std::vector<std::int32_t> order;  // (weights * width)
        for (std::size_t i = 0; i < one.weights * one.width; ++i)
            order.push_back(
                static_cast<std::int32_t>(i / of.head_dim * of.head_dim + stored_head_element(of, i % of.head_dim)));
        const norm_settings& settings = of.query_key.norm;
        if (of.query_key.over != query_key_norm::extent::each_head)
            return tensors.take(name, settings, {one.width}, order, one);
        if (!name.ends_with('.')) return tensors.take(name, settings, {heads, of.head_dim}, order, one);
        tensors.take_heads(name, settings, std::span(order).first(of.head_dim), one);
    }

    void load_latent_attention(const decoder& of, const std::string& prefix, loader& tensors) {
        const tensor_names& names = of.names;
        const norm_settings settings = latent_norm_settings(of);
        const auto take = [&](stored_rows rows, map& one) {
            rows.name.insert(0, prefix);
            tensors.take(rows, one);
        };
        if (of.latent.query_rank > 0) {
            tensors.take(prefix + names.query_down, query_down);
            tensors.take(prefix + names.query_down_norm, settings, {of.latent.query_rank}, {}, query_down_norm);
        }
        take(latent_query_rows(of), query);
        take(latent_down_rows(of, false), latent);
        take(latent_down_rows(of, true), turned_key);
        tensors.take(prefix + names.key_value_down_norm, settings, {of.latent.key_value_rank}, {}, latent_norm);
        take(latent_key_value_rows(of, false), key);
        take(latent_key_value_rows(of, true), value);
    }

    void load_feed_forward(const decoder& of, const std::string& prefix, loader& tensors) {
        const tensor_names& names = of.names;
        load_maps(of, of.gates, prefix, {names.gate, names.up, names.gate_up, names.down}, tensors, feed_forward);
        if (activation.kind != activation::xielu) return;
        const std::string numbers = prefix + names.activation;
        const auto softplus = [](float x) { return std::log1p(std::exp(x)); };
        activation.slope = tensors.take_numbers(numbers + "beta", {})[0];
        activation.ceiling = tensors.take_numbers(numbers + "eps", {})[0];
        activation.positive = softplus(tensors.take_numbers(numbers + "alpha_p", {1})[0]);
        activation.negative = activation.slope + softplus(tensors.take_numbers(numbers + "alpha_n", {1})[0]);
    }

    struct feed_forward_names {
        const std::string &gate, &up, &gate_up, &down;
    };

    static void load_maps(const decoder& of, gate_layout layout, const std::string& prefix,
                          const feed_forward_names& names, loader& tensors, feed_forward_weights<buffer>& to) {
        if (!of.gated || layout == gate_layout::separate) {
            if (of.gated) tensors.take(prefix + names.gate, to.gate);
            tensors.take(prefix + names.up, to.up);
        } else {
            tensors.take(gate_rows(prefix + names.gate_up, layout, true, to.gate.outputs), to.gate);
            tensors.take(gate_rows(prefix + names.gate_up, layout, false, to.up.outputs), to.up);
        }
        tensors.take(prefix + names.down, to.down);
    }

    void load_experts(const decoder& of, const std::string& prefix, loader& tensors) {
        const tensor_names& names = of.names;
        const expert_settings& settings = of.experts;
        tensors.take(prefix + names.router, router);
        if (settings.correction) correction = tensors.take_numbers(prefix + names.correction, {settings.count});
        const feed_forward_names own = {names.expert_gate, names.expert_up, names.expert_gate_up, names.expert_down};
        for (std::size_t i = 0; i < settings.count && !settings.stacked; ++i)
            load_maps(of, settings.gates, prefix + names.experts + to_string(i) + ".", own, tensors, experts[i]);
        if (settings.stacked) load_stacked_experts(of, prefix + names.experts, tensors);
        if (settings.shared_feed_forward > 0)
            load_maps(of, gate_layout::separate, prefix + names.shared_expert, own, tensors, shared_expert);
    }

    void load_stacked_experts(const decoder& of, const std::string& prefix, loader& tensors) {
        const std::string gate_up = prefix + of.names.expert_gate_up, down = prefix + of.names.expert_down;
        const std::size_t width = of.experts.feed_forward;
        const auto take = [&](const stored_rows& rows, auto part) {
            std::vector<map*> maps;  // (experts)
            for (auto& expert : experts) maps.push_back(&(expert.*part));
            tensors.take_stacked(rows, maps);
        };
        using maps = feed_forward_weights<buffer>;
        take(gate_rows(gate_up, of.experts.gates, true, width), &maps::gate);
        take(gate_rows(gate_up, of.experts.gates, false, width), &maps::up);
        take(block_of(down, of.width, 0, of.width), &maps::down);
    }
};

}  // namespace bouillon::detail
