// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/pipe.hpp>

#include <doctest/doctest.h>

using namespace bouillon::detail;

TEST_CASE("what is written to a pipe is read from it") {
    pipe_ends pipe;
    CHECK(write_without_signal(pipe.write.number(), "three") == 5);
    char bytes[8] = {};
    CHECK(::read(pipe.read.number(), bytes, sizeof bytes) == 5);
    CHECK(std::string_view(bytes) == "three");
}

TEST_CASE("writing to a pipe that nobody reads is an error, and no signal is left") {
    pipe_ends pipe;
    pipe.read = file_descriptor(-1);
    CHECK(write_without_signal(pipe.write.number(), "lost") < 0);
    CHECK(errno == EPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    CHECK(::sigismember(&pending, SIGPIPE) == 0);
}

TEST_CASE("no program that is started has a pipe's ends") {
    const pipe_ends pipe;
    for (const int end : {pipe.read.number(), pipe.write.number()}) CHECK((::fcntl(end, F_GETFD) & FD_CLOEXEC) != 0);
}
