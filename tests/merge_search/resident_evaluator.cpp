// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/resident_evaluator.hpp>

#include <bouillon/core/temporary_directory.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <tensor/device_on_host.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

using namespace bouillon;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> steps_of(const fs::path& run) {
    std::vector<fs::path> steps;
    for (const auto& entry : fs::directory_iterator(run))
        if (entry.is_directory()) steps.push_back(entry.path());
    std::sort(steps.begin(), steps.end());
    return steps;
}

template <class Backend>
auto make_evaluator(const checkpoint_set& checkpoints, const Backend& backend, const fs::path& run,
                    const document_scorer_options& options = {}) {
    const auto config = read_config(*checkpoints.newest().config_path());
    return resident_evaluator(make_resident(checkpoints, backend),
                              document_scorer(causal_language_model(config, backend), options),
                              read_held_out(run / "search.safetensors"), read_held_out(run / "test.safetensors"));
}

/// The largest difference between our document losses and PyTorch's, over both document sets of the example
/// trajectory's checkpoints from `first` on.
template <class Backend>
double largest_difference(const Backend& backend, std::size_t first = 0) {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    nlohmann::json reference;
    std::ifstream(run / "reference.json") >> reference;
    const auto checkpoints = open_checkpoints(steps_of(run));
    auto evaluate = make_evaluator(checkpoints, backend, run);
    double largest = 0;
    for (std::size_t k = first; k < checkpoints.size(); ++k)
        for (const auto set : {document_set::search, document_set::test}) {
            std::vector<double> only(checkpoints.size(), 0.0);
            only[k] = 1;
            const auto losses = evaluate(only, set).losses;
            const std::vector<double> expected =
                reference["losses"][checkpoints[k].name()][set == document_set::search ? "search" : "test"];
            REQUIRE(losses.size() == expected.size());
            for (std::size_t i = 0; i < losses.size(); ++i)
                largest = std::max(largest, std::abs(losses[i] - expected[i]));
        }
    return largest;
}

}  // namespace

TEST_CASE("every document's loss is PyTorch's, on each checkpoint of the example trajectory") {
    CHECK(largest_difference(xtensor_backend{}) < 1e-4);
    CHECK(largest_difference(default_thrust_backend{}, 7) < 1e-4);
}

TEST_CASE("a merge measured in memory is the merge that is written") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(pair);
    const std::vector<double> weights = {0.37, 0.63};
    auto evaluate = make_evaluator(checkpoints, xtensor_backend{}, run);
    const auto in_memory = evaluate(weights, document_set::search).losses;

    const temporary_directory folder;
    write_merged(checkpoints, weights, folder.path() / "merged");
    const std::vector<fs::path> written = {folder.path() / "merged"};
    auto evaluate_written = make_evaluator(open_checkpoints(written), xtensor_backend{}, run);
    CHECK(evaluate_written(std::vector{1.0}, document_set::search).losses == in_memory);
}

TEST_CASE("some documents have the losses that they have among all, whatever was measured before") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    auto evaluate = make_evaluator(open_checkpoints(pair), xtensor_backend{}, run);
    const std::vector<double> even = {0.5, 0.5}, other = {0.25, 0.75};
    const auto all = evaluate(even, document_set::search).losses;
    const std::vector<std::size_t> some = {40, 7};
    for (const auto& weights : {even, other, even}) {
        const auto losses = evaluate(weights, some).losses;
        REQUIRE(losses.size() == 2);
        if (weights != even) continue;
        CHECK(losses[0] == doctest::Approx(all[40]).epsilon(1e-6));
        CHECK(losses[1] == doctest::Approx(all[7]).epsilon(1e-6));
    }
}

TEST_CASE("a device multiplying in bfloat16 gives losses of float32 but for small errors of either sign") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const auto checkpoints = open_checkpoints(std::vector{run / "step-02400"});
    const std::vector whole = {1.0};
    const auto exact = make_evaluator(checkpoints, xtensor_backend{}, run)(whole, document_set::test).losses;
    const thrust_backend<device_on_host> device({{}, precision::bf16});
    auto evaluate = make_evaluator(checkpoints, device, run, {.rows = 512, .equal_rows = true});
    const auto rounded = evaluate(whole, document_set::test).losses;
    REQUIRE(rounded.size() == exact.size());
    double sum = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        CHECK(std::abs(rounded[i] - exact[i]) < 2e-3);
        sum += rounded[i] - exact[i];
    }
    CHECK(std::abs(sum / static_cast<double>(exact.size())) < 2e-4);
    const std::vector<std::size_t> some = {40, 7};
    const auto alone = evaluate(whole, some).losses;
    auto other = make_evaluator(checkpoints, device, run, {.rows = 1024, .equal_rows = true});
    CHECK(other(whole, some).losses == alone);  // whatever else is in a batch
}
