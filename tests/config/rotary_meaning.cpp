// SPDX-License-Identifier: Apache-2.0
#include <bouillon/config/rotary_meaning.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bouillon;
using nlohmann::json;

namespace {

detail::config_meaning meaning_of_rotary(const json& config) {
    detail::config_meaning meaning;
    detail::add_rotary_meaning(meaning, detail::config_fields(config));
    return meaning;
}

}  // namespace

TEST_CASE("base, share and kind are found inside, beside and by default") {
    const auto neox = meaning_of_rotary({{"model_type", "gpt_neox"}, {"rotary_emb_base", 20000}});
    CHECK(neox.at("rope full_attention rope_theta").value == 20000);
    CHECK(neox.at("rope full_attention rope_theta").field == "rotary_emb_base");
    CHECK(neox.at("rope sliding_attention partial_rotary_factor").value == 0.25);
    CHECK(neox.at("rope full_attention rope_type").value == "default");
    const auto inside = meaning_of_rotary({{"rope_theta", 1}, {"rope_parameters", {{"rope_theta", 2}}}});
    CHECK(inside.at("rope full_attention rope_theta").value == 2);
    CHECK(meaning_of_rotary(json::object()).empty());
}

TEST_CASE("numbers that a kind of positions implies are filled in") {
    const json yarn = {{"max_position_embeddings", 64}, {"rope_scaling", {{"type", "yarn"}, {"factor", 2}}}};
    const auto meaning = meaning_of_rotary(yarn);
    CHECK(meaning.at("rope full_attention original_max_position_embeddings").value == 64);
    CHECK(meaning.at("rope full_attention beta_fast").value == 32);
    CHECK(meaning.at("rope full_attention attention_factor").value.is_null());
    const json longrope = {{"max_position_embeddings", 64},
                           {"original_max_position_embeddings", 16},
                           {"rope_scaling", {{"type", "su"}, {"short_factor", {1.0}}}}};
    CHECK(meaning_of_rotary(longrope).at("rope full_attention rope_type").value == "longrope");
    CHECK(meaning_of_rotary(longrope).at("rope full_attention factor").value == 4);
}

TEST_CASE("a scaled base of full attention is not that of windows where a class has both") {
    const json stretched = {{"model_type", "olmo3"}, {"rope_scaling", {{"rope_type", "linear"}, {"factor", 8}}}};
    const auto meaning = meaning_of_rotary(stretched);
    CHECK(meaning.at("rope full_attention rope_type").value == "linear");
    CHECK(meaning.at("rope sliding_attention rope_type").value == "default");
    CHECK_FALSE(meaning.contains("rope sliding_attention factor"));
    const auto local = meaning_of_rotary({{"model_type", "gemma3_text"}});
    CHECK(local.at("rope full_attention rope_theta").value == 1e6);
    CHECK(local.at("rope sliding_attention rope_theta").value == 1e4);
}

TEST_CASE("the base of windows stands beside the sizes under a name of its own") {
    const auto meaning = meaning_of_rotary({{"model_type", "gemma3_text"},
                                            {"rope_theta", 5},
                                            {"rope_local_base_freq", 7},
                                            {"rope_scaling", {{"rope_type", "linear"}, {"factor", 8}}}});
    CHECK(meaning.at("rope full_attention rope_theta").value == 5);
    CHECK(meaning.at("rope sliding_attention rope_theta").value == 7);
    CHECK(meaning.at("rope sliding_attention rope_theta").field == "rope_local_base_freq");
}

TEST_CASE("older names are those of the classes that had them") {
    CHECK(meaning_of_rotary({{"model_type", "llama"}, {"rotary_pct", 0.5}, {"rotary_emb_base", 5}})
              .at("rope full_attention partial_rotary_factor")
              .value == 1);
    const auto phi3 = meaning_of_rotary({{"model_type", "phi3"}, {"rope_scaling", {{"type", "yarn"}}}});
    CHECK(phi3.at("rope full_attention rope_type").value == "longrope");
    CHECK(phi3.at("rope full_attention rope_type").field == "rope_scaling.type");
    CHECK(phi3.at("rope full_attention original_max_position_embeddings").value == 4096);
    CHECK(phi3.at("rope full_attention factor").value == 1);
}

TEST_CASE("what is beside a block counts before it unless the block is for one kind of layers") {
    const json scaled = {{"rope_type", "yarn"}, {"original_max_position_embeddings", 8}, {"truncate", false}};
    json config = {{"max_position_embeddings", 64}, {"original_max_position_embeddings", 16}, {"rope_scaling", scaled}};
    const auto flat = meaning_of_rotary(config);
    CHECK(flat.at("rope full_attention original_max_position_embeddings").value == 16);
    CHECK(flat.at("rope full_attention factor").value == 4);
    CHECK(flat.at("rope full_attention truncate").value == false);
    config["model_type"] = "olmo3";
    const auto by_kind = meaning_of_rotary(config);
    CHECK(by_kind.at("rope full_attention original_max_position_embeddings").value == 8);
    CHECK(by_kind.at("rope full_attention truncate").value == true);
}
