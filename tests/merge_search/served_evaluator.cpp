// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/served_evaluator.hpp>

#include <bouillon/core/temporary_directory.hpp>
#include <bouillon/merge_search/measured_merges.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

using namespace bouillon;
namespace fs = std::filesystem;

namespace {

checkpoint_set two_checkpoints() {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    return open_checkpoints(std::vector<fs::path>{run / "step-02280", run / "step-02400"});
}

/// A program of 24 documents whose losses are their numbers, which gives those that are asked for, and writes down the
/// requests.
std::string server(const fs::path& asked) {
    return "exec python3 -c 'import json, sys\n"
           "for line in sys.stdin:\n"
           "    request = json.loads(line)\n"
           "    open(\"" +
           asked.string() +
           "\", \"a\").write(line)\n"
           "    print(json.dumps(request.get(\"documents\", list(range(24)))), flush=True)'";
}

std::vector<std::string> lines_of(const fs::path& file) {
    std::ifstream stream(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

}  // namespace

TEST_CASE("a program that stays is asked for the documents that are needed and no others") {
    const auto checkpoints = two_checkpoints();
    const temporary_directory folder;
    served_evaluator evaluate(checkpoints, {server(folder.path() / "asked")}, {}, {.share = 1.0 / 3, .seed = 5});
    const std::vector<double> newest = {0, 1}, middle = {0.5, 0.5};
    const auto split = split_documents(24, 1.0 / 3, 5);
    const std::vector<double> search(split.search.begin(), split.search.end());
    const std::vector<double> confirm(split.confirm.begin(), split.confirm.end());
    const auto first = evaluate(newest, document_set::search);
    CHECK(first.losses == search);
    CHECK(first.beside == confirm);
    CHECK(evaluate.confirming() == 8);
    CHECK(evaluate.chooses_documents(newest));
    CHECK(evaluate.chooses_documents(newest));
    CHECK(evaluate(middle, std::vector<std::size_t>{3, 0}).losses == std::vector{search[3], search[0]});
    CHECK(evaluate(middle, document_set::search).losses == search);
    CHECK(evaluate(middle, document_set::search).beside.empty());
    CHECK(evaluate(middle, document_set::test).losses == confirm);
    CHECK(evaluate(middle, document_set::test).losses == confirm);  // kept: asked for once
    CHECK(lines_of(folder.path() / "asked").size() == 6);
}

TEST_CASE("a merge is written once for all questions about it and each has a place of its own") {
    const auto checkpoints = two_checkpoints();
    const temporary_directory folder;
    served_evaluator evaluate(checkpoints, {server(folder.path() / "asked")}, {.scratch = folder.path()});
    const std::vector<double> newest = {0, 1}, middle = {0.5, 0.5};
    evaluate(newest, document_set::search);
    REQUIRE(evaluate.chooses_documents(newest));
    CHECK(evaluate(newest, std::vector<std::size_t>{1}).merge_seconds < 1e-3);
    evaluate(middle, std::vector<std::size_t>{1});
    const auto path_in = [](const std::string& line) { return nlohmann::json::parse(line).at("checkpoint"); };
    const auto asked = lines_of(folder.path() / "asked");
    REQUIRE(asked.size() == 4);
    CHECK(path_in(asked[0]) == path_in(asked[2]));
    CHECK(path_in(asked[0]) != path_in(asked[3]));
    CHECK_FALSE(fs::exists(fs::path(path_in(asked[0]).get<std::string>())));  // the next took its place
    CHECK(fs::exists(fs::path(path_in(asked[3]).get<std::string>())));
}

TEST_CASE("a program that gives all documents whatever is asked for is asked for all") {
    const auto checkpoints = two_checkpoints();
    served_evaluator evaluate(checkpoints, {"while read -r line; do echo '[3, 1, 2]'; done"});
    const std::vector<double> newest = {0, 1};
    CHECK(evaluate(newest, document_set::search).losses == std::vector{3.0, 1.0, 2.0});
    CHECK_FALSE(evaluate.chooses_documents(newest));
    CHECK_THROWS_AS(evaluate(newest, std::vector<std::size_t>{1, 2}), work_error);
    served_evaluator one_number(checkpoints, {"while read -r line; do echo 2.5; done"});
    CHECK(one_number(newest, document_set::search).losses == std::vector{2.5});
    CHECK_FALSE(one_number.chooses_documents(newest));
}

TEST_CASE("a program that dies is started again for the next try") {
    const auto checkpoints = two_checkpoints();
    const temporary_directory folder;
    const std::string begun = (folder.path() / "begun").string();
    const std::string command =
        "echo >> " + begun + "; read -r line; [ $(wc -l < " + begun + ") = 3 ] && echo 2.5; exit 1";
    served_evaluator evaluate(checkpoints, {command}, {.retries = 2});
    CHECK(evaluate(std::vector{0.0, 1.0}, document_set::search).losses == std::vector{2.5});
    served_evaluator once(checkpoints, {"read -r line; exit 1"});
    CHECK_THROWS_AS(once(std::vector{0.0, 1.0}, document_set::search), work_error);
}

TEST_CASE("slots have programs of their own which answer side by side") {
    const auto checkpoints = two_checkpoints();
    const temporary_directory folder;
    const std::string marks = (folder.path() / "busy-").string();
    const std::string command = "while read -r line; do mkdir " + marks + "{slot}; while [ $(ls -d " + marks +
                                "* | wc -l) -lt 2 ]; do sleep 0.01; done; sleep 0.1; rmdir " + marks +
                                "{slot}; echo {slot}; done";
    served_evaluator evaluate(checkpoints, {command, std::chrono::seconds(20)}, {.slots = 2});
    measured_merges measure(evaluate, &evaluate.monitor());
    measure.prepare({{0.0, 1.0}, {0.5, 0.5}, {1.0, 0.0}, {0.25, 0.75}}, document_set::search);
    CHECK(measure.search_documents_scored() == 4);
}

TEST_CASE("a question about some documents that is asked again is about the same") {
    const auto checkpoints = two_checkpoints();
    const temporary_directory folder;
    const std::string mark = (folder.path() / "died").string();
    const std::string dies_once =
        "while read -r line; do case \"$line\" in *'[7]'*) [ -e " + mark + " ] || { touch " + mark +
        "; exit 1; }; echo 1.5;; *'documents'*) echo 1;; *) echo '[1, 2, 3, 4, 5, 6, 7, 8]';; esac; done";
    served_evaluator evaluate(checkpoints, {dies_once}, {.retries = 1});
    const std::vector<double> newest = {0, 1};
    evaluate(newest, document_set::search);
    REQUIRE(evaluate.chooses_documents(newest));
    CHECK(evaluate(newest, std::vector<std::size_t>{7}).losses == std::vector{1.5});
    CHECK(fs::exists(mark));
}
