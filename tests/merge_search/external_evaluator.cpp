// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/external_evaluator.hpp>

#include <bouillon/core/error.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

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

TEST_CASE("a command that fails is run again as often as it may, on a merge that is written anew") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(pair);
    const temporary_directory folder;
    const std::string count = (folder.path() / "count").string();
    const std::string command = "test -f {checkpoint}/model.safetensors && rm -r {checkpoint} && echo >> " + count +
                                "; [ $(wc -l < " + count + ") = 3 ] && echo 2.5";
    const std::vector<double> newest = {0.0, 1.0};
    external_evaluator once(checkpoints, {command}, {.retries = 1});
    CHECK_THROWS_AS(once(newest, document_set::search), work_error);
    CHECK(once(newest, document_set::search).losses == std::vector{2.5});
    CHECK_THROWS_AS(once(newest, document_set::search), work_error);
    std::ifstream lines(count);
    std::size_t runs = 0;
    for (std::string line; std::getline(lines, line);) ++runs;
    CHECK(runs == 5);
}

TEST_CASE("a merge beyond its type's range is a trial that failed") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(pair);
    const std::vector<double> huge = {-1e38, 1e39};
    external_evaluator refuses(checkpoints, {"echo 2.5"});
    CHECK_THROWS_AS(refuses(huge, document_set::search), work_error);
    external_evaluator passes(checkpoints, {"echo 2.5"}, {.write = {.allow_non_finite = true}});
    CHECK(passes(huge, document_set::search).losses == std::vector{2.5});
}

TEST_CASE("some of the documents that a command measures are set aside, and cost no second run") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(pair);
    const temporary_directory folder;
    const fs::path count = folder.path() / "count";
    const std::string command = "echo >> " + count.string() + "; seq -s, 0 23 | sed 's/^/[/; s/$/]/'";
    const auto runs = [&] {
        std::ifstream lines(count);
        std::size_t n = 0;
        for (std::string line; std::getline(lines, line);) ++n;
        return n;
    };
    external_evaluator evaluate(checkpoints, {command}, {}, {.share = 1.0 / 3, .seed = 5});
    CHECK(evaluate.confirming() == 0);
    const std::vector<double> newest = {0, 1}, middle = {0.5, 0.5};
    const auto split = split_documents(24, 1.0 / 3, 5);
    const auto measured = evaluate(newest, document_set::search);
    const auto& search = measured.losses;
    CHECK(measured.beside == std::vector<double>(split.confirm.begin(), split.confirm.end()));
    CHECK(evaluate.confirming() == 8);
    CHECK(search == std::vector<double>(split.search.begin(), split.search.end()));
    CHECK(evaluate(newest, document_set::test).beside.empty());
    CHECK(evaluate(newest, document_set::test).losses ==
          std::vector<double>(split.confirm.begin(), split.confirm.end()));
    CHECK(runs() == 1);
    const auto tested = evaluate(middle, document_set::test);  // a merge that no trial met
    CHECK(tested.losses.size() == 8);
    CHECK(tested.beside.size() == 16);
    CHECK(runs() == 2);
    evaluate(newest, document_set::search);  // asked anew, it is measured anew
    CHECK(runs() == 3);
}

TEST_CASE("a command that prints one number or too few has nothing to set aside") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(pair);
    for (const std::string printed : {"2.5", "[2.5, 3.5, 4.5]"}) {
        external_evaluator evaluate(checkpoints, {"echo '" + printed + "'"}, {}, {.share = 0.5});
        const auto losses = evaluate(std::vector{0.0, 1.0}, document_set::search).losses;
        CHECK(losses.front() == 2.5);
        CHECK(evaluate.confirming() == 0);
        CHECK(evaluate(std::vector{0.0, 1.0}, document_set::test).losses == losses);
    }
}

TEST_CASE("a share to confirm with that leaves nothing to search by is refused") {
    CHECK_NOTHROW(check(confirm_options{.share = 0}));
    for (const double share : {1.0, -0.1, double(NAN)})
        CHECK_THROWS_AS(check(confirm_options{.share = share}), input_error);
    CHECK_THROWS_WITH_AS(check(confirm_options{.share = 1}), "confirm.share is 1, but it must be 0 or more and below 1",
                         input_error);
}
