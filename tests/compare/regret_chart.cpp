// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/regret_chart.hpp>

#include "made_comparison.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a chart has a panel for each objective with a line and a band for each variant") {
    const std::string svg = to_svg(made_comparison());
    CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 840.0 346.0\""));
    CHECK(svg.ends_with("</svg>\n"));
    CHECK(count(svg, "<polyline") == 6);
    CHECK(count(svg, "<polygon") == 6);
    CHECK(count(svg, ">regret<") == 1);
    CHECK(count(svg, ">lowest loss<") == 1);
    CHECK(count(svg, "unknown &lt;&amp;&gt;") == 1);
    CHECK(count(svg, "prefers-color-scheme:dark") == 1);
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
}

TEST_CASE("a chart shows what there is of runs that failed or have no losses") {
    comparison made = made_comparison();
    made.runs[0].losses.clear();
    for (compared_run& run : made.runs)
        if (run.variant == "alike") run.losses = {NAN, NAN, NAN, NAN};
    const std::string svg = to_svg(made);
    CHECK(count(svg, "<polyline") == 6);
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
}

TEST_CASE("an axis has a few round numbers") {
    detail::chart_axis losses{false};
    losses.include(2.05);
    losses.include(2.93);
    losses.widen();
    std::vector<std::string> labels;
    for (const auto& [place, label] : losses.ticks()) labels.push_back(label);
    CHECK(labels == std::vector<std::string>{"2.2", "2.4", "2.6", "2.8"});
    detail::chart_axis regrets{true};
    regrets.include(1e-7);
    regrets.include(20);
    regrets.widen();
    labels.clear();
    for (const auto& [place, label] : regrets.ticks()) labels.push_back(label);
    CHECK(labels == std::vector<std::string>{"1e-6", "1e-4", "1e-2", "1e0"});
}
