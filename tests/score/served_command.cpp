// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/served_command.hpp>
#include <bouillon/core/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace bouillon;
using namespace std::chrono_literals;

namespace {

const auto never = [] { return false; };

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("a program that stays is started once and answers one request after another") {
    const temporary_directory folder;
    const auto asked = folder.path() / "asked";
    score_server score({"echo started >&2; while read -r line; do echo \"$line\" >> " + asked.string() +
                        "; echo loading; echo '[1.5, 2]'; done"},
                       2, folder.path() / "log");
    CHECK(score({"/m/a", "trial-3", 3}, never) == std::vector{1.5, 2.0});
    CHECK(score({"/m/b", "newest", std::nullopt, {4, 0}}, never) == std::vector{1.5, 2.0});
    CHECK(text_of(asked) ==
          "{\"trial\":3,\"name\":\"trial-3\",\"checkpoint\":\"/m/a\"}\n"
          "{\"trial\":null,\"name\":\"newest\",\"checkpoint\":\"/m/b\",\"documents\":[4,0]}\n");
    CHECK(text_of(folder.path() / "log") == "started\nloading\n[1.5, 2]\nloading\n[1.5, 2]\n");
}

TEST_CASE("a program knows its slot and its input's end tells it to end") {
    const temporary_directory folder;
    const auto mark = folder.path() / "mark";
    {
        score_server score({"while read -r line; do echo {slot}; done; sleep 0.1; touch " + mark.string()}, 5, {});
        CHECK(score({"m"}, never) == std::vector{5.0});
        CHECK_FALSE(std::filesystem::exists(mark));
    }
    CHECK(std::filesystem::exists(mark));
}

TEST_CASE("a program that dies fails one measurement and is started again for the next") {
    const temporary_directory folder;
    const auto begun = folder.path() / "begun";
    const std::string command = "test -e " + begun.string() + " && while read -r line; do echo 2.5; done; touch " +
                                begun.string() + "; read -r line; exit 3";
    score_server score({command}, 0, {});
    CHECK_THROWS_WITH_AS(score({"m"}, never), ("scorer `" + command + "`: exit status 3 before it answered").c_str(),
                         work_error);
    CHECK(score({"m"}, never) == std::vector{2.5});
}

TEST_CASE("a program that ended between two requests fails neither") {
    score_server score({"read -r line; echo 1"}, 0, {});
    CHECK(score({"m"}, never) == std::vector{1.0});
    ::usleep(200000);
    CHECK(score({"m"}, never) == std::vector{1.0});
}

TEST_CASE("an answer that is no losses or says an error fails the measurement") {
    score_server says({"while read -r line; do echo '{\"error\": \"out of memory\"}'; done"}, 0, {});
    CHECK_THROWS_AS(says({"m"}, never), work_error);
    score_server nan({"while read -r line; do echo nan; done"}, 0, {});
    CHECK_THROWS_AS(nan({"m"}, never), work_error);
    score_server twice({"while read -r line; do echo 1; echo 2; done"}, 0, {});
    CHECK(twice({"m"}, never) == std::vector{1.0});
    ::usleep(100000);
    CHECK_THROWS_AS(twice({"m"}, never), work_error);  // 2 is no answer to this request
    CHECK(twice({"m"}, never) == std::vector{1.0});
}

TEST_CASE("a program that takes too long or is no longer wanted is ended") {
    const std::string slow = "while read -r line; do sleep 60; done";
    score_server late({slow, 1s}, 0, {});
    CHECK_THROWS_WITH_AS(late({"m"}, never), ("scorer `" + slow + "`: time limit reached").c_str(), work_error);
    score_server unwanted({slow}, 0, {});
    const auto begin = std::chrono::steady_clock::now();
    const auto stopped = [&] { return std::chrono::steady_clock::now() - begin > 100ms; };
    CHECK_THROWS_AS(unwanted({"m"}, stopped), interrupted);
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("a request longer than a pipe holds reaches a program that is slow to read") {
    score_server score({"sleep 0.2; while read -r line; do echo ${#line}; done"}, 0, {});
    score_request request{"m"};
    request.documents.assign(100000, 7);
    CHECK(score(request, never).front() > 200000);
}
