// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/shell_process.hpp>
#include <bouillon/core/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

using namespace bouillon;
using namespace std::chrono_literals;
using detail::shell_process;

namespace {

detail::process_limits within(std::chrono::milliseconds time) {
    static const auto never = [] { return false; };
    return {std::chrono::steady_clock::now() + time, never};
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("a command's output is what it printed and its standard input is empty") {
    shell_process process("cat; echo printed");
    std::string printed;
    CHECK(process.wait(printed, within(10s)) == 0);
    CHECK(printed == "printed\n");
}

TEST_CASE("a log has what a command printed and what it said of errors, after what was there") {
    const temporary_directory folder;
    std::ofstream(folder.path() / "log") << "before\n";
    std::string printed;
    shell_process process("echo said >&2; echo printed", false, folder.path() / "log");
    process.wait(printed, within(10s));
    CHECK(text_of(folder.path() / "log") == "before\nsaid\nprinted\n");
    CHECK_THROWS_AS(shell_process("true", false, folder.path() / "no" / "log"), work_error);
}

TEST_CASE("a command that reads is asked line after line, and its end is no line") {
    shell_process process("read -r a; echo got $a; read -r b; echo got $b; exit 3", true);
    std::string printed;
    CHECK(process.ask("one\n", printed, within(10s)));
    CHECK(printed == "got one\n");
    printed.clear();
    CHECK(process.ask("two\n", printed, within(10s)));
    CHECK(printed == "got two\n");
    printed.clear();
    CHECK_FALSE(process.ask("three\n", printed, within(10s)));
    CHECK(process.ending() == "exit status 3");
    CHECK(process.has_ended());
}

TEST_CASE("a command that is told to end may end what it has elsewhere before it goes") {
    const temporary_directory folder;
    const std::string mark = (folder.path() / "mark").string();
    {
        shell_process process("trap 'sleep 0.2; touch " + mark +
                              "; exit' TERM; echo ready; while :; do sleep 0.01; done");
        std::string printed;
        CHECK(process.ask("", printed, within(10s)));
    }
    CHECK(std::filesystem::exists(mark));
}

TEST_CASE("a command that will not end is ended all the same") {
    const auto begin = std::chrono::steady_clock::now();
    {
        shell_process process("trap '' TERM; echo ready; while :; do sleep 0.01; done");
        std::string printed;
        CHECK(process.ask("", printed, within(10s)));
    }
    CHECK(std::chrono::steady_clock::now() - begin < 6s);
}

TEST_CASE("a command ends when the process that started it does, whatever ended that") {
    const temporary_directory folder;
    const std::string alive = (folder.path() / "alive").string();
    const pid_t owner = ::fork();
    if (owner == 0) {
        const shell_process process("while :; do touch " + alive + "; sleep 0.02; done");
        for (;;) ::pause();
    }
    while (!std::filesystem::exists(alive)) ::usleep(10000);
    ::kill(owner, SIGKILL);
    ::waitpid(owner, nullptr, 0);
    bool ended = false;
    for (int i = 0; i < 50 && !ended; ++i) {
        std::filesystem::remove(alive);
        ::usleep(200000);
        ended = !std::filesystem::exists(alive);
    }
    CHECK(ended);
}

TEST_CASE("how a command ended is told in words") {
    CHECK(shell_process::how_it_ended(0) == "");
    shell_process process("kill -9 $$");
    std::string printed;
    CHECK(shell_process::how_it_ended(process.wait(printed, within(10s))) == "ended by signal 9");
}
