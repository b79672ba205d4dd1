// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/merged_types.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/merge_weights.hpp>
#include <bouillon/merge/one_for_all.hpp>
#include <bouillon/merge/resident_tensors.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/tensor/fill.hpp>
#include <bouillon/tensor/parameters.hpp>
#include <bouillon/tensor/wait.hpp>
#include <bouillon/tensor/weighted_sum.hpp>
#include <bouillon/tensor/weighted_sum_batch.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Checkpoints of one model on a backend, each tensor there once in its stored dtype, so that a trial's merge is one
/// pass over them.
///
/// The merge is, bit for bit, what write_merged writes.
///
/// Merge weights are (checkpoints), for all tensors alike, or (groups, checkpoints), row by row, where there are groups
/// of tensors; dimensionless, taken as they are.
template <tensor_backend Backend>
class resident_checkpoints {
 public:
    /// What merges are made on.
    using backend_type = Backend;

    /// Takes tensors that a trainer holds, in place where the backend can view memory: then they must outlive this, lie
    /// where the backend computes, and may change between merges; so a tensor is summed even if it is the same in all.
    /// @param inputs (checkpoints) the same names with the same shapes and types, oldest first
    /// @param backend that merges are made on
    /// @param groups of tensors that have merge weights of their own
    /// @param options what becomes of them
    /// @throws input_error naming a tensor that is missing, differs in shape or type, or is of integers or bools and
    /// not the same in every checkpoint, and for types that `check_types` refuses
    resident_checkpoints(const std::vector<std::map<std::string, parameter_view>>& inputs, const Backend& backend,
                         const tensor_groups& groups = {}, const held_options& options = {})
        : backend_(backend),
          checkpoints_(inputs.size()),
          groups_(groups.size()),
          entries_(detail::hold_resident(inputs, backend, groups, options.newest_integers)),
          types_(options.types) {
        detail::check_types<entry>(types_, entries_);
    }

    /// Takes tensors that are on the backend already; make_resident.hpp reads them from files.
    /// @param backend that merges are made on
    /// @param checkpoints how many there are
    /// @param groups how many have merge weights of their own; 0: none
    /// @param tensors on the backend, each of all checkpoints
    /// @param types of a merge
    resident_checkpoints(const Backend& backend, std::size_t checkpoints, std::size_t groups,
                         std::vector<detail::resident_tensor<Backend>> tensors, merged_types types = {})
        : backend_(backend),
          checkpoints_(checkpoints),
          groups_(groups),
          entries_(std::move(tensors)),
          types_(std::move(types)) {}

    /// Checkpoints.
    std::size_t size() const { return checkpoints_; }

    /// Whether two tensors have the same bytes in every checkpoint, as tied parameters have.
    ///
    /// Cost: one pass over both, in host memory for two.
    /// @throws input_error for a name that no tensor has
    bool are_tied(const std::string& name, const std::string& other) const;

    /// The weighted sum of the checkpoints, as write_merged has it (write_merged.hpp).
    ///
    /// Cost: one pass over the tensors of the checkpoints whose weight is not 0, and memory for one model.
    /// @throws input_error for weights that are not one finite number a checkpoint, or all 0
    parameters<Backend> merge(std::span<const double> merge_weights) const;

    /// The merges of several candidates, each what merge() of it is.
    ///
    /// Cost: as of one, but a batching_backend reads each checkpoint once for all candidates; memory for all models.
    /// @param candidates merge weights of each
    std::vector<parameters<Backend>> merge(std::span<const std::vector<double>> candidates) const;

    /// One merge into the result of an earlier call, whose memory is used again, or into nothing.
    void merge_into(std::span<const double> merge_weights, parameters<Backend>& merged) const;

    /// The same on another backend, for one whose tensors lie in host memory: each tensor is summed here and sent there
    /// part by part, bit for bit the one of merge().
    template <tensor_backend Other>
    requires requires(const typename Backend::tensor& tensor) {
        { tensor.view() } -> std::convertible_to<tensor_view>;
    }
    void merge_into(std::span<const double> merge_weights, const Other& other, parameters<Other>& merged) const {
        for_each_sum(merge_weights, [&](const entry& source, const summands& inputs, std::span<const double> weights) {
            const auto [place, fresh] = merged.try_emplace(source.name);
            parameter<Other>& output = place->second;
            const bool changed = fresh || has_changed(source, inputs, output.tensor.type());
            const dtype type = type_of(source, inputs);
            if (changed) output = {other.allocate(source.tensors[0].size(), type), source.shape};
            if (!changed && !mergeable(source.type)) return;
            fill(other, output.tensor, [&](std::size_t first, std::span<std::byte> part) {
                mergeable(source.type) ? sum_part(inputs, weights, type, first, part)
                                       : void(std::copy_n(inputs[0]->view().data + first, part.size(), part.data()));
            });
        });
        wait(other);
    }

 private:
    using entry = detail::resident_tensor<Backend>;
    using tensor = typename Backend::tensor;
    using summands = std::vector<const tensor*>;

    const entry& named(const std::string& name) const {
        const auto found = std::ranges::find(entries_, name, &entry::name);
        if (found == entries_.end()) throw input_error("the checkpoints have no tensor " + in_quotes(name));
        return *found;
    }

    used_weights check(std::span<const double> merge_weights) const {
        return use_weights(merge_weights, checkpoints_, groups_,
                           [](std::size_t k) { return "checkpoint " + to_string(k); });
    }

    /// Whether a merge of this tensor is the one that all checkpoints in use have.
    static bool is_one_of_its_inputs(const entry& inputs, const used_weights& used) {
        return detail::one_stands_for_all(inputs.type, used.groups[inputs.group], [&] {
            return std::all_of(used.checkpoints.begin(), used.checkpoints.end(),
                               [&](std::size_t k) { return inputs.same(k, used.checkpoints[0]); });
        });
    }

