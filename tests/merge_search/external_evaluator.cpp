// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/external_evaluator.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/core/temporary_directory.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/measured_merges.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <thread>
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
    CHECK_FALSE(fs::exists(fs::path(seen).parent_path().parent_path()));

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

TEST_CASE("several commands run at once, each in a slot of its own, on a merge of its own") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(pair);
    const temporary_directory folder;
    const std::string marks = (folder.path() / "slot-").string();
    // A slot's mark is made by nobody else while its command runs, and two commands wait until both run.
    const std::string command = "mkdir " + marks + "{slot} && while [ $(ls -d " + marks +
                                "* | wc -l) -lt 2 ]; do sleep 0.01; done; sleep 0.1; rmdir " + marks +
                                "{slot}; cksum < {checkpoint}/model.safetensors"
                                " | cut -d' ' -f1; echo {trial} {checkpoint} >&2";
    const auto name = [](std::span<const double> weights) {
        return merge_name{"half-" + to_string(2 * weights[0]), {}};
    };
    external_evaluator evaluate(checkpoints, {command, std::chrono::seconds(20)},
                                {.slots = 2, .scratch = folder.path(), .logs = folder.path() / "logs", .name = name});
    measured_merges measure(evaluate, &evaluate.monitor());
    const std::vector<std::vector<double>> candidates = {{0.0, 1.0}, {0.5, 0.5}, {1.0, 0.0}, {1.5, -0.5}};
    measure.prepare(candidates, document_set::search);
    CHECK(measure.search_documents_scored() == 4);
    std::set<double> sums;
    for (const auto& weights : candidates) sums.insert(measure(weights, document_set::search).losses.front());
    CHECK(sums.size() == 4);
    CHECK(measure.search_documents_scored() == 4);
    std::string first, path;
    std::ifstream(folder.path() / "logs" / "half-1.log") >> first >> first >> path;
    CHECK(path.starts_with(folder.path().string()));
}

TEST_CASE("a measurement that is told to stop is no trial that failed, and its command is ended") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<fs::path> pair = {run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(pair);
    std::atomic<bool> stop{false};
    external_evaluator evaluate(checkpoints, {"sleep 60"}, {.retries = 5, .write = {.stop = &stop}, .slots = 3});
    measured_merges measure(evaluate, &evaluate.monitor());
    const std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        stop = true;
    });
    CHECK_THROWS_AS(measure.prepare({{0.0, 1.0}, {0.5, 0.5}, {1.0, 0.0}}, document_set::search), interrupted);
}

TEST_CASE("no slot is refused") {
    CHECK_THROWS_WITH_AS(check(external_options{.slots = 0}), "external_options.slots is 0, but it must be 1 or more",
                         input_error);
}
