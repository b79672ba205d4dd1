// SPDX-License-Identifier: Apache-2.0
#include <bouillon/process/growing_pause.hpp>

#include <doctest/doctest.h>

using namespace bouillon::detail;

TEST_CASE("pauses are none at first and a millisecond in the end") {
    growing_pause pause;
    CHECK(pause.next().count() == 0);
    for (int look = 0; look < 200; ++look) pause();
    CHECK(pause.next().count() > 0);
    CHECK(pause.next() < growing_pause::longest);
    for (int look = 0; look < 10; ++look) pause();
    CHECK(pause.next() == growing_pause::longest);
}
