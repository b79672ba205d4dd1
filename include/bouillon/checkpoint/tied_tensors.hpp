// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/json_file.hpp>
#include <bouillon/checkpoint/same_bytes.hpp>
#include <bouillon/config/config_fields.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// An architecture's input embedding, and the head that is the same matrix where its configuration says so.
struct tied_names {
    std::string_view embedding, head;
};
inline constexpr auto all_tied_names =
    std::to_array<tied_names>({{"model.embed_tokens.weight", "lm_head.weight"},
                               {"gpt_neox.embed_in.weight", "embed_out.weight"},
                               {"transformer.wte.weight", "lm_head.weight"},              // GPT-2
                               {"transformer.word_embeddings.weight", "lm_head.weight"},  // Falcon, BLOOM
                               {"model.decoder.embed_tokens.weight", "lm_head.weight"},   // OPT
                               {"backbone.embeddings.weight", "lm_head.weight"},          // Mamba
                               {"rwkv.embeddings.weight", "head.weight"},
                               {"language_model.model.embed_tokens.weight", "language_model.lm_head.weight"},
                               {"model.language_model.embed_tokens.weight", "lm_head.weight"}});

inline std::optional<std::size_t> find_tensor(const checkpoint& in, std::string_view name) {
    const auto& all = in.tensors();
    const auto place =
        std::lower_bound(all.begin(), all.end(), name,
                         [](const checkpoint_tensor& tensor, std::string_view n) { return tensor.name < n; });
    if (place == all.end() || place->name != name) return std::nullopt;
    return static_cast<std::size_t>(place - all.begin());
}

inline bool ties_embeddings(const checkpoint& of) {
    const auto path = of.config_path();
    if (!path) return false;
    const auto config = read_python_object(*path);
    const auto tied = config_fields(config).find_or_default("tie_word_embeddings");
    return tied && tied->value == true;
}

/// Leaves the head out of tied checkpoints that carry it, so that the one matrix is merged once and written once.
///
/// Some loaders refuse the second name. A head that differs from its embedding in any checkpoint is no copy of it: then
/// it stays in all. Cost: where a config.json ties them, heads and embeddings that are both stored are read.
inline void leave_out_tied_heads(std::vector<checkpoint>& checkpoints) {
    if (std::none_of(checkpoints.begin(), checkpoints.end(), ties_embeddings)) return;
    for (const auto& names : all_tied_names) {
        std::vector<std::pair<checkpoint*, std::size_t>> copies;  // (checkpoints that carry both)
        for (auto& item : checkpoints) {
            const auto embedding = find_tensor(item, names.embedding), head = find_tensor(item, names.head);
            if (!embedding || !head) continue;
            const auto &a = item.tensors()[*embedding], &b = item.tensors()[*head];
            if (a.type != b.type || a.shape != b.shape || !same_bytes(item, *embedding, item, *head)) return;
            copies.emplace_back(&item, *head);
        }
        for (const auto& [item, head] : copies) item->leave_out(head);
    }
}

}  // namespace bouillon::detail
