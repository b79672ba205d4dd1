// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal_header.hpp>

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/log_probability_of_improvement.hpp>
#include <bouillon/acquisition/per_cost.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/scheduled_confidence_bound.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/kernel/hellinger.hpp>
#include <bouillon/kernel/matern12.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/product.hpp>
#include <bouillon/kernel/rational_quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/affine.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/group_scaling.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/schedule.hpp>
#include <bouillon/space/simplex.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace bouillon;
using json = nlohmann::ordered_json;

namespace {

const search_options options{
    .budget = 9,
    .reference_losses = {2, 3},
    .known = {{.point = {1.0}, .loss = 0.1, .variance = std::numeric_limits<double>::quiet_NaN()}}};

json header_of(const search_options& with, const json& settings = {{"alpha", 0.5}}) {
    return journal_header(bayesian_search(interval{}, with), settings);
}

std::string difference(const json& found, const json& expected) {
    try {
        check_journal_header(found, expected, "");
    } catch (const input_error& problem) {
        return problem.what();
    }
    return "none";
}

/// A covariance like another, without a name.
struct mine : matern32 {
    void name() const = delete;
};

}  // namespace

TEST_CASE("a header reads back as the same header, an unknown variance too") {
    const auto header = header_of(options);
    CHECK(json::parse(json_line(header)) == header);
    CHECK(header.at("known").dump() == R"([{"point":[1.0],"loss":0.1,"variance":null}])");
    CHECK(header.at("kernel") == "trended(matern52)");
    CHECK(difference(header, header_of(options)) == "none");
    const auto known = known_of(header);
    REQUIRE(known.size() == 1);
    CHECK(known[0].point == std::vector{1.0});
    CHECK(std::isnan(known[0].variance));
}

TEST_CASE("whatever changes suggestions changes the header, and is named with both values") {
    const auto header = header_of(options);
    search_options other = options;
    other.seed = 2;
    CHECK(difference(header, header_of(other)) == "seed is 1 there, but 2 here");
    other = options;
    other.smallest_distance = 1e-3;
    CHECK(difference(header, header_of(other)) == "smallest_distance is 1e-06 there, but 0.001 here");
    other = options;
    other.budget = 8;
    CHECK(difference(header, header_of(other)) == "budget is 9 there, but 8 here: it can grow, but not shrink");
    other = options;
    other.known[0].point[0] = 0.5;
    CHECK(difference(header, header_of(other)) == "known[0].point[0] is 1.0 there, but 0.5 here");
    other = options;
    other.reference_losses = {2};
    CHECK(difference(header, header_of(other)) == "reference_losses has 2 values there, but 1 here");

    other = options;
    other.domains = {{"web", 1, 1}, {"code", 1, 2}};
    const auto weighed = header_of(other);
    CHECK(difference(header, weighed).find("domains is missing there, but ") == 0);
    CHECK(difference(weighed, header).find("domains is ") == 0);
    other.domains[1].weight = 3;
    CHECK(difference(weighed, header_of(other)) == "domains[1].weight is 2.0 there, but 3.0 here");

    CHECK_FALSE(header.contains("guards"));
    const auto guarded_header = [&](double allowed) {
        auto with = other;
        with.guards = {{"code", allowed}};
        with.known[0].guard_losses = {{0.25, std::numeric_limits<double>::quiet_NaN()}};
        using guarded_search = bayesian_search<interval, guarded<improvement_or_knowledge>>;
        return journal_header(guarded_search(interval{}, with), {{"alpha", 0.5}});
    };
    const auto with_guard = guarded_header(0.5);
    CHECK(with_guard.at("guards").dump() == R"([{"domain":"code","allowed_loss":0.5}])");
    CHECK(with_guard.at("known").dump() ==
          R"([{"point":[1.0],"loss":0.1,"variance":null,"guards":[{"loss":0.25,"variance":null}]}])");
    CHECK(known_of(with_guard)[0].guard_losses[0].mean == 0.25);
    CHECK(with_guard.at("acquisition") == header.at("acquisition"));
    CHECK(difference(with_guard, guarded_header(0.25)) == "guards[0].allowed_loss is 0.5 there, but 0.25 here");
    CHECK(difference(header_of(other), with_guard).find("guards is missing there, but ") != std::string::npos);

    const bayesian_search<interval, upper_confidence_bound> acquisition(interval{}, options);
    CHECK(difference(header, journal_header(acquisition, {{"alpha", 0.5}})) ==
          R"(acquisition is "improvement_or_knowledge" there, but "upper_confidence_bound" here)");
    const bayesian_search<interval, improvement_or_knowledge, squared_exponential> kernel(interval{}, options);
    CHECK(difference(header, journal_header(kernel, {{"alpha", 0.5}})) ==
          "kernel is \"trended(matern52)\" there, but \"squared_exponential\" here");
}

