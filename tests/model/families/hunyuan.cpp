// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/families/hunyuan.hpp>

#include "model/families/read.hpp"

using namespace bouillon;
using test::check_refused, test::json, test::read, test::small;

TEST_CASE("HunYuan's heads have norms after they are turned") {
    const auto model = read(detail::read_hunyuan, small("hunyuan_v1_dense"));
    CHECK(model.query_key ==
          query_key_norm{.over = query_key_norm::extent::head, .norm = {.epsilon = 1e-5}, .after_rotation = true});
    CHECK(model.names.key_norm == "self_attn.key_layernorm");
    check_refused(detail::read_hunyuan, small("hunyuan_v1_dense", {{"use_qk_norm", false}}),
                  "'use_qk_norm' is false (supported so far: true)");
}

TEST_CASE("HunYuan's base of positions grows by a power of its alpha") {
    const json scaling = {{"type", "dynamic"}, {"alpha", 1000.0}, {"factor", 1.0}, {"beta_fast", 32}};
    const auto model =
        read(detail::read_hunyuan, small("hunyuan_v1_dense", {{"head_dim", 8}, {"rope_scaling", scaling}}));
    CHECK(model.rotaries.at(0).theta == doctest::Approx(10000 * std::pow(1000.0, 8 / 6.0)));
    CHECK(model.rotaries.at(0).factor == 1);
}

TEST_CASE("fields that HunYuan's published files have beside its class's are read or refused") {
    const json published = {{"add_classification_head", false},
                            {"class_num", 0},
                            {"use_rotary_pos_emb", true},
                            {"cla_share_factor", 2},
                            {"norm_type", "rms"},
                            {"org_vocab_size", 128167}};
    CHECK(read(detail::read_hunyuan, small("hunyuan_v1_dense", published)) ==
          read(detail::read_hunyuan, small("hunyuan_v1_dense")));
    check_refused(detail::read_hunyuan, small("hunyuan_v1_dense", {{"norm_type", "layer"}}),
                  "'norm_type' is \"layer\" (supported so far: \"rms\")");
}
