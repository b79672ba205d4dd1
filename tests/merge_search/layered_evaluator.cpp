// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/layered_evaluator.hpp>

#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/merge_search/resident_evaluator.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

using namespace bouillon;
namespace fs = std::filesystem;

namespace {

const fs::path run = BOUILLON_EXAMPLE_DATA;

checkpoint_set last_two() { return open_checkpoints(std::vector<fs::path>{run / "step-02280", run / "step-02400"}); }

auto make_scorer(const checkpoint_set& checkpoints) {
    return document_scorer(causal_language_model(read_config(*checkpoints.newest().config_path()), xtensor_backend{}));
}

}  // namespace

static_assert(partial_merge_evaluator<
              layered_evaluator<xtensor_backend, document_scorer<causal_language_model<xtensor_backend>>>>);

TEST_CASE("losses layer by layer are those of a merge that is held as a whole, bit for bit") {
    const auto checkpoints = last_two();
    const tensor_groups alike;
    const auto search = read_held_out(run / "search.safetensors"), test = read_held_out(run / "test.safetensors");
    resident_evaluator whole(make_resident(checkpoints, xtensor_backend{}), make_scorer(checkpoints), search, test);
    layered_evaluator layered(checkpoints, alike, xtensor_backend{}, make_scorer(checkpoints), search, test);
    const std::vector<double> weights = {0.37, 0.63};
    CHECK(layered(weights, document_set::test).losses == whole(weights, document_set::test).losses);
    const std::vector<std::size_t> some = {3, 1};
    const auto measured = layered(weights, some);
    CHECK(measured.losses == whole(weights, some).losses);
    CHECK(measured.merge_seconds > 0);
    CHECK(measured.score_seconds > 0);
}

TEST_CASE("the largest layer is one layer's tensors, or a table that is larger") {
    const auto checkpoints = last_two();
    std::size_t layer = 0, table = 0;
    for (const auto& tensor : checkpoints.tensors()) {
        if (tensor.name.starts_with("model.layers.0.")) layer += 2 * tensor.elements();
        if (tensor.name == "model.embed_tokens.weight") table = 2 * tensor.elements();
    }
    CHECK(largest_layer(checkpoints, {}) == std::max(layer, table));
    CHECK(largest_layer(checkpoints, {.layers = "nothing."}) == table);
    CHECK(largest_layer(checkpoints, {.layers = "left.out.model.layers.", .older_prefix = "left.out."}) ==
          std::max(layer, table));
}
