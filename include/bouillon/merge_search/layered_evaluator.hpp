// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/layered_merge.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/merge_search/document_sets.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/merge_sums.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/parameter_loader.hpp>
#include <bouillon/score/batch_part.hpp>
#include <bouillon/score/held_out.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace bouillon {

/// Bytes of the largest layer of a merge, or of a tensor that is of none where that is larger.
/// @param checkpoints that are merged
/// @param names of the model's tensors
inline std::size_t largest_layer(const checkpoint_set& checkpoints, const tensor_names& names) {
    const std::string older =  // "h." for "transformer.h."
        names.layers.starts_with(names.older_prefix) ? names.layers.substr(names.older_prefix.size()) : names.layers;
    std::map<std::string, std::size_t> sizes;  // by layer, or by tensor
    for (const auto& tensor : checkpoints.tensors()) {
        const std::string& layers = tensor.name.starts_with(names.layers) ? names.layers : older;
        const bool inside = tensor.name.starts_with(layers);
        const auto layer = inside ? tensor.name.substr(0, tensor.name.find('.', layers.size())) : tensor.name;
        sizes[layer] += detail::storage_bytes(tensor.elements(), checkpoints.types().of(tensor.name, tensor.type));
    }
    std::size_t largest = 0;
    for (const auto& [layer, size] : sizes) largest = std::max(largest, size);
    return largest;
}

/// Merges checkpoints in their files and scores the merge layer by layer: one layer of the checkpoints is read, summed
/// and run over all documents, then the next, so that only one layer is in memory.
///
/// The losses are bit for bit those of a resident_evaluator.
/// @tparam Scorer a document_scorer over `Backend`
template <tensor_backend Backend, class Scorer>
class layered_evaluator {
 public:
    /// @param checkpoints that are merged; must outlive this, as must the groups
    /// @param backend that merges and scores
    /// @param groups of tensors that have merge weights of their own
    /// @param score gives a merge's losses
    /// @param search documents
    /// @param test documents; may be empty, when only the search documents are to be measured
    layered_evaluator(const checkpoint_set& checkpoints, const tensor_groups& groups, Backend backend, Scorer score,
                      held_out_documents search, held_out_documents test = {})
        : documents_{std::move(search), std::move(test)},
          checkpoints_(&checkpoints),
          groups_(&groups),
          backend_(std::move(backend)),
          score_(std::move(score)) {
        for (const auto& tensor : checkpoints.tensors()) shapes_.emplace(tensor.name, tensor.shape);
    }

    /// Losses of a merge.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents which
    merge_evaluation operator()(std::span<const double> merge_weights, document_set documents) {
        return score(merge_weights, documents_[documents]);
    }

    /// Losses on some of the search documents.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents (scored), which
    merge_evaluation operator()(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        return score(merge_weights, documents_.some(documents));
    }

    /// What a part of the batches adds to the losses.
    /// @param merge_weights (checkpoints), newest last
    /// @param held_out documents
    /// @param part which batches
    merge_sums sums(std::span<const double> merge_weights, const held_out_documents& held_out, batch_part part) {
        merge_sums result;
        detail::stopwatch watch;
        layered_merge<Backend> merge(*checkpoints_, merge_weights, *groups_, backend_);
        result.merge_seconds = watch.lap();
        const auto bring = [&](const auto& names) -> const parameters<Backend>& {
            result.score_seconds += watch.lap();
            const auto& merged = merge(names);
            result.merge_seconds += watch.lap();
            return merged;
        };
        result.sums = score_.sums(shapes_, held_out, bring, part);
        result.score_seconds += watch.lap();
        return result;
    }

    /// The documents that it measures on.
    const detail::document_sets& documents() const { return documents_; }

    /// What gives a merge's losses.
    const Scorer& scorer() const { return score_; }

 private:
    merge_evaluation score(std::span<const double> merge_weights, const held_out_documents& held_out) {
        const auto [sums, merge_seconds, score_seconds] = this->sums(merge_weights, held_out, {});
        return {score_.losses(sums, held_out), merge_seconds, score_seconds};
    }

    detail::document_sets documents_;
    const checkpoint_set* checkpoints_;
    const tensor_groups* groups_;
    Backend backend_;
    Scorer score_;
    tensor_shapes shapes_;
};

}  // namespace bouillon
