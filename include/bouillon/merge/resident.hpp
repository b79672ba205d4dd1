// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/merge_weights.hpp>
#include <bouillon/merge/merged_tensors.hpp>
#include <bouillon/tensor/fill.hpp>
#include <bouillon/tensor/parameters.hpp>
#include <bouillon/tensor/weighted_sum.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A tensor that somebody else holds, with its shape.
struct parameter_view {
    tensor_view tensor;
    std::vector<std::size_t> shape;  // (dimensions); its product is tensor.size
};

/// Checkpoints of one model on a backend, each tensor there once in its stored dtype, so that a trial's merge is one
/// pass over them. The merge is, bit for bit, what write_merged writes.
template <tensor_backend Backend>
class resident_checkpoints {
 public:
    using backend_type = Backend;

    /// Uploads checkpoints. A tensor that is bitwise the same in several is uploaded once.
    /// @throws input_error naming a tensor of integers or bools that is not the same in every checkpoint, and for a
    /// file
    ///         that changes meanwhile
    /// Cost: each file read once, and twice what several have in common; little host memory but the backend's own.
    resident_checkpoints(const checkpoint_set& checkpoints, const Backend& backend)
        : backend_(backend), checkpoints_(checkpoints.size()) {
        for (std::size_t i = 0; i < checkpoints.tensors().size(); ++i) {
            const auto& described = checkpoints.tensors()[i];
            entry made{described.name, described.shape, described.type, {}, {}};
            std::vector<const checkpoint*> distinct;  // (made.tensors)
            for (const checkpoint& from : checkpoints) {
                const auto found = std::find_if(distinct.begin(), distinct.end(), [&](const checkpoint* other) {
                    return detail::same_bytes(from, i, *other, i);
                });
                made.which.push_back(static_cast<std::size_t>(found - distinct.begin()));
                if (found != distinct.end()) continue;
                if (!mergeable(described.type) && !distinct.empty()) refuse(made, from.path().string());
                distinct.push_back(&from);
                made.tensors.push_back(backend_.allocate(described.elements(), described.type));
                fill(backend_, made.tensors.back(),
                     [&](std::size_t first, std::span<std::byte> part) { from.read(i, first, part); });
            }
            entries_.push_back(std::move(made));
        }
    }

    /// Takes tensors that a trainer holds, in place where the backend can view memory: then they must outlive this,
    /// lie where the backend computes, and may change between merges; so a tensor is summed even if it is the same in
    /// all.
    /// @param inputs  (checkpoints) the same names with the same shapes and types, oldest first
    /// @throws input_error naming a tensor that is missing, differs in shape or type, or is of integers or bools and
    ///         not the same in every checkpoint
    resident_checkpoints(const std::vector<std::map<std::string, parameter_view>>& inputs, const Backend& backend)
        : backend_(backend), checkpoints_(inputs.size()) {
        if (inputs.empty()) throw input_error("no checkpoint given");
        for (const auto& input : inputs)
            if (input.size() != inputs[0].size())
                throw input_error("checkpoints of " + std::to_string(inputs[0].size()) + " and of " +
                                  std::to_string(input.size()) + " tensors cannot be merged");
        for (const auto& [name, first] : inputs[0]) {
            entry made{name, first.shape, first.tensor.type, {}, {}};
            for (std::size_t k = 0; k < inputs.size(); ++k) {
                made.tensors.push_back(take(matching(inputs[k], name, first)));
                made.which.push_back(k);
            }
            entries_.push_back(std::move(made));
            if (!mergeable(first.tensor.type)) keep_one(entries_.back());
        }
    }

    /// Checkpoints.
    std::size_t size() const { return checkpoints_; }

    /// The weighted sum of the checkpoints, as write_merged has it (write_merged.hpp).
    /// @param merge_weights  (checkpoints), dimensionless, taken as they are
    /// @throws input_error for weights that are not one finite number a checkpoint, or all 0
    /// Cost: one pass over the tensors of the checkpoints whose weight is not 0, and memory for one model.
    parameters<Backend> merge(std::span<const double> merge_weights) const {
        parameters<Backend> merged;
        merge_into(merge_weights, merged);
        return merged;
    }

