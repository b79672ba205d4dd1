// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/file_role.hpp>
#include <bouillon/checkpoint/json_file.hpp>
#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/core/compiled.hpp>
#include <bouillon/core/dtype.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/json_problem.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/recipe.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bouillon {

BOUILLON_DEFINITION std::string to_json(const merge_recipe& recipe, int indent) {
    nlohmann::ordered_json inputs = nlohmann::ordered_json::array(), groups = nlohmann::ordered_json::array();
    for (const auto& input : recipe.inputs) {
        nlohmann::ordered_json written = {{"checkpoint", input.checkpoint.string()}};
        if (recipe.groups.groups.empty())
            written["merge_weight"] = input.merge_weights.at(0);
        else
            written["merge_weights"] = input.merge_weights;
        written["hash"] = nullptr;
        if (!input.hash.empty()) written["hash"] = input.hash;
        inputs.push_back(std::move(written));
    }
    for (const auto& group : recipe.groups.groups)
        groups.push_back({{"name", group.name}, {"tensors", group.patterns}});
    nlohmann::ordered_json json = {{"bouillon_recipe", 1}, {"bouillon", recipe.bouillon}, {"inputs", inputs}};
    if (!groups.empty()) json["groups"] = groups;
    json["side_files"] = nullptr;
    if (recipe.side_files) json["side_files"] = *recipe.side_files;
    json["dtype"] = recipe.types.type ? std::string(to_string(*recipe.types.type)) : "keep";
    if (!recipe.types.kept.empty()) json["keep_dtype"] = recipe.types.kept;
    if (recipe.newest_integers) json["integers"] = "newest";
    if (!recipe.prefixes.empty()) json["prefixes"] = recipe.prefixes;
    if (recipe.config) json["config"] = recipe.config->string();
    json["shard_size"] = recipe.shard_size;
    json["allow_non_finite"] = recipe.allow_non_finite;
    json["optimizer_state"] = recipe.optimizer_state;
    json["metadata"] = recipe.provenance;
    return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

BOUILLON_DEFINITION merge_recipe parse_recipe(std::string_view text, const std::string& name) try {
    const auto json = nlohmann::json::parse(text);
    const auto format = json.at("bouillon_recipe").get<std::int64_t>();
    if (format != 1)
        throw input_error(name + ": is a recipe of version " + to_string(format) + ", but this is bouillon " + version +
                          ", which reads version 1");
    merge_recipe recipe;
    recipe.bouillon = json.at("bouillon").get<std::string>();
    if (const auto groups = json.find("groups"); groups != json.end())
        for (const auto& group : *groups)
            recipe.groups.groups.push_back(
                {group.at("name").get<std::string>(), group.at("tensors").get<std::vector<std::string>>()});
    for (const auto& input : json.at("inputs")) {
        const auto& hash = input.at("hash");
        const bool grouped = !recipe.groups.groups.empty();
        recipe.inputs.push_back({input.at("checkpoint").get<std::string>(),
                                 grouped ? input.at("merge_weights").get<std::vector<double>>()
                                         : std::vector{input.at("merge_weight").get<double>()},
                                 hash.is_null() ? "" : hash.get<std::string>()});
        if (const std::size_t weights = recipe.inputs.back().merge_weights.size(); weights != recipe.groups.size())
            throw input_error(name + ": has " + to_string(weights) + " merge weights of " +
                              recipe.inputs.back().checkpoint.string() + " for " + to_string(recipe.groups.size()) +
                              " groups");
    }
    if (const auto& files = json.at("side_files"); !files.is_null())
        recipe.side_files = files.get<std::map<std::string, std::string>>();
    if (const auto type = json.at("dtype").get<std::string>(); type != "keep") {
        recipe.types.type = parse_dtype(type);
        if (!recipe.types.type) throw input_error(name + ": has unknown dtype " + in_quotes(type));
    }
    if (const auto kept = json.find("keep_dtype"); kept != json.end()) kept->get_to(recipe.types.kept);
    if (const auto integers = json.find("integers"); integers != json.end()) {
        const auto which = integers->get<std::string>();
        if (which != "newest") throw input_error(name + ": has integers " + in_quotes(which) + ", not \"newest\"");
        recipe.newest_integers = true;
    }
    if (const auto prefixes = json.find("prefixes"); prefixes != json.end()) prefixes->get_to(recipe.prefixes);
    if (const auto config = json.find("config"); config != json.end()) recipe.config = config->get<std::string>();
    const auto shard_size = json.at("shard_size").get<std::int64_t>();
    if (shard_size < 0) throw input_error(name + ": has shard_size " + to_string(shard_size));
    recipe.shard_size = static_cast<std::size_t>(shard_size);
    json.at("allow_non_finite").get_to(recipe.allow_non_finite);
    json.at("optimizer_state").get_to(recipe.optimizer_state);
    json.at("metadata").get_to(recipe.provenance);
    return recipe;
} catch (const nlohmann::json::exception& failure) {
    throw input_error(name + ": is not a recipe of bouillon: " + json_problem(failure));
}

BOUILLON_DEFINITION merge_recipe read_recipe(const std::filesystem::path& path) {
    if (path.extension() != ".safetensors") {
        std::error_code unreadable;
        const auto file = is_directory(path, unreadable) ? path / recipe_file_name : path;
        return parse_recipe(read_file(file), file.string());
    }
    const safetensors_file file(path);
    const auto entry = file.metadata().find(std::string(recipe_key));
    if (entry == file.metadata().end())
        throw input_error(path.string() + ": has no " + std::string(recipe_key) + " in its metadata");
    return parse_recipe(entry->second, path.string());
}

}  // namespace bouillon
