// SPDX-License-Identifier: Apache-2.0
#include "scoring/model_config.hpp"

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/model/config.hpp>

#include <filesystem>

bouillon::decoder read_model_config(const bouillon::checkpoint& checkpoint) {
    if (const auto inside = checkpoint.config_path()) return bouillon::read_config(*inside);
    const auto beside = checkpoint.path().parent_path() / "config.json";
    if (!checkpoint.is_directory() && std::filesystem::exists(beside)) return bouillon::read_config(beside);
    throw bouillon::input_error(
        checkpoint.path().string() +
        ": has no config.json, without which its model cannot be run (--config FILE gives one)");
}