    /// The merges of several candidates, each what merge() of it is.
    /// @param candidates  merge weights, (checkpoints) each
    /// Cost: as of one, but a batching_backend reads each checkpoint once for all candidates; memory for all models.
    std::vector<parameters<Backend>> merge(std::span<const std::vector<double>> candidates) const {
        std::vector<used_weights> used;  // (candidates)
        for (const auto& merge_weights : candidates) used.push_back(check(merge_weights));
        std::vector<parameters<Backend>> merged(candidates.size());
        for (const entry& from : entries_) {
            summands inputs;  // (checkpoints)
            for (const std::size_t at : from.which) inputs.push_back(&from.tensors[at]);
            std::vector<double> coefficients;  // (candidates, checkpoints)
            std::vector<tensor*> outputs;      // (candidates)
            for (std::size_t q = 0; q < candidates.size(); ++q) {
                std::vector<double> row = candidates[q];
                if (is_one_of_its_inputs(from, used[q])) {
                    std::fill(row.begin(), row.end(), 0);
                    row[used[q].checkpoints[0]] = 1;
                }
                coefficients.insert(coefficients.end(), row.begin(), row.end());
                parameter<Backend>& to = merged[q][from.name];
                to = {mergeable(from.type) ? allocate_like(from) : copy(from.tensors[0]), from.shape};
                outputs.push_back(&to.tensor);
            }
            if (mergeable(from.type)) weighted_sums<Backend>(backend_, inputs, coefficients, outputs);
        }
        return merged;
    }

    /// One merge into the result of an earlier call, whose memory is used again, or into nothing.
    void merge_into(std::span<const double> merge_weights, parameters<Backend>& merged) const {
        for_each_sum(merge_weights, [&](const entry& from, const summands& inputs, std::span<const double> weights) {
            const auto [at, fresh] = merged.try_emplace(from.name);
            parameter<Backend>& to = at->second;
            if (fresh) to = {mergeable(from.type) ? allocate_like(from) : copy(from.tensors[0]), from.shape};
            if (mergeable(from.type)) backend_.weighted_sum(inputs, weights, to.tensor);
        });
    }

    /// The same on another backend, for one whose tensors lie in host memory: each tensor is summed here and sent there
    /// part by part, bit for bit the one of merge().
    template <tensor_backend Other>
    requires requires(const typename Backend::tensor& tensor) {
        { tensor.view() } -> std::convertible_to<tensor_view>;
    }
    void merge_into(std::span<const double> merge_weights, const Other& other, parameters<Other>& merged) const {
        for_each_sum(merge_weights, [&](const entry& from, const summands& inputs, std::span<const double> weights) {
            const auto [at, fresh] = merged.try_emplace(from.name);
            parameter<Other>& to = at->second;
            if (fresh) to = {other.allocate(from.tensors[0].size(), from.type), from.shape};
            if (!fresh && !mergeable(from.type)) return;
            fill(other, to.tensor, [&](std::size_t first, std::span<std::byte> part) {
                mergeable(from.type) ? sum_part(inputs, weights, first, part)
                                     : void(std::copy_n(inputs[0]->view().data + first, part.size(), part.data()));
            });
        });
    }

 private:
    using tensor = typename Backend::tensor;
    using summands = std::vector<const tensor*>;

    struct entry {
        std::string name;
        std::vector<std::size_t> shape;
        dtype type;
        std::vector<tensor> tensors;     // (distinct ones)
        std::vector<std::size_t> which;  // (checkpoints), into tensors
    };

