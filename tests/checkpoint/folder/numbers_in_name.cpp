// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/numbers_in_name.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

using values = std::vector<std::uint64_t>;

values values_in(const std::string& name) {
    values found;
    for (const auto& number : detail::numbers_in(name)) found.push_back(number.value);
    return found;
}

}  // namespace

TEST_CASE("a number counts with the unit that follows it") {
    CHECK(values_in("train_00220B") == values{220'000'000'000});
    CHECK(values_in("step-1195k-token-2.5T") == values{1'195'000, 2'500'000'000'000});
    CHECK(values_in("step-1.2M") == values{1'200'000});
    CHECK(values_in("step-50K-105b") == values{50'000, 105'000'000'000});
    CHECK(values_in("step-001000-2BT") == values{1000, 2'000'000'000});
    CHECK(values_in("epoch=3-step=100") == values{3, 100});
    CHECK(values_in("1.125k") == values{1125});
}

TEST_CASE("a dot without a unit parts two numbers") {
    CHECK(values_in("v0.3") == values{0, 3});
    CHECK(values_in("Qwen2.5-0.5B") == values{2, 5, 500'000'000});
    CHECK(values_in("step-100.") == values{100});
}

TEST_CASE("no number is what runs into a word or beyond 18 digits") {
    for (const char* name :
         {"3f", "7Bchat", "step99999999999999999999", "999999999999999999T", "1.00000000000001k", ""})
        CHECK_MESSAGE(values_in(name).empty(), std::string(name));
}

TEST_CASE("what stands before a number is told without its separators") {
    const auto numbers = detail::numbers_in("OLMo2-7B_Step=-5-of_9");
    REQUIRE(numbers.size() == 4);
    CHECK(numbers[0].before == "olmo");
    CHECK(numbers[1].before == "olmo#");
    CHECK(numbers[2].before == "olmo#-#_step");
    CHECK(numbers[3].before == "olmo#-#_step=-#-of");
}

TEST_CASE("checkpoints of one series have one pattern") {
    CHECK(detail::pattern_of("step-900k") == detail::pattern_of("step-1.2M"));
    CHECK(detail::pattern_of("stage1-step1000-tokens5B") == "stage#-step#-tokens#");
    CHECK(detail::pattern_of("tmp-checkpoint-500") != detail::pattern_of("checkpoint-500"));
}