    /// Calls sum(entry, inputs, weights) for each tensor: the inputs that have a weight, or one that stands for all,
    /// which is the newest of them where it cannot be summed and differs.
    template <class Sum>
    void for_each_sum(std::span<const double> merge_weights, const Sum& sum) const {
        const used_weights used = check(merge_weights);
        for (const entry& source : entries_) {
            summands inputs;  // (used)
            for (const std::size_t k : used.checkpoints) inputs.push_back(&source.tensors[source.which[k]]);
            if (is_one_of_its_inputs(source, used))
                sum(source, {inputs.back()}, detail::weight_of_one);
            else
                sum(source, inputs, used.groups[source.group].weights);
        }
    }

    /// Bytes from `first` on of a sum of tensors in host memory.
    /// @param type of the sum
    static void sum_part(const summands& inputs, std::span<const double> weights, dtype type, std::size_t first,
                         std::span<std::byte> part) {
        const std::size_t count = part.size() / bytes(type), begin = first / bytes(type);
        std::vector<tensor_view> views;  // (inputs)
        for (const tensor* input : inputs)
            views.push_back({input->view().data + begin * bytes(input->type()), count, input->type()});
        weighted_sum(views, weights, {part.data(), count, type});
    }

    /// The type of a tensor's merge.
    dtype type_of(const entry& source, const summands& inputs) const {
        dtype stored = inputs[0]->type();
        for (const tensor* input : inputs) stored = detail::wider(stored, input->type());
        return types_.of(source.name, stored);
    }
    /// Whether what an earlier merge left, of type `left`, cannot take this one.
    bool has_changed(const entry& source, const summands& inputs, dtype left) const {
        return mergeable(source.type) ? type_of(source, inputs) != left : source.tensors.size() > 1;
    }
    /// A tensor for the merge of these inputs; the newest of them, where they cannot be summed.
    tensor make_output(const entry& source, const summands& inputs) const {
        if (mergeable(source.type)) return backend_.allocate(source.tensors[0].size(), type_of(source, inputs));
        return backend_.upload(detail::download(backend_, *inputs.back()), source.type);
    }

    Backend backend_;
    std::size_t checkpoints_, groups_;
    std::vector<entry> entries_;  // (tensors), by name
    merged_types types_;
};

// Not in the class: what is there counts as inline, and then a compiler looks into it though a library has it.

template <tensor_backend Backend>
bool resident_checkpoints<Backend>::are_tied(const std::string& name, const std::string& other) const {
    const entry &a = named(name), &b = named(other);
    for (std::size_t k = 0; k < checkpoints_; ++k) {
        const tensor &one = a.tensors[a.which[k]], &two = b.tensors[b.which[k]];
        if (one.type() != two.type() || one.size() != two.size()) return false;
        if (detail::download(backend_, one) != detail::download(backend_, two)) return false;
    }
    return true;
}

template <tensor_backend Backend>
parameters<Backend> resident_checkpoints<Backend>::merge(std::span<const double> merge_weights) const {
    parameters<Backend> merged;
    merge_into(merge_weights, merged);
    return merged;
}

template <tensor_backend Backend>
std::vector<parameters<Backend>> resident_checkpoints<Backend>::merge(
    std::span<const std::vector<double>> candidates) const {
    std::vector<used_weights> used;  // (candidates)
    for (const auto& merge_weights : candidates) used.push_back(check(merge_weights));
    std::vector<parameters<Backend>> merged(candidates.size());
    for (const entry& source : entries_) {
        summands inputs;  // (checkpoints)
        for (const std::size_t index : source.which) inputs.push_back(&source.tensors[index]);
        std::vector<double> coefficients;  // (candidates, checkpoints)
        std::vector<tensor*> outputs;      // (candidates)
        for (std::size_t q = 0; q < candidates.size(); ++q) {
            summands in_use;  // (used)
            for (const std::size_t k : used[q].checkpoints) in_use.push_back(inputs[k]);
            std::vector<double> row(checkpoints_, 0.0);
            if (is_one_of_its_inputs(source, used[q]))
                row[used[q].checkpoints[0]] = 1;
            else
                for (std::size_t k = 0; k < used[q].checkpoints.size(); ++k)
                    row[used[q].checkpoints[k]] = used[q].groups[source.group].weights[k];
            coefficients.insert(coefficients.end(), row.begin(), row.end());
            parameter<Backend>& output = merged[q][source.name];
            output = {make_output(source, in_use), source.shape};
            outputs.push_back(&output.tensor);
        }
        if (mergeable(source.type)) weighted_sum_batch<Backend>(backend_, inputs, coefficients, outputs);
    }
    wait(backend_);
    return merged;
}

template <tensor_backend Backend>
void resident_checkpoints<Backend>::merge_into(std::span<const double> merge_weights,
                                               parameters<Backend>& merged) const {
    for_each_sum(merge_weights, [&](const entry& source, const summands& inputs, std::span<const double> weights) {
        const auto [place, fresh] = merged.try_emplace(source.name);
        parameter<Backend>& output = place->second;
        if (fresh || has_changed(source, inputs, output.tensor.type()))
            output = {make_output(source, inputs), source.shape};
        if (mergeable(source.type)) backend_.weighted_sum(inputs, weights, output.tensor);
    });
    wait(backend_);
}

}  // namespace bouillon

#ifdef BOUILLON_COMPILED_XTENSOR
#    include <bouillon/tensor/xtensor_backend.hpp>

namespace bouillon {

extern template class resident_checkpoints<xtensor_backend>;

}  // namespace bouillon
#endif