TEST_CASE("losses that are measured otherwise and a larger budget are no reason to refuse a journal") {
    const auto header = header_of(options);
    search_options other = options;
    other.budget = 12;
    other.known[0].loss = 0.2;
    other.known[0].variance = 0.5;
    other.reference_losses = {2, 3.5};
    CHECK(difference(header, header_of(other)) == "none");
    const auto changes = changes_since(header, other);
    CHECK(changes.compared == 3);
    CHECK(changes.differing == 2);
    CHECK(changes.largest == 0.5);
    const auto begun = as_begun(other, header);
    CHECK(begun.reference_losses == options.reference_losses);
    CHECK(begun.known[0].loss == 0.1);
    CHECK(std::isnan(begun.known[0].variance));
    CHECK(begun.budget == options.budget);
    CHECK(begun.initial_trials == initial_trials(options, 1));
}

TEST_CASE("no budget is more than any, and null in a header") {
    search_options endless = options;
    endless.budget = no_budget;
    const auto header = header_of(endless);
    CHECK(header.at("budget").is_null());
    CHECK(difference(header_of(options), header) == "none");
    CHECK(difference(header, header) == "none");
    CHECK(difference(header, header_of(options)) == "budget is null there, but 9 here: it can grow, but not shrink");
    CHECK(as_begun(options, header).budget == no_budget);
}

TEST_CASE("some settings can be compared before all are known") {
    const auto header = header_of(options, {{"alpha", 0.5}, {"confirm", 8}});
    CHECK_NOTHROW(check_journal_settings(header, {{"alpha", 0.5}}, ""));
    CHECK_THROWS_WITH_AS(check_journal_settings(header, {{"alpha", 0.25}}, "j: "),
                         "j: alpha is 0.5 there, but 0.25 here", input_error);
    CHECK_THROWS_WITH_AS(check_journal_settings(header, {{"metric", "acc"}}, ""),
                         "metric is missing there, but \"acc\" here", input_error);
    CHECK_THROWS_AS(check_journal_settings({{"event", "header"}, {"version", 4}}, {}, ""), input_error);
}

TEST_CASE("settings are JSON values, compared to their last digit") {
    const json settings = {{"alpha", 0.5}, {"checkpoints", {"run/a b", "c"}}, {"racing", {{"first", 16}}}};
    const auto header = header_of(options, settings);
    CHECK(header.at("settings") == settings);
    const auto refused = [&](const char* field, const json& value) {
        json other = settings;
        other[field] = value;
        return difference(header, header_of(options, other));
    };
    CHECK(refused("alpha", 0.5000003) == "alpha is 0.5 there, but 0.5000003 here");
    CHECK(refused("checkpoints", {"run/a", "b c"}) == R"(checkpoints[0] is "run/a b" there, but "run/a" here)");
    CHECK(refused("racing", {{"first", 32}}) == "racing.first is 16 there, but 32 here");
    CHECK(refused("racing", {{"first", 16}, {"share", 0.5}}) == "racing.share is missing there, but 0.5 here");
    CHECK(difference(header, header_of(options, nullptr)) == "alpha is 0.5 there, but missing here");
}

