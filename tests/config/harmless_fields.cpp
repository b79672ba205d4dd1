// SPDX-License-Identifier: Apache-2.0
#include <bouillon/config/harmless_fields.hpp>
#include <bouillon/config/config_meaning.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string_view>

using namespace bouillon;

TEST_CASE("harmless fields are in order, each once") {
    const auto& fields = detail::harmless_fields;
    CHECK(std::is_sorted(fields.begin(), fields.end()));
    CHECK(std::set<std::string_view>(fields.begin(), fields.end()).size() == fields.size());
    CHECK(detail::is_harmless("use_cache"));
    CHECK_FALSE(detail::is_harmless("rope_theta"));
}

TEST_CASE("what changes the arithmetic is not harmless") {
    for (const std::string_view field : detail::arithmetic_fields)
        if (field != "model_type") CHECK_MESSAGE(!detail::is_harmless(field), field);
}

TEST_CASE("the values with which fields do nothing are JSON") {
    for (const auto& [field, value] : detail::idle_fields) {
        CHECK_MESSAGE(nlohmann::json::accept(value), field);
        CHECK_FALSE(detail::is_harmless(field));
    }
}
