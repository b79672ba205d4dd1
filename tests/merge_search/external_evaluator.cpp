// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/external_evaluator.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace bouillon;
namespace fs = std::filesystem;

TEST_CASE("a command of the user's measures the checkpoint that is written for it, which is then removed") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(pair);
    const temporary_directory folder;
    const std::string note = (folder.path() / "path").string();
    external_evaluator evaluate(checkpoints, {"echo {checkpoint} > " + note + " && cat {checkpoint}/* | wc -c"});
    const auto losses = evaluate(std::vector{0.5, 0.5}, document_set::search).losses;
    REQUIRE(losses.size() == 1);
    CHECK(losses[0] > 1e6);
    std::string seen;
    std::ifstream(note) >> seen;
    CHECK(fs::path(seen).filename() == "merged");
    { const auto gone = std::move(evaluate); }
    CHECK_FALSE(fs::exists(fs::path(seen).parent_path()));

    external_evaluator fails(checkpoints, {"exit 1"});
    CHECK_THROWS_AS(fails(std::vector{0.5, 0.5}, document_set::search), work_error);
}

TEST_CASE("a command gives the same number of losses each time, or its trial failed") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(pair);
    const temporary_directory folder;
    const std::string count = (folder.path() / "count").string();
    const std::string command = "echo >> " + count + "; [ $(wc -l < " + count + ") = 2 ] && echo [1] || echo '[3, 4]'";
    external_evaluator evaluate(checkpoints, {command});
    const std::vector<double> newest = {0.0, 1.0};
    CHECK(evaluate(newest, document_set::search).losses == std::vector{3.0, 4.0});
    CHECK_THROWS_WITH_AS(evaluate(newest, document_set::search),
                         ("scorer `" + command + "`: gave 1 losses, but 2 at first").c_str(), work_error);
    CHECK(evaluate(newest, document_set::search).losses.size() == 2);
}
