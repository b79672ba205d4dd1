// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/rotary.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// Whether a family's class turns a part of each head where a file asks for it, or only where positions are scaled.
enum class rotary_share { always, scaled };

/// What YaRN multiplies sines and cosines by for a factor; 1 where nothing is stretched.
inline double yarn_amplitude(double factor, double multiplier) {
    return factor <= 1 ? 1 : 0.1 * multiplier * std::log(factor) + 1;
}

/// The settings of one kind of layers, read one by one.
class rotary_reader {
 public:
    rotary_reader(const config_reader& config, const std::string& layers)
        : config_(config), prefix_("rope " + layers + ' ') {}

    bool has(const char* setting) const {
        return config_.has(prefix_ + setting) && !config_.is(prefix_ + setting, 0);  // which says nothing either
    }
    double number(const char* setting) const { return config_.number(prefix_ + setting); }
    double number_or(const char* setting, double fallback) const {
        return config_.number_or(prefix_ + setting, fallback);
    }
    bool flag(const char* setting) const { return config_.flag(prefix_ + setting); }
    std::string text(const char* setting) const { return config_.text(prefix_ + setting); }
    std::vector<double> numbers(const char* setting) const { return config_.numbers(prefix_ + setting); }
    void pass_over(const char* setting) const { config_.pass_over(prefix_ + setting); }
    [[noreturn]] void refuse(const char* setting, const std::string& why) const {
        config_.refuse(prefix_ + setting, why);
    }

 private:
    const config_reader& config_;
    std::string prefix_;
};

inline void read_llama3(const rotary_reader& settings, rotary_settings& rotary) {
    rotary.kind = rotary_settings::scaling::llama3;
    rotary.factor = settings.number("factor");
    rotary.low_factor = settings.number("low_freq_factor");
    rotary.high_factor = settings.number("high_freq_factor");
    rotary.original_context = settings.number("original_max_position_embeddings");
    if (rotary.high_factor <= rotary.low_factor)
        settings.refuse("high_freq_factor", "it must be above 'low_freq_factor'");
}

/// Reference: Hugging Face transformers, modeling_rope_utils, _compute_yarn_parameters.
inline void read_yarn(const rotary_reader& settings, rotary_settings& rotary) {
    rotary.kind = rotary_settings::scaling::yarn;
    rotary.original_context = settings.number("original_max_position_embeddings");
    rotary.factor = settings.number("factor");
    rotary.fast = settings.number("beta_fast");
    rotary.slow = settings.number("beta_slow");
    rotary.whole_dimensions = settings.flag("truncate");
    rotary.amplitude = yarn_amplitude(rotary.factor, 1);
    if (settings.has("mscale") && settings.has("mscale_all_dim"))
        rotary.amplitude = yarn_amplitude(rotary.factor, settings.number("mscale")) /
                           yarn_amplitude(rotary.factor, settings.number("mscale_all_dim"));
    rotary.amplitude = settings.number_or("attention_factor", rotary.amplitude);
    settings.has("attn_factor");  // as some files have it, and no class reads
}

/// Reference: Hugging Face transformers, modeling_rope_utils, _compute_longrope_parameters.
inline void read_long_rope(const rotary_reader& settings, rotary_settings& rotary) {
    rotary.kind = rotary_settings::scaling::long_rope;
    rotary.original_context = settings.number("original_max_position_embeddings");
    rotary.short_factors = settings.numbers("short_factor");
    rotary.long_factors = settings.numbers("long_factor");
    for (const auto& [name, factors] :
         {std::pair("short_factor", &rotary.short_factors), std::pair("long_factor", &rotary.long_factors)})
        if (factors->size() != rotary.dims / 2)
            settings.refuse(name, to_string(rotary.dims / 2) + " numbers are needed, one for each pair of dimensions");
    const double factor = settings.number("factor");
    if (factor > 1) rotary.amplitude = std::sqrt(1 + std::log(factor) / std::log(rotary.original_context));
    rotary.amplitude = settings.number_or("attention_factor", rotary.amplitude);
}

/// Dynamic scaling starts behind the context that a model was trained with, which no window exceeds; HunYuan's has a
/// base of its own in all windows.
inline void read_dynamic(const rotary_reader& settings, rotary_settings& rotary) {
    for (const char* const unused : {"original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow",
                                     "mscale", "mscale_all_dim", "factor"})
        settings.pass_over(unused);
    if (!settings.has("alpha")) return;
    const auto dims = static_cast<double>(rotary.dims);
    rotary.theta *= std::pow(settings.number("alpha"), dims / (dims - 2));
}

/// How the queries and keys of layers of one kind are turned.
/// @param config the file
/// @param head_dim elements, of which a share is turned
/// @param layers "full_attention" or "sliding_attention"
/// @return nothing where a file says that they are not turned
/// @throws input_error
inline std::optional<rotary_settings> read_rotary(const config_reader& config, std::size_t head_dim,
                                                  rotary_share shares = rotary_share::scaled,
                                                  const std::string& layers = "full_attention") {
    const rotary_reader settings(config, layers);
    const std::string kind = settings.text("rope_type");
    if (kind == "none") return std::nullopt;
    rotary_settings rotary;
    rotary.theta = settings.number("rope_theta");
    const double share = settings.number("partial_rotary_factor");
    if (share > 1) settings.refuse("partial_rotary_factor", "at most 1.0 is possible");
    rotary.dims = static_cast<std::size_t>(static_cast<double>(head_dim) * share);
    if (kind == "default" && shares == rotary_share::scaled && share != 1)
        settings.refuse("partial_rotary_factor", "supported so far: 1.0");
    if (rotary.dims == 1 && shares == rotary_share::always)
        rotary.dims = 2;  // transformers rounds odd numbers up but for the frequencies, which are the same here
    if (rotary.dims == 0 || rotary.dims % 2 != 0 || rotary.dims > head_dim)
        throw input_error(config.origin() + ": " + to_string(rotary.dims) + " of a head's " + to_string(head_dim) +
                          " dimensions cannot be rotated: an even number is needed");
    if (kind == "linear")
        rotary.factor = settings.number("factor");
    else if (kind == "llama3")
        read_llama3(settings, rotary);
    else if (kind == "yarn")
        read_yarn(settings, rotary);
    else if (kind == "longrope")
        read_long_rope(settings, rotary);
    else if (kind == "dynamic")
        read_dynamic(settings, rotary);
    else if (kind != "default")
        settings.refuse("rope_type",
                        R"(supported so far: "default", "linear", "dynamic", "llama3", "yarn", "longrope")");
    return rotary;
}

}  // namespace bouillon::detail
