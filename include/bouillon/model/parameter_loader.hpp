// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/implied_buffer.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/linear_map.hpp>
#include <bouillon/model/stored_rows.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/parameters.hpp>
#include <bouillon/tensor/to_buffer.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// The shapes of a model's tensors by name.
using tensor_shapes = std::map<std::string, std::vector<std::size_t>, std::less<>>;

namespace detail {

/// Takes a model's tensors over into buffers, by name, and knows which were taken.
///
/// Without tensors it only checks that there are such.
template <language_model_backend Backend>
class parameter_loader {
 public:
    using buffer = typename Backend::buffer;
    using shape = std::vector<std::size_t>;

    /// Takes over nothing yet.
    /// @param of the model; all references must outlive this
    /// @param shapes of the tensors that there are
    /// @param stored the tensors, or null
    parameter_loader(const decoder& of, const Backend& backend, const tensor_shapes& shapes,
                     const parameters<Backend>* stored)
        : of_(of), backend_(backend), shapes_(shapes), stored_(stored) {}

    bool has(const std::string& name) const { return shapes_.contains(name) || shapes_.contains(older(name)); }

    /// Converts a tensor to what a buffer holds.
    /// @throws prefixed_names or unknown_model when tensors are called otherwise; input_error when there is no such
    ///     tensor, or it has another shape
    void take(const std::string& name, const shape& expected, buffer& taken) {
        if (const auto* const found = find(name, expected)) backend_.convert(*found, taken);
    }

    /// A tensor of few numbers, to host memory.
    std::vector<float> take_numbers(const std::string& name, const shape& expected) {
        std::size_t count = 1;
        for (const std::size_t size : expected) count *= size;
        std::vector<float> numbers(count);
        buffer taken = scratch(count);
        take(name, expected, taken);
        if (stored_ != nullptr) backend_.read(taken, numbers);
        return numbers;
    }

    /// A map that the file has as it is.
    void take(const std::string& name, linear_map<buffer>& map) {
        if (of_.transposed_maps) return take(block_of(name, map.outputs, 0, map.outputs), map);
        take(name + ".weight", {map.outputs, map.inputs}, map.weight);
        if (map.biased) take(name + ".bias", {map.outputs}, map.bias);
    }

    /// A map whose rows stand among those of another, or in another order.
    void take(const stored_rows& rows, linear_map<buffer>& map) {
        if (of_.transposed_maps)
            take_rows(rows.name + ".weight", {map.inputs, rows.count}, columns(rows, map.inputs),
                      {.width = 1, .use = buffer_use::matrix}, map.weight);
        else
            take_rows(rows.name + ".weight", {rows.count, map.inputs}, rows.taken,
                      {.width = map.inputs, .use = buffer_use::matrix}, map.weight);
        if (map.biased) take_rows(rows.name + ".bias", {rows.count}, rows.taken, {.width = 1}, map.bias);
    }

    /// Elements of a row that is taken, and what for.
    struct row_kind {
        std::size_t width;
        buffer_use use = buffer_use::sums;
    };

    /// Rows of a tensor.
    void take_rows(const std::string& name, const shape& expected, std::span<const std::int32_t> rows,
                   const row_kind& kind, buffer& taken) {
        const auto* const found = find(name, expected);
        if (found == nullptr) return;
        const std::size_t stored = found->size() / kind.width;
        if (is_all(rows, stored)) return backend_.convert(*found, taken);
        std::vector<std::int32_t> places(rows.begin(), rows.end());
        std::replace(places.begin(), places.end(), zero_row, static_cast<std::int32_t>(stored));
        const bool zeros = std::find(rows.begin(), rows.end(), zero_row) != rows.end();
        buffer all = zeros ? to_buffer(backend_, std::vector<float>((stored + 1) * kind.width), kind.use)
                           : scratch(stored * kind.width, kind.use);
        backend_.convert(*found, all);
        embed_all(all, places, kind.width, taken);
    }

