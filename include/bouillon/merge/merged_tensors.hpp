// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/checkpoint/same_bytes.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/parallel.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/input_hashes.hpp>
#include <bouillon/merge/merge_weights.hpp>
#include <bouillon/merge/non_finite.hpp>
#include <bouillon/merge/one_for_all.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/tensor/weighted_sum.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// The weighted sum of a set's checkpoints, any run of any tensor's bytes at a time.
class merged_tensors {
 public:
    /// Checks the weights, and finds which tensors are the same in all checkpoints in use.
    /// @param checkpoints must outlive this
    /// @param weights as use_weights has them
    /// @param groups of tensors that have merge weights of their own
    /// @param allow_non_finite whether NaN and infinity pass
    /// @param threads that read
    /// @throws input_error for weights that are not one finite number a checkpoint, or that are all 0, for a tensor of
    /// no group, and for one that cannot be summed and is not the same in every checkpoint whose weight is not 0
    merged_tensors(const checkpoint_set& checkpoints, std::span<const double> weights, const tensor_groups& groups,
                   bool allow_non_finite, std::size_t threads)
        : checkpoints_(checkpoints), allow_non_finite_(allow_non_finite) {
        const auto path_of = [&](std::size_t k) { return checkpoints[k].path().string(); };
        auto used = use_weights(weights, checkpoints.size(), groups.size(), path_of);
        for (const std::size_t k : used.checkpoints) used_.push_back(&checkpoints[k]);
        weights_ = std::move(used.groups);
        for (const auto& tensor : tensors()) group_.push_back(group_of(groups, tensor.name, tensor.type));
        for (std::size_t i = 0; i < tensors().size(); ++i) {
            dtype stored = used_.front()->tensors()[i].type;
            for (const checkpoint* input : used_) stored = wider(stored, input->tensors()[i].type);
            types_.push_back(checkpoints.types().of(tensors()[i].name, stored));
        }
        one_for_all_.resize(tensors().size());
        parallel_for(tensors().size(), threads, [&](std::size_t i, std::size_t) {
            if (takes_newest(i)) return;
            const dtype stored = tensors()[i].type;
            if (!mergeable(stored)) check_same(i);
            one_for_all_[i] = one_stands_for_all(stored, weights_[group_[i]], [this, i] { return is_same_in_used(i); });
        });
    }

    const std::vector<checkpoint_tensor>& tensors() const { return checkpoints_.tensors(); }

    /// Checkpoints whose weight is not 0.
    std::size_t inputs() const { return used_.size(); }
    const checkpoint& input(std::size_t k) const { return *used_[k]; }
    std::span<const checkpoint* const> all_inputs() const { return used_; }

    /// The type of a tensor in the output.
    dtype type(std::size_t tensor) const { return types_[tensor]; }

    /// The bytes of a tensor in the output.
    std::size_t size(std::size_t tensor) const {
        checkpoint_tensor made = tensors()[tensor];
        made.type = type(tensor);
        return storage_size(made, checkpoints_[0].path().string());
    }

    /// Looks at all that is summed, unless NaN and infinity pass anyway.
    ///
    /// Cost: each input read once.
    /// @throws not_finite at an element that is NaN or infinite
    void check_finite_inputs(std::size_t threads) const {
        if (allow_non_finite_) return;
        parallel_for(tensors().size(), threads, [this](std::size_t i, std::size_t) {
            if (!mergeable(tensors()[i].type)) return;
            for (const checkpoint* input : inputs_of(i)) check_input_finite(*input, i);
        });
    }

    /// Says that bytes [first, first + size) of a merged tensor will be asked for soon.
    void prefetch(std::size_t tensor, std::size_t first, std::size_t size) const {
        for (const checkpoint* input : inputs_of(tensor)) {
            const auto [start, length] = stored_run(*input, tensor, first, size);
            input->prefetch(tensor, start, length);
        }
    }

