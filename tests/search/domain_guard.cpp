// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/domain_guard.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

const document_domains web_and_code = {{"web", 3}, {"code", 2, 0}};

std::string refusal(const std::vector<domain_guard>& guards, const document_domains& domains = web_and_code) {
    try {
        check(guards, domains);
    } catch (const input_error& refused) {
        return refused.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("guards that watch nothing are refused with both values") {
    CHECK(refusal({}) == "accepted");
    CHECK(refusal({}, {}) == "accepted");
    CHECK(refusal({{"code"}, {"web", 0.5}}) == "accepted");
    CHECK(refusal({{"law"}}) == "guard \"law\" is of no domain: these are \"web\", \"code\"");
    CHECK(refusal({{"law"}}, {}) == "guard \"law\" is of no domain: there are none");
    CHECK(refusal({{"code"}, {"code", 1}}) == "guard \"code\" is there twice");
    CHECK(refusal({{"code", -0.5}}) == "guard \"code\" allows a loss of -0.5, but that must be 0 or more, and finite");
    CHECK(refusal({{"code", NAN}}).starts_with("guard \"code\" allows a loss of nan"));
    CHECK(refusal({{"code", INFINITY}}).starts_with("guard \"code\" allows a loss of inf"));
}

TEST_CASE("a guard's loss is the paired difference on its own domain's documents") {
    const std::vector<double> losses = {1, 2, 3, 5, 8}, reference = {0, 0, 0, 4, 4};
    const auto found = guard_losses({{"code"}, {"web", 7}}, web_and_code, losses, reference);
    REQUIRE(found.size() == 2);
    CHECK(found[0].mean == 2.5);
    CHECK(found[0].variance == 2.25);
    CHECK(found[1].mean == 2);
    CHECK(std::isnan(guard_losses({{"one"}}, {{"web", 4}, {"one", 1}}, losses, reference)[0].variance));
    CHECK_THROWS_AS(guard_losses({{"code"}}, web_and_code, std::vector{1.0}, reference), input_error);
    CHECK_THROWS_AS(guard_losses({{"code"}}, {{"code", 2}}, losses, reference), input_error);
}
