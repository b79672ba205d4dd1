// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/implied_buffer.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace bouillon::detail {

/// A matrix that a model multiplies by, with the bias that it may have.
template <language_model_backend Backend>
struct linear_map {
    using buffer = typename Backend::buffer;

    std::size_t inputs = 0, outputs = 0;
    bool biased = false;
    buffer weight = {};  ///< (outputs, inputs)
    buffer bias = {};    ///< (outputs), if biased
};

/// Takes a model's tensors over into float32 buffers, by name, and knows which were taken.
template <language_model_backend Backend>
class parameter_loader {
 public:
    using buffer = typename Backend::buffer;

    /// Takes over nothing yet.
    /// @param architecture of the model, as messages name it; all three must outlive this
    parameter_loader(const std::string& architecture, const Backend& backend, const parameters<Backend>& source)
        : architecture_(architecture), backend_(backend), source_(source) {}

    /// Widens a tensor into a buffer.
    /// @throws prefixed_names or unknown_model when tensors are called otherwise; input_error when there is no such
    ///     tensor, or it has another shape
    void take(const std::string& name, std::initializer_list<std::size_t> shape, buffer& widened) {
        const auto entry = source_.find(name);
        if (entry == source_.end()) refuse_missing(name);
        const std::vector<std::size_t> expected(shape);
        if (entry->second.shape != expected)
            throw input_error("tensor '" + name + "' has shape " + describe(entry->second.shape) +
                              ", but config.json implies " + describe(expected));
        backend_.widen(entry->second.tensor, widened);
        taken_.insert(name);
    }

    void take(const std::string& name, linear_map<Backend>& map) {
        take(name + ".weight", {map.outputs, map.inputs}, map.weight);
        if (map.biased) take(name + ".bias", {map.outputs}, map.bias);
    }

    /// Checks that no tensor is left over.
    ///
    /// Only buffers that old exports stored though the config gives them (implied_buffer.hpp) may be left out.
    /// @throws input_error for a tensor that is left over: it would change the result if the model used it (a bias,
    /// say)
    void refuse_unused() const {
        for (const auto& [name, unused] : source_)
            if (!taken_.contains(name) && !is_implied_buffer(name, unused.shape))
                throw input_error("tensor '" + name + "' is no part of the " + architecture_ + " model of config.json");
    }

 private:
    [[noreturn]] void refuse_missing(const std::string& name) const {
        const auto what = "tensor '" + name + "' of a " + architecture_ + " model is missing";
        for (const auto& [other, unused] : source_)
            if (other.ends_with('.' + name))
                throw prefixed_names(what + ", but there is '" + other + '\'',
                                     other.substr(0, other.size() - name.size()));
        const auto first_part = name.substr(0, name.find('.') + 1);
        const auto known = source_.lower_bound(first_part);
        if (!source_.empty() && (known == source_.end() || !known->first.starts_with(first_part)))
            throw unknown_model(what + ": the tensors are called as a trainer calls them ('" + source_.begin()->first +
                                "'), not as Hugging Face's models do");
        throw input_error(what);
    }

    static std::string describe(std::span<const std::size_t> shape) {
        std::string text = "[";
        for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + to_string(shape[i]);
        return text + "]";
    }

    const std::string& architecture_;
    const Backend& backend_;
    const parameters<Backend>& source_;
    std::set<std::string, std::less<>> taken_;
};

}  // namespace bouillon::detail