    /// What a normalisation has; a bias or a weight that the file does not have is 0 or 1.
    /// @param name without its ending
    /// @param order (weights * width), the place in the file of each element; or empty
    void take(const std::string& name, const norm_settings& settings, const shape& expected,
              std::span<const std::int32_t> order, norm_weights<buffer>& norm) {
        const std::size_t count = norm.weights * norm.width;
        if (settings.weighted)
            take_one(name + ".weight", expected, order, norm.weight);
        else if (stored_ != nullptr)
            backend_.write(std::vector<float>(count, 1.0f), norm.weight);
        if (settings.biased)
            take_one(name + ".bias", expected, order, norm.bias);
        else if (stored_ != nullptr && settings.kind == norm_settings::function::layer)
            backend_.write(std::vector<float>(count, 0.0f), norm.bias);
        if (stored_ != nullptr && settings.offset != 0)
            backend_.add_bias(to_buffer(backend_, std::vector<float>(count, static_cast<float>(settings.offset))),
                              {.rows = 1, .width = count}, norm.weight);
    }

    /// The same where each head has a tensor, called by its number behind the name.
    /// @param order (width), of each head
    void take_heads(const std::string& name, const norm_settings& settings, std::span<const std::int32_t> order,
                    norm_weights<buffer>& norm) {
        const bool centred = settings.kind == norm_settings::function::layer;
        const std::vector<float> zeros(norm.weights * norm.width);
        if (stored_ != nullptr) backend_.write(zeros, norm.weight);
        if (stored_ != nullptr && centred) backend_.write(zeros, norm.bias);
        norm_weights<buffer> one{.width = norm.width, .weight = scratch(norm.width), .bias = scratch(norm.width)};
        for (std::size_t head = 0; head < norm.weights; ++head) {
            take(name + to_string(head), settings, {norm.width}, order, one);
            if (stored_ == nullptr) continue;
            const std::int32_t number = static_cast<std::int32_t>(head);
            const float once = 1;
            const auto row = to_indices(backend_, {&number, 1});
            const buffer factor = to_buffer(backend_, {&once, 1});
            backend_.add_rows(one.weight, row, factor, {0, 1}, norm.width, norm.weight);
            if (settings.biased) backend_.add_rows(one.bias, row, factor, {0, 1}, norm.width, norm.bias);
        }
    }

    /// The maps of all experts, stored as one tensor (experts, inputs, rows.count), with "_bias" (experts, rows.count).
    void take_stacked(const stored_rows& rows, std::span<linear_map<buffer>* const> maps) {
        const std::size_t inputs = maps[0]->inputs;
        take_slices(rows.name, {maps.size(), inputs, rows.count}, columns(rows, inputs), buffer_use::matrix, maps,
                    &linear_map<buffer>::weight);
        if (maps[0]->biased)
            take_slices(rows.name + "_bias", {maps.size(), rows.count}, rows.taken, buffer_use::sums, maps,
                        &linear_map<buffer>::bias);
    }

    /// Divides each row of a table that was taken by its length.
    void divide_rows_by_length(std::size_t rows, std::size_t width, buffer& table) const {
        if (stored_ == nullptr) return;
        const auto share = static_cast<float>(1 / std::sqrt(static_cast<double>(width)));
        backend_.rms_norm(table, to_buffer(backend_, std::vector<float>(width, share)),
                          {.rows = rows, .width = width, .epsilon = 1e-30f}, table);  // so that a row of 0 stays 0
    }

    /// Counts tensors as taken that another loader of the same model took.
    void also_takes(const std::set<std::string, std::less<>>& names) { taken_.insert(names.begin(), names.end()); }

    /// Checks that no tensor is left over.
    ///
    /// Only buffers that old exports stored though the config gives them (implied_buffer.hpp) may be left out, and
    /// layers that only training uses.
    /// @throws input_error for a tensor that is left over: it would change the result if the model used it (a bias,
    /// say)
    void refuse_unused() const {
        for (const auto& [name, sizes] : shapes_)
            if (!taken_.contains(name) && !is_implied_buffer(name, sizes) && !is_of_later_layer(name))
                throw input_error("tensor '" + name + "' is no part of the " + of_.architecture +
                                  " model of config.json");
    }

    /// The tensors that were taken, by the names that the file has.
    const std::set<std::string, std::less<>>& taken() const { return taken_; }

 private:
    using tensor = typename Backend::tensor;

    /// The name without what older files leave out; itself where that is nothing.
    std::string older(const std::string& name) const {
        const std::string& prefix = of_.names.older_prefix;
        return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
    }

