// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal_header.hpp>

#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/space/interval.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace bouillon;

namespace {

const search_options options{
    .budget = 9,
    .reference_losses = {2, 3},
    .known = {{.point = {1.0}, .loss = 0.1, .variance = std::numeric_limits<double>::quiet_NaN()}}};

nlohmann::ordered_json header_of(const search_options& with) {
    return journal_header(bayesian_search(interval{}, with), {{"kernel", "matern52"}});
}

/// The field in which two headers differ first.
std::string difference(const nlohmann::ordered_json& found, const nlohmann::ordered_json& expected) {
    try {
        check_journal_header(found, expected, "");
    } catch (const input_error& problem) {
        const std::string text = problem.what();
        return text.substr(0, text.find(' '));
    }
    return "none";
}

}  // namespace

TEST_CASE("a header reads back as the same header, an unknown variance too") {
    const auto header = header_of(options);
    CHECK(nlohmann::ordered_json::parse(detail::json_line(header)) == header);
    CHECK(header.at("known").dump() == R"([{"point":[1.0],"loss":0.1,"variance":null}])");
    CHECK(header.at("kernel_type") == "bouillon::trended<bouillon::matern52>");
    CHECK(difference(header, header_of(options)) == "none");
}

TEST_CASE("whatever changes suggestions changes the header, and is named") {
    const auto header = header_of(options);
    search_options other = options;
    other.seed = 2;
    CHECK(difference(header, header_of(other)) == "seed");
    other = options;
    other.smallest_distance = 1e-3;
    CHECK(difference(header, header_of(other)) == "smallest_distance");
    other = options;
    other.known[0].loss = 0.2;
    CHECK(difference(header, header_of(other)) == "known");
    other = options;
    other.reference_losses[1] = 4;
    CHECK(difference(header, header_of(other)) == "reference_losses");

    const std::map<std::string, std::string> settings = {{"kernel", "matern52"}};
    const bayesian_search<interval, upper_confidence_bound> acquisition(interval{}, options);
    CHECK(difference(header, journal_header(acquisition, settings)) == "acquisition_type");
    const bayesian_search<interval, log_noisy_expected_improvement, squared_exponential> kernel(interval{}, options);
    CHECK(difference(header, journal_header(kernel, settings)) == "kernel_type");
}

TEST_CASE("a caller's setting cannot take the place of the search's own field") {
    const auto header = journal_header(bayesian_search(interval{}, options), {{"budget", "much"}});
    CHECK(header.at("budget") == 9);
}

TEST_CASE("a fingerprint tells numbers, their order and their number apart") {
    CHECK(detail::fingerprint(std::vector<double>{}) == "0 numbers, hash 14695981039346656037");  // FNV's offset basis
    CHECK(detail::fingerprint(std::vector{1.0, 2.0}) != detail::fingerprint(std::vector{2.0, 1.0}));
    CHECK(detail::fingerprint(std::vector{0.0}) != detail::fingerprint(std::vector{-0.0}));
}
