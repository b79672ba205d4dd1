// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/directory_names.hpp>
#include <bouillon/checkpoint/folder/stored_form.hpp>
#include <bouillon/checkpoint/shard_index.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace bouillon::detail {

/// What the weights in one file, or in shards beside an index, are called in one format.
struct sharded_names {
    stored_form single_form, shards_form;
    std::string_view stem, extension;

    std::string single() const { return std::string(stem).append(extension); }
    std::string index() const { return single() + ".index.json"; }

    bool is_shard(std::string_view name) const {
        return name.starts_with(std::string(stem) + '-') && name.ends_with(extension) && name.find("-of-") != name.npos;
    }
};

inline constexpr sharded_names safetensors_names{stored_form::safetensors, stored_form::safetensors_shards, "model",
                                                 ".safetensors"};
inline constexpr sharded_names pytorch_names{stored_form::pytorch, stored_form::pytorch_shards, "pytorch_model",
                                             ".bin"};

/// The shards that an index names, and whether all are there.
inline directory_content shards_of(const directory_names& names, const sharded_names& kind) {
    directory_content content{kind.shards_form, names.directory / kind.index(), {}, "", "", {}};
    std::set<std::string> shards;
    try {
        for (auto& [tensor, shard] : read_weight_map(content.place, kind.extension)) shards.insert(shard);
    } catch (const input_error& failure) {  // an index is written last, so one cut short is not complete
        content.unfinished = failure.what();
        return content;
    }
    const bool names_the_single = shards.contains(kind.single());
    if (names.has_file(kind.single()) && !names_the_single) {
        content.refused = names.directory.string() + ": holds both " + kind.single() + " and " + kind.index() +
                          ", which does not name it; remove the one that is not the checkpoint";
        return content;
    }
    for (const auto& shard : shards) {
        if (names.has_file(shard))
            content.weights.push_back(names.directory / shard);
        else if (content.unfinished.empty())
            content.unfinished =
                content.place.string() + ": names the shard " + in_quotes(shard) + ", which is not there";
    }
    return content;
}

/// One file, or shards and their index, of one format.
inline directory_content sharded_in(const directory_names& names, const sharded_names& kind) {
    if (names.has_file(kind.index())) return shards_of(names, kind);
    const auto single = names.directory / kind.single();
    if (names.has_file(kind.single())) return {kind.single_form, single, {single}, "", "", {}};
    const auto shards = names.files_that([&](const std::string& name) { return kind.is_shard(name); });
    if (shards.empty()) return {};
    return {kind.shards_form,
            names.directory / kind.index(),
            names.paths(shards),
            "",
            names.directory.string() + ": holds shards, such as " + shards[0] + ", but not their index " +
                kind.index() + ", which is written last",
            {}};
}

inline directory_content safetensors_in(const directory_names& names) { return sharded_in(names, safetensors_names); }

inline directory_content pytorch_in(const directory_names& names) { return sharded_in(names, pytorch_names); }

/// Whether a file is called as those of tensors in blocks are (safetensors_pieces.hpp).
inline bool is_piece_file(const std::filesystem::path& path) {
    return path.extension() == ".safetensors" && path.filename().string().starts_with("shard-");
}

inline directory_content pieces_in(const directory_names& names) {
    const auto pieces = names.files_that([](const std::string& name) { return is_piece_file(name); });
    if (pieces.empty()) return {};
    return {stored_form::safetensors_pieces, names.directory, names.paths(pieces), "", "", {}};
}

}  // namespace bouillon::detail
