// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/report.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a loss that is significantly worse is significant, but no reason to merge") {
    merge_report report;
    report.rows.push_back(
        {"found merge", {1}, {}, {}, gain_over(std::vector<double>{2.1, 3.12, 4.11}, std::vector<double>{2, 3, 4})});
    CHECK(report.found().gain.significant);
    CHECK_FALSE(report.merge());
}

TEST_CASE("one number cannot be tested: then the better measurement decides") {
    merge_report report;
    report.rows.push_back({"found merge", {1}, {}, {}, gain_over(std::vector<double>{1.9}, std::vector<double>{2.0})});
    CHECK_FALSE(report.found().gain.testable());
    CHECK_FALSE(report.found().gain.significant);
    CHECK(report.merge());
    report.rows.back().gain = gain_over(std::vector<double>{2.0}, std::vector<double>{2.0});
    CHECK_FALSE(report.merge());
}