    /// Gives bytes [first, first + merged.size()) of a merged tensor, which hold whole elements where it is summed.
    /// @param tensor by index
    /// @param first byte
    /// @param merged written
    /// @param scratch for the inputs, at least 1 KiB for each
    /// @param hashes of (inputs(), tensors), takes in what is read
    /// @throws input_error for a file that changed, for an input that is NaN or infinite and for a sum beyond the
    /// output's type
    /// @throws work_error for what cannot be read
    void read(std::size_t tensor, std::size_t first, std::span<std::byte> merged, std::span<std::byte> scratch,
              input_hashes* hashes = nullptr) const {
        const dtype made = type(tensor);
        const auto inputs = inputs_of(tensor);
        std::vector<run_hash> runs;  // (inputs), or none
        for (std::size_t k = 0; hashes && k < inputs.size(); ++k)
            runs.emplace_back(stored_run(*inputs[k], tensor, first, merged.size()).first);
        if (takes_newest(tensor)) return read_newest(tensor, first, merged, runs, hashes);
        if (is_copied(tensor)) {
            used_.front()->read(tensor, first, merged);
            if (mergeable(made)) check_finite(tensor, first, merged);
            if (hashes) runs[0].add(merged);
            if (hashes) add_hashes(tensor, runs, *hashes);
            return;
        }
        // Apart by an odd number of cache lines, so that the inputs do not fall on one another in the cache.
        const std::size_t stride = scratch.size() / inputs.size() / 128 * 128 - 64;
        const std::size_t width = bouillon::bytes(made);
        const std::size_t block = stride / bouillon::bytes(tensors()[tensor].type);  // elements
        std::vector<tensor_view> views(inputs.size());
        for (std::size_t done = 0; done < merged.size(); done += block * width) {
            const auto part = merged.subspan(done, std::min(block * width, merged.size() - done));
            const std::size_t count = part.size() / width;
            for (std::size_t k = 0; k < inputs.size(); ++k) {
                const dtype stored_type = inputs[k]->tensors()[tensor].type;
                const std::size_t stored_width = bouillon::bytes(stored_type);
                const auto stored = scratch.subspan(k * stride, count * stored_width);
                inputs[k]->read(tensor, (first + done) / width * stored_width, stored);
                if (hashes) runs[k].add(stored);
                views[k] = {stored.data(), count, stored_type};
            }
            weighted_sum(views, weights_of(tensor), {part.data(), count, made});
            check_finite(tensor, first + done, part);
        }
        if (hashes) add_hashes(tensor, runs, *hashes);
    }

 private:
    /// Whether a tensor cannot be summed, may differ, and is then the newest's.
    bool takes_newest(std::size_t tensor) const {
        return checkpoints_.takes_newest_integers() && !mergeable(tensors()[tensor].type);
    }
    /// Whether a tensor's bytes are those of an input.
    bool is_copied(std::size_t tensor) const {
        return takes_newest(tensor) || (one_for_all_[tensor] && type(tensor) == used_.front()->tensors()[tensor].type);
    }
    std::span<const checkpoint* const> inputs_of(std::size_t tensor) const {
        return std::span(used_).first(one_for_all_[tensor] ? 1 : used_.size());
    }
    std::span<const double> weights_of(std::size_t tensor) const {
        return one_for_all_[tensor] ? std::span<const double>(weight_of_one) : weights_[group_[tensor]].weights;
    }

    /// The inputs' bytes from which a run of a merged tensor's bytes is made: the first, and how many.
    std::pair<std::size_t, std::size_t> stored_run(const checkpoint& input, std::size_t tensor, std::size_t first,
                                                   std::size_t size) const {
        if (is_copied(tensor)) return {first, size};
        const std::size_t stored = bouillon::bytes(input.tensors()[tensor].type), width = bouillon::bytes(type(tensor));
        return {first / width * stored, size / width * stored};
    }

    /// As read(), of a tensor that is the newest's; the others are read for their hashes.
    void read_newest(std::size_t tensor, std::size_t first, std::span<std::byte> merged, std::span<run_hash> runs,
                     input_hashes* hashes) const {
        for (std::size_t k = hashes ? 0 : used_.size() - 1; k < used_.size(); ++k) {
            used_[k]->read(tensor, first, merged);
            if (hashes) runs[k].add(merged);
        }
        if (hashes) add_hashes(tensor, runs, *hashes);
    }

