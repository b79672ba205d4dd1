// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/warnings.hpp>
#include <bouillon/space/affine.hpp>
#include <bouillon/space/group_scaling.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/schedule.hpp>
#include <bouillon/space/simplex.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

using namespace bouillon;

namespace {

const std::vector<std::string> names = {"step-1", "step-2", "step-3"};

paired_gain gain_of(double gain, double standard_error) {
    return {.gain = gain,
            .standard_error = standard_error,
            .significant = std::abs(gain) > 2 * standard_error,
            .documents = 100};
}

/// A report of which there is nothing to say: merging gains 0.1 on both sets, and averaging does.
merge_report unremarkable() {
    merge_report report;
    report.gains_on = gain_documents::test;
    const loss_estimate loss{3.0, 0.01};
    report.rows = {{"newest", {0, 0, 1}, loss, gain_of(0, 0), loss, gain_of(0, 0)},
                   {"best single", {0, 1, 0}, loss, gain_of(0.001, 0.001), loss, gain_of(0.001, 0.001)},
                   {"found merge", {0.2, 0.3, 0.5}, loss, gain_of(0.1, 0.01), loss, gain_of(0.11, 0.01)}};
    report.averaging = gain_of(0.1, 0.01);
    return report;
}

std::vector<std::string> kinds_of(const merge_report& report) {
    std::vector<std::string> kinds;
    for (const auto& warning : warnings_of(report, names)) kinds.push_back(warning.kind);
    return kinds;
}

using kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("a report of an honest gain has no warnings") { CHECK(kinds_of(unremarkable()).empty()); }

TEST_CASE("gains on the documents that chose are warned of") {
    auto report = unremarkable();
    report.gains_on = gain_documents::search;
    CHECK(kinds_of(report) == kinds{"winners_curse"});
    report.gains_on = gain_documents::confirm;
    CHECK(kinds_of(report).empty());
}

TEST_CASE("a warning calls what has a loss each by its name") {
    auto report = unremarkable();
    report.gains_on = gain_documents::search;
    const auto warnings = warnings_of(report, names, "questions");
    CHECK(warnings.at(0).text.find("Only questions that chose nothing") != std::string::npos);
    CHECK(warnings.at(0).text.find("documents") == std::string::npos);
}

TEST_CASE("another checkpoint that is significantly better than the newest is warned of, by its name") {
    auto report = unremarkable();
    report.rows[1].gain = gain_of(0.02, 0.001);
    const auto warnings = warnings_of(report, names);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].kind == "better_parent");
    CHECK(warnings[0].text.starts_with("step-2 alone is significantly better than the newest checkpoint, by +0.0200"));
    report.rows[1].gain = gain_of(-0.02, 0.001);
    CHECK(kinds_of(report).empty());
    report.rows[1].gain = gain_of(0.02, 0.001);
    report.rows[1].merge_weights = {0, 0.5, 0.5};
    CHECK(kinds_of(report).empty());
}

TEST_CASE("a baseline that is significantly better than the found merge is warned of, by its name") {
    auto report = unremarkable();
    report.best_baseline = row_gain{1, gain_of(0.02, 0.001)};
    CHECK(kinds_of(report) == kinds{"better_baseline"});
    CHECK(warnings_of(report, names)[0].text.starts_with("the baseline 'best single' is significantly better"));
    for (const double gain : {-0.02, 0.001}) {
        report.best_baseline = row_gain{1, gain_of(gain, 0.001)};
        CHECK(kinds_of(report).empty());
    }
}

TEST_CASE("a baseline that is better by less than a tenth of the found gain is not warned of, however surely") {
    auto report = unremarkable();  // gains 0.11
    report.best_baseline = row_gain{1, gain_of(0.0109, 0.0001)};
    CHECK(kinds_of(report).empty());
    report.best_baseline = row_gain{1, gain_of(0.0111, 0.0001)};
    CHECK(kinds_of(report) == kinds{"better_baseline"});
    report.rows.back().gain = report.rows.back().search_gain = gain_of(-0.01, 0.01);  // of a loss, anything is more
    report.best_baseline = row_gain{1, gain_of(0.0006, 0.0001)};
    CHECK(kinds_of(report) == kinds{"better_baseline"});
}

