// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/tensor_groups.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;
using names = std::vector<std::string>;

namespace {

names llama(std::size_t layers) {
    names tensors = {"model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"};
    for (std::size_t i = 0; i < layers; ++i)
        for (const char* const part : {"self_attn.q_proj", "mlp.down_proj", "input_layernorm"})
            tensors.push_back("model.layers." + std::to_string(i) + "." + part + ".weight");
    return tensors;
}

/// The names of the groups that tensors are in.
names groups_of(const tensor_groups& groups, const names& tensors) {
    names result;
    for (const auto& tensor : tensors) result.push_back(groups.groups.at(groups.of(tensor)).name);
    return result;
}

std::string refusal(const tensor_groups& given, const names& tensors) {
    try {
        complete_groups(given, tensors);
    } catch (const input_error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("without groups all tensors are one") {
    CHECK(tensor_groups().size() == 1);
    CHECK(tensor_groups().of("anything") == 0);
}

TEST_CASE("a tensor belongs to the first group that holds it") {
    const tensor_groups groups{{{"first", {"*.a"}}, {"second", {"b.?", "c.*"}}}};
    CHECK(groups.size() == 2);
    CHECK(groups.of("b.a") == 0);
    CHECK(groups.of("b.x") == 1);
    CHECK(groups.of("c.x.y") == 1);
    CHECK_THROWS_WITH_AS(groups.of("b.xy"), "tensor 'b.xy' is in none of the groups first, second", input_error);
}

TEST_CASE("what no group holds is the rest") {
    const auto groups = complete_groups({{{"attention", {"*attn*"}}}}, llama(1));
    CHECK(groups_of(groups, {"model.layers.0.self_attn.q_proj.weight", "lm_head.weight"}) ==
          names{"attention", "rest"});
    CHECK(complete_groups({{{"all", {"*"}}}}, llama(1)).size() == 1);
}

TEST_CASE("a group that is left without a tensor is refused, and so is a name given twice") {
    CHECK(refusal({{{"typing error", {"*atn*"}}}}, llama(1)) ==
          "group 'typing error' holds no tensor: no name fits its patterns, or groups before it hold them");
    CHECK(refusal({{{"all", {"*"}}, {"norms", {"*norm*"}}}}, llama(1)).find("'norms' holds no tensor") == 6);
    CHECK(refusal({{{"a", {"*attn*"}}, {"a", {"*mlp*"}}}}, llama(1)) == "two groups are called 'a'");
}

TEST_CASE("a Llama and a GPT-NeoX fall into the parts of a transformer") {
    CHECK(groups_of(groups_by_part(llama(1)), llama(1)) ==
          names{"embeddings", "norms", "head", "attention", "mlp", "norms"});
    const names neox = {"gpt_neox.embed_in.weight", "gpt_neox.layers.0.attention.query_key_value.weight",
                        "gpt_neox.layers.0.post_attention_layernorm.bias", "gpt_neox.layers.0.mlp.dense_4h_to_h.bias",
                        "embed_out.weight"};
    CHECK(groups_of(groups_by_part(neox), neox) == names{"embeddings", "attention", "norms", "mlp", "head"});
}

TEST_CASE("a part that the model lacks is no group, and what is no part is the rest") {
    CHECK(groups_by_part(names{"x.attn.q", "something"}).names() == "attention, rest");
}

TEST_CASE("layers are divided by depth into runs whose lengths differ by one at most") {
    const auto groups = groups_by_depth(llama(12), 5);
    CHECK(groups.names() == "layers 0 to 2, layers 3 to 4, layers 5 to 7, layers 8 to 9, layers 10 to 11, rest");
    CHECK(groups_of(groups, {"model.layers.1.mlp.down_proj.weight", "model.layers.10.mlp.down_proj.weight"}) ==
          names{"layers 0 to 2", "layers 10 to 11"});
    CHECK(groups_of(groups, {"lm_head.weight"}) == names{"rest"});
    CHECK_THROWS_WITH_AS(groups_by_depth(llama(2), 3), "2 layers cannot be divided into 3 groups", input_error);
    CHECK_THROWS_WITH_AS(groups_by_depth(names{"weight"}, 1), "0 layers cannot be divided into 1 groups", input_error);
}
