// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/loss_changes.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("losses that differ from those on record are counted with their largest difference") {
    const std::vector<double> recorded = {1, 2, 3, 4}, measured = {1, 2.5, 2, 4};
    const auto none = changes_of(recorded, recorded);
    CHECK(none.compared == 4);
    CHECK(none.differing == 0);
    CHECK(none.largest == 0);
    auto some = changes_of(recorded, measured);
    CHECK(some.differing == 2);
    CHECK(some.largest == 1);
    some += changes_of(std::vector{7.0}, std::vector{7.125});
    CHECK(some.compared == 5);
    CHECK(some.differing == 3);
    CHECK(some.largest == 1);
}

TEST_CASE("a loss that is no number any more differs without bound, and one that never was does not") {
    const double none = std::nan("");
    CHECK(changes_of(std::vector{none}, std::vector{none}).differing == 0);
    CHECK(std::isinf(changes_of(std::vector{none}, std::vector{1.0}).largest));
}
