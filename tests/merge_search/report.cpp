// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/report.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a loss that is significantly worse is significant, but no reason to merge") {
    merge_report report;
    report.rows.push_back({"found merge",
                           {1},
                           {},
                           {},
                           {},
                           gain_over(std::vector<double>{2.1, 3.12, 4.11}, std::vector<double>{2, 3, 4})});
    CHECK(report.found().gain.significant);
    CHECK_FALSE(report.merge());
}

TEST_CASE("one number cannot be tested: then the better measurement decides") {
    merge_report report;
    report.rows.push_back(
        {"found merge", {1}, {}, {}, {}, gain_over(std::vector<double>{1.9}, std::vector<double>{2.0})});
    CHECK_FALSE(report.found().gain.testable());
    CHECK_FALSE(report.found().gain.significant);
    CHECK(report.merge());
    report.rows.back().gain = gain_over(std::vector<double>{2.0}, std::vector<double>{2.0});
    CHECK_FALSE(report.merge());
}

TEST_CASE("a gain on the documents that chose the merge is not honest") {
    CHECK_FALSE(merge_report{}.honest());
    CHECK(merge_report{.rows = {}, .gains_on = gain_documents::confirm}.honest());
    CHECK(merge_report{.rows = {}, .gains_on = gain_documents::test}.honest());
}

TEST_CASE("a merge is a single checkpoint where one has all the weight") {
    CHECK(single_checkpoint(std::vector{0.0, 1.0, 0.0}) == 1);
    CHECK_FALSE(single_checkpoint(std::vector{0.0, 0.9, 0.1}).has_value());
    CHECK_FALSE(single_checkpoint(std::vector{-0.5, 1.0, 0.5}).has_value());
    CHECK_FALSE(single_checkpoint(std::vector{0.0, 2.0}).has_value());
}
