// SPDX-License-Identifier: Apache-2.0
// What the library takes from the headers: checkpoints are opened, merged and known by their recipe, and a search runs.
//   consumer RUN_FOLDER
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/recipe.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

#include <filesystem>
#include <vector>

#ifndef BOUILLON_COMPILED
#    error "the headers define what the library has"
#endif

int main(int, char** argv) {
    const std::filesystem::path run = argv[1], output = "merged.safetensors";
    const std::vector<std::filesystem::path> paths = {run / "step-02280", run / "step-02400"};
    const std::vector<double> merge_weights = {0.25, 0.75};
    bouillon::write_merged(bouillon::open_checkpoints(paths), merge_weights, output, {.force = true});
    const auto recipe = bouillon::read_recipe(output);

    bouillon::bayesian_search search(bouillon::interval{}, {.budget = 8});
    while (!search.done()) {
        const auto trial = search.suggest();
        const double x = trial.merge_weights.back();
        search.observe(trial, (x - 0.75) * (x - 0.75));
    }
    const double best = search.recommendation().merge_weights.back();
    return recipe.inputs.size() == 2 && recipe.inputs[1].merge_weights[0] == 0.75 && best > 0.7 && best < 0.8 ? 0 : 1;
}