    static const parameter_view& matching(const std::map<std::string, parameter_view>& input, const std::string& name,
                                          const parameter_view& first) {
        const auto found = input.find(name);
        if (found == input.end())
            throw input_error("tensor " + detail::in_quotes(name) + " is not in every checkpoint");
        const parameter_view& other = found->second;
        if (other.shape != first.shape || other.tensor.size != first.tensor.size)
            throw input_error("tensor " + detail::in_quotes(name) + " has shape " + to_string(first.shape) +
                              " in one checkpoint and " + to_string(other.shape) + " in another");
        if (other.tensor.type != first.tensor.type)
            throw input_error("tensor " + detail::in_quotes(name) + " has type " +
                              std::string(to_string(first.tensor.type)) + " in one checkpoint and " +
                              std::string(to_string(other.tensor.type)) + " in another");
        return other;
    }

    [[noreturn]] static void refuse(const entry& tensor, const std::string& where) {
        throw input_error(where + ": tensor " + detail::in_quotes(tensor.name) + " of type " +
                          std::string(to_string(tensor.type)) +
                          " cannot be summed, and it is not the same in every checkpoint");
    }

    tensor take(const parameter_view& given) const {
        if constexpr (viewing_backend<Backend>)
            return backend_.view(given.tensor);
        else
            return backend_.upload({given.tensor.data, given.tensor.size * bits(given.tensor.type) / 8},
                                   given.tensor.type);
    }

    std::vector<std::byte> download(const tensor& from) const {
        std::vector<std::byte> host(from.size() * bits(from.type()) / 8);
        backend_.download(from, host);
        return host;
    }

    /// Keeps one of a tensor's copies, which must be the same.
    void keep_one(entry& kept) const {
        const auto first = download(kept.tensors[0]);
        for (const tensor& other : kept.tensors)
            if (download(other) != first) refuse(kept, "the checkpoints given");
        kept.tensors.erase(kept.tensors.begin() + 1, kept.tensors.end());
        std::fill(kept.which.begin(), kept.which.end(), 0);
    }

    used_weights check(std::span<const double> merge_weights) const {
        return use_weights(merge_weights, checkpoints_,
                           [](std::size_t k) { return "checkpoint " + std::to_string(k); });
    }

    /// Whether a merge of this tensor is the one that all checkpoints in use have.
    static bool is_one_of_its_inputs(const entry& from, const used_weights& used) {
        return used.sum_to_one && std::all_of(used.checkpoints.begin(), used.checkpoints.end(), [&](std::size_t k) {
                   return from.which[k] == from.which[used.checkpoints[0]];
               });
    }

    /// Calls sum(entry, inputs, weights) for each tensor: the inputs that have a weight, or one that stands for all.
    template <class Sum>
    void for_each_sum(std::span<const double> merge_weights, const Sum& sum) const {
        const used_weights used = check(merge_weights);
        const std::vector<double> one{1.0};
        for (const entry& from : entries_) {
            summands inputs;  // (used)
            for (const std::size_t k : used.checkpoints) inputs.push_back(&from.tensors[from.which[k]]);
            if (!mergeable(from.type) || is_one_of_its_inputs(from, used))
                sum(from, {inputs[0]}, one);
            else
                sum(from, inputs, used.weights);
        }
    }

    /// Bytes from `first` on of a sum of tensors in host memory.
    static void sum_part(const summands& inputs, std::span<const double> weights, std::size_t first,
                         std::span<std::byte> part) {
        const dtype type = inputs[0]->type();
        const std::size_t count = part.size() / bytes(type);
        std::vector<tensor_view> views;  // (inputs)
        for (const tensor* input : inputs) views.push_back({input->view().data + first, count, type});
        weighted_sum(views, weights, {part.data(), count, type});
    }

    tensor allocate_like(const entry& from) const { return backend_.allocate(from.tensors[0].size(), from.type); }
    tensor copy(const tensor& from) const { return backend_.upload(download(from), from.type()); }

    Backend backend_;
    std::size_t checkpoints_;
    std::vector<entry> entries_;  // (tensors), by name
};

/// Checkpoints on a backend, each tensor uploaded once in its stored dtype.
template <tensor_backend Backend>
resident_checkpoints<Backend> make_resident(const checkpoint_set& checkpoints, const Backend& backend) {
    return resident_checkpoints<Backend>(checkpoints, backend);
}

}  // namespace bouillon
