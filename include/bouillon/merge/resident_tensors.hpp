// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>
#include <bouillon/checkpoint/merged_types.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A tensor that somebody else holds, with its shape.
struct parameter_view {
    tensor_view tensor;
    std::vector<std::size_t> shape;  ///< (dimensions); its product is tensor.size
};

/// What becomes of tensors that somebody else holds.
struct held_options {
    merged_types types = {};       ///< of a merge
    bool newest_integers = false;  ///< whether integers and bools may differ; a merge has the newest in use
};

namespace detail {

/// One tensor of all checkpoints, on a backend.
template <class Backend>
struct resident_tensor {
    using tensor = typename Backend::tensor;

    std::string name;
    std::vector<std::size_t> shape;
    dtype type;                           ///< the widest of those that the checkpoints store it in
    std::size_t group;                    ///< whose merge weights are this tensor's; of any, if it cannot be summed
    std::vector<tensor> tensors = {};     ///< (distinct ones)
    std::vector<std::size_t> which = {};  ///< (checkpoints), into tensors
    std::vector<std::size_t> alike = {};  ///< (checkpoints), equal where their whole tensors are and these are parts of
                                          ///< them; empty: as `which` tells

    /// Whether two checkpoints have the same tensor.
    bool same(std::size_t a, std::size_t b) const {
        return alike.empty() ? which[a] == which[b] : alike[a] == alike[b];
    }

    [[noreturn]] void refuse(const std::string& where) const {
        throw integers_differ(where + ": tensor " + in_quotes(name) + " of type " + std::string(to_string(type)) +
                              " cannot be summed, and it is not the same in every checkpoint");
    }
};

template <class Backend>
std::vector<std::byte> download(const Backend& backend, const typename Backend::tensor& source) {
    std::vector<std::byte> host(source.size() * bits(source.type()) / 8);
    backend.download(source, host);
    return host;
}

/// The view of a tensor in another checkpoint.
/// @throws input_error unless it has the first one's shape and type
inline const parameter_view& matching(const std::map<std::string, parameter_view>& input, const std::string& name,
                                      const parameter_view& first) {
    const auto entry = input.find(name);
    if (entry == input.end()) throw input_error("tensor " + in_quotes(name) + " is not in every checkpoint");
    const parameter_view& other = entry->second;
    if (other.shape != first.shape || other.tensor.size != first.tensor.size)
        throw input_error("tensor " + in_quotes(name) + " has shape " + to_string(first.shape) +
                          " in one checkpoint and " + to_string(other.shape) + " in another");
    if (other.tensor.type != first.tensor.type)
        throw input_error("tensor " + in_quotes(name) + " has type " + std::string(to_string(first.tensor.type)) +
                          " in one checkpoint and " + std::string(to_string(other.tensor.type)) + " in another");
    return other;
}

/// A tensor on the backend: in place where the backend can view memory.
template <class Backend>
typename Backend::tensor hold(const Backend& backend, const tensor_view& given) {
    if constexpr (viewing_backend<Backend>)
        return backend.view(given);
    else
        return backend.upload({given.data, given.size * bits(given.type) / 8}, given.type);
}

/// Keeps one of a tensor's copies, which must be the same.
template <class Backend>
void keep_one(resident_tensor<Backend>& kept, const Backend& backend) {
    const auto first = download(backend, kept.tensors[0]);
    for (const auto& other : kept.tensors)
        if (download(backend, other) != first) kept.refuse("the checkpoints given");
    kept.tensors.erase(kept.tensors.begin() + 1, kept.tensors.end());
    std::fill(kept.which.begin(), kept.which.end(), 0);
}

/// The tensors that a trainer holds.
/// @param inputs (checkpoints) the same names with the same shapes and types
/// @param newest_integers whether integers and bools may differ
template <class Backend>
std::vector<resident_tensor<Backend>> hold_resident(const std::vector<std::map<std::string, parameter_view>>& inputs,
                                                    const Backend& backend, const tensor_groups& groups,
                                                    bool newest_integers = false) {
    if (inputs.empty()) throw input_error("no checkpoint given");
    for (const auto& input : inputs)
        if (input.size() != inputs[0].size())
            throw input_error("checkpoints of " + to_string(inputs[0].size()) + " and of " + to_string(input.size()) +
                              " tensors cannot be merged");
    std::vector<resident_tensor<Backend>> all;  // (tensors)
    for (const auto& [name, first] : inputs[0]) {
        resident_tensor<Backend> made{name, first.shape, first.tensor.type, group_of(groups, name, first.tensor.type)};
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            made.tensors.push_back(hold(backend, matching(inputs[k], name, first).tensor));
            made.which.push_back(k);
        }
        if (!mergeable(made.type) && !newest_integers) keep_one(made, backend);
        all.push_back(std::move(made));
    }
    return all;
}

}  // namespace detail

}  // namespace bouillon
