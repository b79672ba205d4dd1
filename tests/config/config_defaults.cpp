// SPDX-License-Identifier: Apache-2.0
#include <bouillon/config/config_defaults.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace bouillon;

TEST_CASE("defaults are those of a model's class, and none of a class that is not known") {
    CHECK(detail::default_of("llama", "tie_word_embeddings") == false);
    CHECK(detail::default_of("gemma", "tie_word_embeddings") == true);
    CHECK(detail::default_of("olmo3", "rope_theta") == 500000);
    CHECK(detail::default_of("helium", "rope_theta") == 100000);
    CHECK(detail::default_of("helium", "rms_norm_eps") == 1e-8);
    CHECK(detail::default_of("cohere2", "rope_theta") == 10000);
    CHECK(detail::default_of("seed_oss", "num_key_value_heads") == 8);
    CHECK(detail::default_of("gpt2", "max_position_embeddings") == 1024);
    CHECK(detail::default_of("olmo", "clip_qkv") == nullptr);
    CHECK_FALSE(detail::default_of("gpt", "tie_word_embeddings"));
    CHECK_FALSE(detail::default_of("", "tie_word_embeddings"));
    CHECK_FALSE(detail::default_of("llama", "clip_qkv"));
}

TEST_CASE("every default is JSON, and a class has one of a field") {
    std::set<std::string> seen;
    for (const auto& [field, value, types] : detail::config_defaults) {
        CAPTURE(field);
        CHECK(nlohmann::json::accept(value));
        std::string type;
        for (const char c : std::string(types) + ' ')
            if (c != ' ')
                type += c;
            else {
                CHECK_MESSAGE(seen.insert(std::string(field) + ' ' + type).second, type);
                type.clear();
            }
    }
}
