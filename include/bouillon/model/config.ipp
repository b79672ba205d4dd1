// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_fields.hpp>
#include <bouillon/config/config_reader.hpp>
#include <bouillon/core/compiled.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/model/families/apertus.hpp>
#include <bouillon/model/families/baichuan.hpp>
#include <bouillon/model/families/bloom.hpp>
#include <bouillon/model/families/cohere.hpp>
#include <bouillon/model/families/deepseek.hpp>
#include <bouillon/model/families/exaone4.hpp>
#include <bouillon/model/families/falcon.hpp>
#include <bouillon/model/families/gemma.hpp>
#include <bouillon/model/families/glm4.hpp>
#include <bouillon/model/families/gpt2.hpp>
#include <bouillon/model/families/gpt_neox.hpp>
#include <bouillon/model/families/gpt_oss.hpp>
#include <bouillon/model/families/granite.hpp>
#include <bouillon/model/families/hunyuan.hpp>
#include <bouillon/model/families/llama.hpp>
#include <bouillon/model/families/mixtral.hpp>
#include <bouillon/model/families/nemotron.hpp>
#include <bouillon/model/families/olmo.hpp>
#include <bouillon/model/families/opt.hpp>
#include <bouillon/model/families/phi.hpp>
#include <bouillon/model/families/qwen.hpp>
#include <bouillon/model/families/stablelm.hpp>
#include <bouillon/model/families/starcoder2.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace bouillon {
namespace detail {

/// A family of models by the `model_type` of their config.json, and what reads one.
struct model_family {
    std::string_view model_type;
    decoder (*read)(const config_reader&);
};
inline constexpr auto model_families = std::to_array<model_family>({{"apertus", read_apertus},
                                                                    {"arcee", read_arcee},
                                                                    {"baichuan", read_baichuan},
                                                                    {"bloom", read_bloom},
                                                                    {"cohere", read_cohere},
                                                                    {"cohere2", read_cohere2},
                                                                    {"deepseek_v2", read_deepseek_v2},
                                                                    {"deepseek_v3", read_deepseek_v3},
                                                                    {"ernie4_5", read_ernie4_5},
                                                                    {"exaone4", read_exaone4},
                                                                    {"falcon", read_falcon},
                                                                    {"gemma", read_gemma},
                                                                    {"gemma2", read_gemma2},
                                                                    {"gemma3_text", read_gemma3},
                                                                    {"glm4", read_glm4},
                                                                    {"gpt2", read_gpt2},
                                                                    {"gpt_neox", read_gpt_neox},
                                                                    {"gpt_oss", read_gpt_oss},
                                                                    {"granite", read_granite},
                                                                    {"helium", read_helium},
                                                                    {"hunyuan_v1_dense", read_hunyuan},
                                                                    {"llama", read_llama},
                                                                    {"mistral", read_mistral},
                                                                    {"mixtral", read_mixtral},
                                                                    {"nemotron", read_nemotron},
                                                                    {"olmo", read_olmo},
                                                                    {"olmo2", read_olmo2},
                                                                    {"olmo3", read_olmo3},
                                                                    {"olmoe", read_olmoe},
                                                                    {"opt", read_opt},
                                                                    {"phi", read_phi},
                                                                    {"phi3", read_phi3},
                                                                    {"qwen2", read_qwen2},
                                                                    {"qwen3", read_qwen3},
                                                                    {"qwen3_moe", read_qwen3_moe},
                                                                    {"seed_oss", read_seed_oss},
                                                                    {"smollm3", read_smollm3},
                                                                    {"stablelm", read_stablelm},
                                                                    {"starcoder2", read_starcoder2}});

/// Models whose layers are not attention alone, which no description of a decoder covers.
inline constexpr std::string_view recurrent_types =
    "bailing_hybrid bamba falcon_h1 falcon_mamba granitemoehybrid jamba kimi_linear lfm2 lfm2_moe mamba mamba2 minimax "
    "nemotron_h olmo_hybrid qwen3_5 qwen3_5_moe qwen3_next recurrent_gemma rwkv xlstm zamba zamba2";

/// @throws unknown_model
[[noreturn]] inline void refuse_model_type(const config_reader& config) {
    if (holds_word(recurrent_types, config.text("model_type")))
        config.refuse<unknown_model>("model_type", "bouillon runs no state-space, recurrent or hybrid models");
    config.refuse<unknown_model>("model_type", "none of the " + to_string(model_families.size()) +
                                                   " types that bouillon runs, listed in docs/reference/model.md");
}

}  // namespace detail

BOUILLON_DEFINITION decoder parse_config(std::string_view text, const std::string& origin) {
    const detail::config_reader config(text, origin);
    const std::string type = config.text("model_type");
    const auto family = std::find_if(detail::model_families.begin(), detail::model_families.end(),
                                     [&](const auto& each) { return each.model_type == type; });
    if (family == detail::model_families.end()) detail::refuse_model_type(config);
    decoder result = family->read(config);
    detail::finish(config, result);
    return result;
}

BOUILLON_DEFINITION decoder read_config(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw input_error(path.string() + ": cannot be read");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    return parse_config(text, path.string());
}

}  // namespace bouillon