    /// Adds a run's hashes to those of the checkpoints.
    /// @param tensor by index
    /// @param runs (inputs_of), of which one stands for all
    void add_hashes(std::size_t tensor, std::span<run_hash> runs, input_hashes& hashes) const {
        std::vector<hash_bits> sums;  // (runs)
        for (std::size_t k = 0; k < runs.size(); ++k)
            sums.push_back(runs[k].finish(
                storage_size(used_[k]->tensors()[tensor], used_[k]->path().string()),
                [&](std::size_t first, std::span<std::byte> rest) { used_[k]->read(tensor, first, rest); }));
        for (std::size_t k = 0; k < used_.size(); ++k) hashes.add(k, tensor, sums[std::min(k, sums.size() - 1)]);
    }

    void check_same(std::size_t i) const {
        const checkpoint& first = *used_.front();
        for (const checkpoint* other : used_)
            if (other != &first && !same_bytes(*other, i, first, i))
                throw integers_differ(other->file(i).string() + ": tensor " + in_quotes(tensors()[i].name) +
                                      " of type " + std::string(to_string(tensors()[i].type)) +
                                      " cannot be summed, and it differs from " + first.file(i).string() +
                                      "; a merge can have the newest's");
    }
    bool is_same_in_used(std::size_t tensor) const {
        return std::all_of(used_.begin() + 1, used_.end(), [&](const checkpoint* other) {
            return same_tensor(*other, tensor, *used_.front(), tensor);
        });
    }

    /// A NaN or an infinity of any input shows in the sum, so only where one does need the inputs be looked at.
    void check_finite(std::size_t tensor, std::size_t first, std::span<const std::byte> merged) const {
        if (allow_non_finite_) return;
        const std::size_t width = bouillon::bytes(type(tensor));
        const auto element = find_non_finite({merged.data(), merged.size() / width, type(tensor)});
        if (!element) return;
        for (const checkpoint* input : inputs_of(tensor)) check_input_finite(*input, tensor);
        refuse_sum(tensor, first / width + *element);
    }
    /// Names a sum beyond its type's range, and the input that adds the most to it.
    [[noreturn]] void refuse_sum(std::size_t tensor, std::size_t element) const {
        const auto inputs = inputs_of(tensor);
        const auto weights = weights_of(tensor);
        double sum = 0, most = -1;
        const checkpoint* largest = nullptr;
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            const dtype stored = inputs[k]->tensors()[tensor].type;
            std::vector<std::byte> value(bouillon::bytes(stored));
            inputs[k]->read(tensor, element * value.size(), value);
            const double part = weights[k] * load_element<double>(stored, value.data(), 0);
            sum += part;
            if (std::abs(part) > most) largest = inputs[k];
            most = std::max(most, std::abs(part));
        }
        throw not_finite(largest->file(tensor).string() + ": tensor " + in_quotes(tensors()[tensor].name) +
                         " leads to the weighted sum " + to_string(sum) + " at element " + to_string(element) +
                         ", beyond the range of " + std::string(to_string(type(tensor))));
    }
    void check_input_finite(const checkpoint& input, std::size_t tensor) const {
        const auto& stored = input.tensors()[tensor];
        const std::size_t width = bouillon::bytes(stored.type), size = stored.elements();
        std::vector<std::byte> block(std::min<std::size_t>(size * width, 1 << 20));
        for (std::size_t first = 0; first < size; first += block.size() / width) {
            const auto part = std::span(block).first(std::min(block.size(), (size - first) * width));
            input.read(tensor, first * width, part);
            const tensor_view view{part.data(), part.size() / width, stored.type};
            if (const auto element = find_non_finite(view))
                throw not_finite(input.file(tensor).string() + ": tensor " + in_quotes(stored.name) + " has " +
                                 to_string(load_element<double>(stored.type, part.data(), *element)) + " at element " +
                                 to_string(first + *element));
        }
    }

    const checkpoint_set& checkpoints_;
    bool allow_non_finite_;
    std::vector<const checkpoint*> used_;     // those whose weight is not 0
    std::vector<used_weights::row> weights_;  // (groups)
    std::vector<std::size_t> group_;          // (tensors)
    std::vector<dtype> types_;                // (tensors), in the output
    std::vector<char> one_for_all_;           // (tensors): one_stands_for_all (not bool: several threads write it)
};

}  // namespace bouillon::detail