TEST_CASE("checkpoints between which the loss is straight look annealed") {
    auto report = unremarkable();
    report.averaging = gain_of(0.0005, 0.0001);
    CHECK(kinds_of(report) == kinds{"annealed"});
    report.averaging = gain_of(0.0005, 0.002);  // not known well enough to say so
    CHECK(kinds_of(report).empty());
    report.averaging = gain_of(0, 0);  // the same checkpoint twice
    CHECK(kinds_of(report) == kinds{"annealed"});
    report.averaging.reset();
    CHECK(kinds_of(report).empty());
}

TEST_CASE("document sets that disagree beyond their scatter are warned of") {
    auto report = unremarkable();
    report.rows.back().gain = gain_of(0.05, 0.01);
    CHECK(kinds_of(report) == kinds{"documents_disagree"});
    CHECK(warnings_of(report, names)[0].text.find("the search fitted its documents") != std::string::npos);
    report.rows.back().gain = gain_of(0.2, 0.01);
    CHECK(kinds_of(report) == kinds{"documents_disagree"});
    CHECK(warnings_of(report, names)[0].text.find("the search fitted its documents") == std::string::npos);
    report.rows.back().gain = gain_of(0.07, 0.01);
    CHECK(kinds_of(report).empty());
}

TEST_CASE("a merge on a bound that can be gone beyond is warned of, with the bound and how") {
    const auto warned = [](const auto& space, std::initializer_list<double> point) {
        return border_warning(space, std::vector<double>(point));
    };
    const interval pair{.lower = 0.9, .upper = 1};
    REQUIRE(warned(pair, {0.9}).has_value());
    CHECK(warned(pair, {0.9})->kind == "border");
    CHECK(warned(pair, {0.9})->text.ends_with(": lower 0.9 (widen it)"));
    CHECK_FALSE(warned(pair, {1}).has_value());  // the newest checkpoint: no bound that could be wider
    CHECK_FALSE(warned(pair, {0.95}).has_value());

    const affine beyond{.checkpoints = 3, .lower = -0.5, .upper = 1.5};
    CHECK(warned(beyond, {-0.5, 0, 1.5})->text.ends_with(": lower -0.5 (widen it), upper 1.5 (widen it)"));
    CHECK_FALSE(warned(beyond, {0, 0, 1}).has_value());

    const schedule knobs{.checkpoints = 8, .largest_step = 0.5};
    CHECK(warned(knobs, {6, 1, 1, 0.5})->text.ends_with(": largest_step 0.5 (widen it)"));
    CHECK(warned(knobs, {8, 1, 4, 0.1})
              ->text.ends_with(": window 8 (begin with older checkpoints), shape 4 (search the simplex)"));
    CHECK_FALSE(warned(knobs, {6, 1, 1, 0.4}).has_value());

    const group_scaling groups{{0.5, 0.5}, {0, 0}, {1.5, 1.5}};
    CHECK(warned(groups, {1.5, 1})->text.ends_with(": upper of group 0 1.5 (widen it)"));

    static_assert(!bounded_space<simplex>);  // a weight of 0 is in the nature of an average
}

TEST_CASE("a baseline that could not be measured is named with the reason") {
    auto report = unremarkable();
    report.unmeasured = {{"1-sqrt decay", "scorer `x`: exit status 1"}};
    REQUIRE(kinds_of(report) == kinds{"not_measured"});
    CHECK(warnings_of(report, names).front().text ==
          "a line is missing, as it could not be measured: baseline '1-sqrt decay': scorer `x`: exit status 1");
    report.unmeasured = {{"a", "baseline 'a': no merge could be measured"}};
    CHECK(warnings_of(report, names).front().text ==
          "a line is missing, as it could not be measured: baseline 'a': no merge could be measured");
}
