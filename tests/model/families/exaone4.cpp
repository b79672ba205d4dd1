// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/exaone4.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("EXAONE 4 has norms behind each half of a layer and on heads") {
    const auto model = read(detail::read_exaone4, small("exaone4", {{"sliding_window", 16}}));
    CHECK(model.attention_norms == norm_places{.input = false, .output = true});
    CHECK(model.query_key.over == query_key_norm::extent::head);
    CHECK(model.names.feed_forward_output_norm == "post_feedforward_layernorm");
}

TEST_CASE("EXAONE 4 does not turn the layers that attend to all where there are windows") {
    const auto turns = [](const json& more) { return test::turns(read(detail::read_exaone4, small("exaone4", more))); };
    const std::vector<std::string> full(4, "full_attention");
    CHECK(turns({{"sliding_window", 16}, {"sliding_window_pattern", 2}}) == std::vector<int>{0, -1, 0, -1});
    CHECK(turns({{"sliding_window", 16}, {"layer_types", full}}) == std::vector<int>(4, -1));
    CHECK(turns({{"sliding_window", nullptr}, {"layer_types", full}, {"sliding_window_pattern", "LLLG"}}) ==
          std::vector<int>(4, 0));
    check_refused(detail::read_exaone4, small("exaone4", {{"attention_bias", true}}),
                  "'attention_bias' is true (bouillon does not know this field; remove it if it does not change the "
                  "model)");
}