    /// The tensor, or null where only checking is asked for.
    const tensor* find(const std::string& name, const shape& expected) {
        auto entry = shapes_.find(name);
        if (entry == shapes_.end()) entry = shapes_.find(older(name));
        if (entry == shapes_.end()) refuse_missing(name);
        if (entry->second != expected)
            throw input_error("tensor '" + entry->first + "' has shape " + to_string(entry->second) +
                              ", but config.json implies " + to_string(expected));
        taken_.insert(entry->first);
        return stored_ == nullptr ? nullptr : &stored_->at(entry->first).tensor;
    }

    /// Elements of each part of a tensor, to a buffer of each map.
    void take_slices(const std::string& name, const shape& expected, std::vector<std::int32_t> elements, buffer_use use,
                     std::span<linear_map<buffer>* const> maps, buffer linear_map<buffer>::*part) {
        const auto* const found = find(name, expected);
        if (found == nullptr) return;
        const std::size_t part_size = found->size() / maps.size();
        if (found->size() + part_size > std::numeric_limits<std::int32_t>::max())
            throw input_error("tensor '" + name + "' has " + to_string(found->size()) +
                              " elements, more than are taken apart");
        const auto slice = static_cast<std::int32_t>(part_size);
        buffer all = scratch(found->size(), use);
        backend_.convert(*found, all);
        for (linear_map<buffer>* const one : maps) {
            embed_all(all, elements, 1, one->*part);
            for (std::int32_t& element : elements) element += slice;
        }
    }

    void take_one(const std::string& name, const shape& expected, std::span<const std::int32_t> order, buffer& taken) {
        order.empty() ? take(name, expected, taken) : take_rows(name, expected, order, {.width = 1}, taken);
    }

    void embed_all(const buffer& table, std::span<const std::int32_t> rows, std::size_t width, buffer& output) const {
        backend_.embed(table, to_indices(backend_, rows), {0, rows.size()}, width, output);
    }

    static bool is_all(std::span<const std::int32_t> rows, std::size_t stored) {
        if (rows.size() != stored) return false;
        for (std::size_t i = 0; i < stored; ++i)
            if (rows[i] != static_cast<std::int32_t>(i)) return false;
        return true;
    }

    /// Elements of a map that is stored (inputs, outputs), as (outputs, inputs); none where only checking is asked for.
    std::vector<std::int32_t> columns(const stored_rows& rows, std::size_t inputs) const {
        std::vector<std::int32_t> elements;
        if (stored_ == nullptr) return elements;
        elements.reserve(rows.taken.size() * inputs);
        for (const std::int32_t row : rows.taken)
            for (std::size_t i = 0; i < inputs; ++i)
                elements.push_back(static_cast<std::int32_t>(i * rows.count) + row);
        return elements;
    }

    buffer scratch(std::size_t elements, buffer_use use = buffer_use::sums) const {
        return stored_ == nullptr ? buffer{} : backend_.make_buffer(elements, use);
    }

    bool is_of_later_layer(const std::string& name) const {
        const std::string& prefix = of_.names.layers;
        if (!of_.later_layers_unused || !name.starts_with(prefix)) return false;
        std::size_t layer = 0, place = prefix.size();
        for (; place < name.size() && name[place] >= '0' && name[place] <= '9' && layer < of_.layers.size(); ++place)
            layer = 10 * layer + static_cast<std::size_t>(name[place] - '0');
        return place > prefix.size() && layer >= of_.layers.size();
    }

    [[noreturn]] void refuse_missing(const std::string& name) const {
        const auto what = "tensor '" + name + "' of a " + of_.architecture + " model is missing";
        for (const auto& [other, unused] : shapes_)
            if (other.ends_with('.' + name))
                throw prefixed_names(what + ", but there is '" + other + '\'',
                                     other.substr(0, other.size() - name.size()));
        const auto first_part = name.substr(0, name.find('.') + 1);
        const auto known = shapes_.lower_bound(first_part);
        if (!shapes_.empty() && (known == shapes_.end() || !known->first.starts_with(first_part)))
            throw unknown_model(what + ": the tensors are called as a trainer calls them ('" + shapes_.begin()->first +
                                "'), not as Hugging Face's models do");
        throw input_error(what);
    }

    const decoder& of_;
    const Backend& backend_;
    const tensor_shapes& shapes_;
    const parameters<Backend>* stored_;
    std::set<std::string, std::less<>> taken_;
};

}  // namespace detail
}  // namespace bouillon
