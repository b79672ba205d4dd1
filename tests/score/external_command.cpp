// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/external_command.hpp>
#include <bouillon/core/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace bouillon;
using namespace std::chrono_literals;

TEST_CASE("the command's last line is the loss, or the losses") {
    CHECK(external_command{"echo loading; echo; echo ' 2.5 '; echo"}("model") == std::vector{2.5});
    CHECK(external_command{"printf '[1, 2]'"}("model") == std::vector{1.0, 2.0});
}

TEST_CASE("the checkpoint's path reaches the command as one word, whatever it contains") {
    const temporary_directory folder;
    const auto path = folder.path() / "it's a $(false) model.txt";
    std::ofstream(path) << "3.25\n";
    CHECK(external_command{"test -f {checkpoint} && cat {checkpoint}"}(path) == std::vector{3.25});
}

TEST_CASE("a crash, a failure, silence and words are each a clear error") {
    CHECK_THROWS_WITH_AS((external_command{"exit 3"}("m")), "scorer `exit 3`: exit status 3", work_error);
    CHECK_THROWS_WITH_AS((external_command{"kill -SEGV $$"}("m")), "scorer `kill -SEGV $$`: ended by signal 11",
                         work_error);
    CHECK_THROWS_WITH_AS((external_command{"true"}("m")), "scorer `true`: printed nothing", work_error);
    CHECK_THROWS_WITH_AS((external_command{"echo loss 2"}("m")),
                         "scorer `echo loss 2`: printed 'loss 2', not one finite number", work_error);
    CHECK_THROWS_AS((external_command{"no-such-program-at-all 2>/dev/null"}("m")), work_error);
}

TEST_CASE("a command has ended when it has, though a process that it left in the background holds its output open") {
    CHECK(external_command{"sleep 3 & echo 2.5", 2s}("m") == std::vector{2.5});
    CHECK(external_command{"seq 100000; (sleep 3; echo late) & echo [1, 2]", 2s}("m") == std::vector{1.0, 2.0});
    CHECK(external_command{"yes '' & echo 2.5", 2s}("m") == std::vector{2.5});
    CHECK_THROWS_WITH_AS((external_command{"sleep 3 & exit 3", 2s}("m")), "scorer `sleep 3 & exit 3`: exit status 3",
                         work_error);
}

TEST_CASE("a command that closes its output runs on until it ends") {
    const temporary_directory folder;
    const std::string mark = (folder.path() / "mark").string();
    CHECK(external_command{"echo 2.5; exec >&-; sleep 0.1; touch " + mark}("m") == std::vector{2.5});
    CHECK(std::filesystem::exists(mark));
}

TEST_CASE("a command past its limit is ended with its children, even where it closed its output") {
    const auto mark = std::filesystem::temp_directory_path() / ("bouillon-late-" + std::to_string(::getpid()));
    for (const std::string start : {"", "exec >&-; "}) {
        const std::string command =
            start + "(sleep 3; touch " + mark.string() + ") & wait; sleep 3; touch " + mark.string();
        const auto begin = std::chrono::steady_clock::now();
        CHECK_THROWS_WITH_AS((external_command{command, 1s}("m")),
                             ("scorer `" + command + "`: time limit reached").c_str(), work_error);
        CHECK(std::chrono::steady_clock::now() - begin < 2500ms);
    }
    ::usleep(2500000);
    CHECK_FALSE(std::filesystem::exists(mark));
}
