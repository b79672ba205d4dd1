// SPDX-License-Identifier: Apache-2.0
#include "until_signal.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace {

/// The signal that ends a process which does this, or 0 where none does.
template <class Action>
int ended_by(const Action& action) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGTERM, SIG_DFL);
        action();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("a signal is asked for while one waits for it and ends the program afterwards") {
    CHECK(ended_by([] {
              const until_signal signal;
              std::raise(SIGTERM);
              if (!*signal.asked()) ::_exit(1);
          }) == SIGTERM);
}

TEST_CASE("a signal ends the program at once when nobody waits for it any more") {
    CHECK(ended_by([] {
              { const until_signal signal; }
              std::raise(SIGTERM);
          }) == SIGTERM);
}

TEST_CASE("a signal that is ignored stays so") {
    CHECK(ended_by([] {
              std::signal(SIGTERM, SIG_IGN);
              { const until_signal signal; }
              std::raise(SIGTERM);
          }) == 0);
}
