// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/counted_numbers.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bouillon::detail;

TEST_CASE("what a number counts is told by the word before it") {
    CHECK(what_counts("global_step") == counted::step);
    CHECK(what_counts("globalstep") == counted::step);
    CHECK(what_counts("ep#-ba") == counted::batch);
    CHECK(what_counts("ep") == counted::epoch);
    CHECK(what_counts("deep") == counted::other);
    CHECK(what_counts("samba") == counted::other);
    CHECK(what_counts("crystalcoder_phase#_checkpoint") == counted::checkpoint);
    CHECK(what_counts("stage#-ingredient") == counted::alternative);
    CHECK(what_counts("") == counted::other);
}

TEST_CASE("numbers that all names with numbers have are left out") {
    std::vector<numbers_by_kind> names{by_kind("Tiny-1.1B-240k"), by_kind("Tiny-1.1B-480k"), by_kind("best")};
    CHECK(leave_out_shared(names));
    CHECK(only(names[0], counted::other) == 240'000);
    CHECK(only(names[1], counted::other) == 480'000);
    std::vector<numbers_by_kind> one{by_kind("train_00220B")};
    CHECK_FALSE(leave_out_shared(one));
    CHECK(only(one[0], counted::other) == 220'000'000'000);
}

TEST_CASE("the leading kind is what most names tell") {
    CHECK(leading_kind({by_kind("step-1-tokens2B"), by_kind("step-2-tokens4B")}) == counted::step);
    CHECK(leading_kind({by_kind("tokens2B"), by_kind("step-2-tokens4B")}) == counted::tokens);
    CHECK(leading_kind({by_kind("100"), by_kind("200"), by_kind("300"), by_kind("best-step-5")}) == counted::other);
    CHECK(leading_kind({by_kind("phase1"), by_kind("phase2")}) == counted::stage);
    CHECK(leading_kind({}) == counted::other);
}
