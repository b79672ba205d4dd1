// SPDX-License-Identifier: Apache-2.0
// Finds the best merge of a run's last two checkpoints, in the process that scores it.
//   quickstart [RUN_FOLDER [OUTPUT_FOLDER]]
#include <bouillon/bouillon.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <cstdio>
#include <filesystem>
#include <vector>

int main(int argc, char** argv) {
    const std::filesystem::path run = argc > 1 ? argv[1] : "examples/data";
    const std::vector<std::filesystem::path> paths = {run / "step-02280", run / "step-02400"};
    const auto held_out = bouillon::read_held_out(run / "search.safetensors");
    const bouillon::xtensor_backend backend;

    const auto checkpoints = bouillon::open_checkpoints(paths);  // headers checked, nothing read yet
    const auto resident =
        bouillon::make_resident(checkpoints, backend);  // each tensor uploaded once, in its stored dtype
    const auto config = bouillon::read_config(paths.back() / "config.json");
    bouillon::document_scorer score(bouillon::causal_language_model(config, backend));

    const auto newest = score(resident.merge(std::vector{0.0, 1.0}), held_out);  // one loss per document
    auto options = bouillon::merge_search_options(newest, {1.0});  // it lies at 1: what others gain over it is sought
    options.budget = 8;
    bouillon::bayesian_search search(bouillon::interval{.lower = 0.0, .upper = 1.0}, options,
                                     bouillon::default_merge_acquisition{});

    while (!search.done()) {
        const auto trial = search.suggest();                     // a ticket and its merge weights
        const auto model = resident.merge(trial.merge_weights);  // one pass, one rounding
        const auto losses = score(model, held_out);              // one loss per document
        search.observe(trial, losses);                           // paired with the newest's: mean and variance
    }
    const auto best = search.recommendation();  // what can be counted on, not the luckiest trial
    std::printf("merge weights %.2f %.2f gain %.3f nats per token\n", best.merge_weights[0], best.merge_weights[1],
                -best.loss);
    if (argc > 2) bouillon::write_merged(checkpoints, best.merge_weights, argv[2]);  // atomic, ready to load
}
