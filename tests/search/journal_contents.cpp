// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal_contents.hpp>

#include <bouillon/search/journal.hpp>
#include <bouillon/space/box.hpp>

#include "scratch.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

constexpr const char* result_line = R"({"event":"result","decision":"merge"})"
                                    "\n";

/// The journal of a search of which one trial ended, one failed, one repeats the first and one is out.
std::string journal_text(const std::filesystem::path& path) {
    journaled_search search(bayesian_search(box{{-5, 0}, {10, 15}}, {.budget = 9}), path, {{"kernel", "matern52"}});
    const trial first = search.suggest(), second = search.suggest();
    search.observe(first, loss_estimate{0.5, 0.25}, std::vector{2.0, 3.0});
    search.fail(second, "no memory");
    search.observe(search.repeat(first), 1.0);
    search.suggest();
    return read_text(path);
}

}  // namespace

TEST_CASE("a journal is read as its search left it") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const std::string text = journal_text(path);
    const journal_contents contents = read_journal(path);
    CHECK(contents.header.at("settings").at("kernel") == "matern52");
    CHECK(contents.header.at("budget") == 9);
    REQUIRE(contents.trials.size() == 4);
    CHECK(contents.trials[0].observation.loss == 0.5);
    CHECK(contents.trials[0].observation.document_losses == std::vector{2.0, 3.0});
    CHECK(contents.trials[1].observation.reason == "no memory");
    CHECK(contents.trials[2].trial.point == contents.trials[0].trial.point);
    CHECK(contents.trials[3].observation.status == trial_status::pending);
    CHECK_FALSE(contents.result);
    CHECK(read_text(path) == text);
}

TEST_CASE("a journal can be read while its search goes on, and a line that is not whole is left out") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    journaled_search running(bayesian_search(box{{-5, 0}, {10, 15}}, {.budget = 9}), path, {});
    running.observe(running.suggest(), 1.0);
    CHECK(read_journal(path).trials.size() == 1);
    write_text(path, read_text(path) + R"({"event":"sugg)");
    CHECK(read_journal(path).trials.size() == 1);
}

TEST_CASE("the result of a search is its journal's last line, and holds no longer where trials follow") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const std::string text = journal_text(path);
    write_text(path, text + result_line);
    CHECK(read_journal(path).result->at("decision") == "merge");
    write_text(path, text + result_line + R"({"event":"fail","ticket":3,"reason":""})" + "\n");
    CHECK_FALSE(read_journal(path).result);
}

TEST_CASE("the budget of a search that was given more trials is the last one") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    write_text(path, journal_text(path) + result_line + R"({"event":"budget","budget":12})" + "\n");
    CHECK(read_journal(path).header.at("budget") == 12);
    CHECK_FALSE(read_journal(path).result);
}

TEST_CASE("what is no journal of this version is refused with the line") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const auto refuses = [&](const std::string& text, const std::string& message) {
        write_text(path, text);
        const std::string whole = "journal " + path.string() + ": " + message;
        CHECK_THROWS_WITH_AS(read_journal(path), whole.c_str(), input_error);
    };
    refuses("", "it is empty");
    refuses("<html>\n", "line 1: this is not a JSON object");
    refuses(result_line, "line 1: this is no journal: it does not begin with a header");
    refuses(
        "{\"event\":\"header\",\"version\":4}\n{\"event\":\"dance\"}\n",
        "line 1: it is of version 4; this bouillon reads version 5: end the search with the bouillon that began it, "
        "or begin a new one");
    refuses("{\"event\":\"header\",\"version\":5,\"budget\":9}\n{\"event\":\"dance\"}\n",
            "line 2: the event is \"dance\"");
    refuses("{\"event\":\"header\",\"version\":5,\"budget\":9}\n{\"ticket\":1}\n", "line 2: key 'event' not found");
    CHECK_THROWS_AS(read_journal(folder.path), input_error);
    CHECK_THROWS_AS(read_journal(folder.path / "nothing"), input_error);
}
