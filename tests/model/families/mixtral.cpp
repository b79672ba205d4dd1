// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/mixtral.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("Mixtral is a Mistral with experts in all layers") {
    const auto model = read(detail::read_mixtral, small("mixtral", {{"sliding_window", 16}}));
    CHECK(model.experts == expert_settings{.count = 8, .chosen = 2, .feed_forward = 48, .renormalised = true});
    CHECK(model.feed_forward == 0);
    CHECK(model.layers.front().experts);
    CHECK(model.rotaries.at(0).theta == 1e6);
    CHECK(test::reaches(model) == std::vector<std::size_t>(4, 16));
    CHECK(model.names.router == "block_sparse_moe.gate");
    CHECK(model.names.expert_down == "w2");
    CHECK(test::reaches(read(detail::read_mixtral, small("mixtral"))) == std::vector<std::size_t>(4, 0));
    check_refused(detail::read_mixtral, small("mixtral", {{"num_experts_per_tok", 9}}),
                  "'num_experts_per_tok' is 9 (there are 8 experts)");
}
