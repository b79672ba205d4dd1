// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/cohere.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("both halves of Cohere's layers read one norm without biases, and logits are scaled") {
    const auto model = read(detail::read_cohere, small("cohere"));
    CHECK(model.parallel_residual);
    CHECK_FALSE(model.feed_forward_norms.input);
    CHECK(model.norm == norm_settings{.kind = norm_settings::function::layer, .epsilon = 1e-5});
    CHECK(model.interleaved_rotary);
    CHECK(model.logit_scale == 0.0625);
    CHECK(model.tied_head);
    CHECK(model.rotaries.at(0).theta == 500000);
    CHECK(read(detail::read_cohere, small("cohere", {{"use_qk_norm", true}})).query_key ==
          query_key_norm{.over = query_key_norm::extent::each_head, .norm = model.norm});
}

TEST_CASE("Cohere 2 turns the layers alone that attend to a window") {
    const auto model =
        read(detail::read_cohere2,
             small("cohere2", {{"sliding_window", 16}, {"layer_switch", 4}, {"use_parallel_embedding", true}}));
    CHECK(test::reaches(model) == std::vector<std::size_t>{16, 16, 16, 0});
    CHECK(test::turns(model) == std::vector<int>{0, 0, 0, -1});
    CHECK(model.rotaries.at(0).theta == 10000);
    CHECK(test::turns(read(detail::read_cohere2, small("cohere2", {{"sliding_window_pattern", 2}}))) ==
          std::vector<int>{0, -1, 0, -1});
    check_refused(detail::read_cohere2, small("cohere2", {{"use_parallel_block", false}}),
                  "'use_parallel_block' is false (supported so far: true)");
    check_refused(detail::read_cohere2, small("cohere2", {{"use_qk_norm", true}}),
                  "'use_qk_norm' is true (bouillon does not know this field; remove it if it does not change the "
                  "model)");
}
