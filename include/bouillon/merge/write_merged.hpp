// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/checkpoint/safetensors_writer.hpp>
#include <bouillon/merge/merge_weights.hpp>
#include <bouillon/merge/side_files.hpp>
#include <bouillon/merge/staged_output.hpp>
#include <bouillon/tensor/weighted_sum.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// How write_merged() writes.
struct write_options {
    bool force = false;                             // replace an output that exists
    std::optional<dtype> type;                      // of the output's float tensors; nothing: each keeps its own
    std::map<std::string, std::string> provenance;  // goes into the file's metadata
    std::size_t threads = 0;                        // 0: all
    std::size_t memory = std::size_t{256} << 20;    // bytes that buffers may take
    std::size_t shard_size = 5'000'000'000;         // bytes of tensors a file of a directory holds; 0: any number
    bool allow_non_finite = false;                  // let NaN and infinity pass
};

namespace detail {

inline bool same_bytes(std::span<const std::byte> a, std::span<const std::byte> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// The weighted sum of a set's checkpoints, a tensor at a time.
class merged_tensors {
 public:
    /// Throws input_error for weights that are not one finite number a checkpoint, or that are all 0, and for a tensor
    /// that cannot be summed and is not the same in every checkpoint.
    merged_tensors(const checkpoint_set& checkpoints, std::span<const double> weights, std::optional<dtype> type)
        : checkpoints_(checkpoints), type_(type) {
        if (type && !mergeable(*type))
            throw input_error("the output's type cannot be " + std::string(to_string(*type)) +
                              ": only F64, F32, F16 and BF16 hold a weighted sum");
        const auto path_of = [&](std::size_t k) { return checkpoints[k].path().string(); };
        auto used = use_weights(weights, checkpoints.size(), path_of);
        for (const std::size_t k : used.checkpoints) used_.push_back(&checkpoints[k]);
        weights_ = std::move(used.weights);
        sum_to_one_ = used.sum_to_one;
        check_copied_tensors();
    }

    dtype type(std::size_t tensor) const {
        const dtype stored = checkpoints_.tensors()[tensor].type;
        return type_ && mergeable(stored) ? *type_ : stored;
    }

    /// The bytes of a merged tensor: in `buffer`, or those of an input where they are the same.
    std::span<const std::byte> bytes(std::size_t tensor, std::vector<std::byte>& buffer, std::size_t threads) const {
        const auto& description = checkpoints_.tensors()[tensor];
        const auto first = used_.front()->bytes(tensor);
        const bool same = !mergeable(description.type) || (sum_to_one_ && is_same_in_used(tensor));
        if (same && type(tensor) == description.type) return first;

        std::vector<tensor_view> inputs;  // (checkpoints used), or one that stands for all
        for (const checkpoint* input : used_) {
            inputs.push_back({input->bytes(tensor).data(), description.elements(), description.type});
            if (same) break;
        }
        const std::vector<double> one{1.0};
        buffer.resize(description.elements() * bouillon::bytes(type(tensor)));
        weighted_sum(inputs, same ? one : weights_, {buffer.data(), description.elements(), type(tensor)}, threads);
        return buffer;
    }

 private:
    void check_copied_tensors() const {
        for (std::size_t i = 0; i < checkpoints_.tensors().size(); ++i) {
            const auto& tensor = checkpoints_.tensors()[i];
            if (mergeable(tensor.type)) continue;
            for (const checkpoint& other : checkpoints_)
                if (!same_bytes(other.bytes(i), checkpoints_[0].bytes(i)))
                    throw input_error(other.file(i).string() + ": tensor " + in_quotes(tensor.name) + " of type " +
                                      std::string(to_string(tensor.type)) + " cannot be summed, and it differs from " +
                                      checkpoints_[0].file(i).string());
        }
    }
    bool is_same_in_used(std::size_t tensor) const {
        return std::all_of(used_.begin() + 1, used_.end(), [&](const checkpoint* other) {
            return same_bytes(other->bytes(tensor), used_.front()->bytes(tensor));
        });
    }

    const checkpoint_set& checkpoints_;
    std::optional<dtype> type_;
    std::vector<const checkpoint*> used_;  // those whose weight is not 0
    std::vector<double> weights_;          // (used_)
    bool sum_to_one_ = false;
};

inline std::map<std::string, std::string> merged_metadata(const checkpoint_set& checkpoints,
                                                          std::span<const double> weights,
                                                          const std::map<std::string, std::string>& provenance) {
    auto names = nlohmann::json::array();
    for (const auto& checkpoint : checkpoints) names.push_back(checkpoint.name());
    auto metadata = provenance;
    metadata["format"] = "pt";  // several loaders look for it
    metadata["bouillon.checkpoints"] = names.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    metadata["bouillon.merge_weights"] = nlohmann::json(std::vector(weights.begin(), weights.end())).dump();
    return metadata;
}

inline void write_merged_file(const merged_tensors& merged, std::span<const checkpoint_tensor> tensors,
                              const std::filesystem::path& path, const std::map<std::string, std::string>& metadata,
                              std::size_t threads) {
    std::vector<checkpoint_tensor> outputs(tensors.begin(), tensors.end());  // (tensors)
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].type = merged.type(i);
    safetensors_writer writer(path, outputs, metadata);
    std::vector<std::byte> buffer;  // (elements of a tensor), one tensor at a time
    for (const auto& entry : writer.tensors()) {
        const auto at = std::lower_bound(tensors.begin(), tensors.end(), entry.name,
                                         [](const checkpoint_tensor& t, const std::string& n) { return t.name < n; });
        writer.append(merged.bytes(static_cast<std::size_t>(at - tensors.begin()), buffer, threads));
    }
    writer.close();
}

}  // namespace detail

/// Writes the weighted sum of checkpoints as a checkpoint that any Hugging Face tool can load.
///
///     output = sum_k merge_weights[k] * checkpoints[k]
///
/// F64, F32, F16 and BF16 tensors are summed as weighted_sum says; weights are taken as they are, never normalised, and
/// a checkpoint of weight exactly 0 is absent, whatever it holds. A float tensor that is the same in all others is
/// copied when the weights sum to 1 (within 1e-12); a tensor of any other type is copied, and must be bitwise the same
/// in every checkpoint.
/// - `merge_weights`: (checkpoints), dimensionless.
/// - `out`: one file when it ends in `.safetensors`, else a directory, with the side files of the newest checkpoint
/// when
///   that is a directory: its configuration (with its type changed as `options.type` says), tokenizer and code. It
///   appears whole or not at all, and may be one of the inputs.
///
/// Throws input_error, before anything is written, for weights and tensors that cannot be merged and for an output that
/// exists (require_writable_target says what `options.force` may replace); work_error when writing fails.
/// Cost: each input read once, or twice where its tensors may all be the same; memory for one output tensor.
inline void write_merged(const checkpoint_set& checkpoints, std::span<const double> merge_weights,
                         const std::filesystem::path& out, const write_options& options = {}) {
    require_writable_target(out, options.force);
    const detail::merged_tensors merged(checkpoints, merge_weights, options.type);
    const auto metadata = detail::merged_metadata(checkpoints, merge_weights, options.provenance);
    staged_output staged(out, options.force);
    const bool single = out.extension() == ".safetensors";
    const auto file = staged.directory() / detail::single_file_name;
    detail::write_merged_file(merged, checkpoints.tensors(), file, metadata, options.threads);
    if (!single && checkpoints.newest().is_directory())
        detail::copy_side_files(checkpoints.newest().path(), staged.directory(), options.type);
    staged.publish(single ? file : staged.directory());
}

}  // namespace bouillon