TEST_CASE("a caller's setting stands beside the search's own field of that name") {
    const auto header = header_of(options, {{"budget", "much"}});
    CHECK(header.at("budget") == 9);
    CHECK(header.at("settings").at("budget") == "much");
}

TEST_CASE("settings are an object or nothing") {
    CHECK(header_of(options, nullptr).at("settings") == json::object());
    CHECK_THROWS_WITH_AS(header_of(options, "much"), "a journal's settings must be a JSON object, not \"much\"",
                         input_error);
}

TEST_CASE("a journal of another version is refused in one line, whatever else it holds") {
    const json old = {{"event", "header"}, {"version", 4}, {"space_type", "bouillon::interval"}};
    CHECK(difference(old, header_of(options)) ==
          "it is of version 4; this bouillon reads version 5: end the search with the bouillon that began it, or begin "
          "a new one");
    CHECK(difference({{"event", "observe"}}, header_of(options)) ==
          "this is no journal: it does not begin with a header");
}

TEST_CASE("what ships has names that journals hold, so they may never change") {
    const search_options few{.budget = 1};
    const auto kernel = [&](auto given) {
        const bayesian_search search(interval{}, few, thompson_sampling{}, given);
        return journal_header(search, nullptr).at("kernel").template get<std::string>();
    };
    CHECK(kernel(matern12{}) == "matern12");
    CHECK(kernel(matern32{}) == "matern32");
    CHECK(kernel(matern52{}) == "matern52");
    CHECK(kernel(squared_exponential{}) == "squared_exponential");
    CHECK(kernel(rational_quadratic_profile{}) == "rational_quadratic_profile");
    CHECK(kernel(rational_quadratic{}) == "rational_quadratic");
    CHECK(kernel(hellinger<matern52>{}) == "hellinger(matern52)");
    CHECK(kernel(sum<matern52, quadratic>{}) == "sum(matern52, quadratic)");
    CHECK(kernel(product<matern52, sum<matern12, quadratic>>{}) == "product(matern52, sum(matern12, quadratic))");
    CHECK(kernel(mine{}) == "unnamed");

    CHECK(name_of(expected_improvement{}) == "expected_improvement");
    CHECK(name_of(log_expected_improvement{}) == "log_expected_improvement");
    CHECK(name_of(probability_of_improvement{}) == "probability_of_improvement");
    CHECK(name_of(log_probability_of_improvement{}) == "log_probability_of_improvement");
    CHECK(name_of(upper_confidence_bound{}) == "upper_confidence_bound");
    CHECK(name_of(log_noisy_expected_improvement{}) == "log_noisy_expected_improvement");
    CHECK(name_of(log_knowledge_gradient{}) == "log_knowledge_gradient");
    CHECK(name_of(thompson_sampling{}) == "thompson_sampling");
    CHECK(name_of(gp_hedge<expected_improvement, thompson_sampling>{}) ==
          "gp_hedge(expected_improvement, thompson_sampling)");
    CHECK(name_of(per_cost{expected_improvement{}, [](std::span<const double>) { return 2.0; }}) ==
          "per_cost(expected_improvement)");
    CHECK(name_of(scheduled_confidence_bound<dragonfly_schedule>{}) == "scheduled_confidence_bound(dragonfly)");
    CHECK(name_of(scheduled_confidence_bound<srinivas_schedule>{}) == "scheduled_confidence_bound(srinivas)");
    CHECK(name_of(scheduled_confidence_bound<brochu_schedule>{}) == "scheduled_confidence_bound(brochu)");
    CHECK(name_of(scheduled_confidence_bound<hebo_schedule>{}) == "scheduled_confidence_bound(hebo)");

    CHECK(name_of(affine{}) == "affine");
    CHECK(name_of(box{}) == "box");
    CHECK(name_of(group_scaling{}) == "group_scaling");
    CHECK(name_of(interval{}) == "interval");
    CHECK(name_of(schedule{}) == "schedule");
    CHECK(name_of(simplex{}) == "simplex");
}
