// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/wait.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

/// Counts how often it is waited for.
struct waited_for : xtensor_backend {
    int* waits;

    void wait() const { ++*waits; }
};

}  // namespace

TEST_CASE("a backend that works while its caller goes on is waited for, and any other is done already") {
    int waits = 0;
    wait(waited_for{xtensor_backend{}, &waits});
    CHECK(waits == 1);
    CHECK(!waiting_backend<xtensor_backend>);
    wait(xtensor_backend{});
}
