// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/measurement_event.hpp>

#include "search/scratch.hpp"
#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

namespace {

/// A measurement after it was written and read.
measurement read_back(const measurement& made) {
    return *measurement_of(nlohmann::ordered_json::parse(json_line(to_event(made))));
}

}  // namespace

TEST_CASE("a measurement reads back as it was written") {
    const auto all = read_back({{0.1, 0.9}, {2.0 / 3, std::nan("")}, {}, {4}});
    CHECK(all.merge_weights == std::vector{0.1, 0.9});
    CHECK(all.search[0] == 2.0 / 3);
    CHECK(std::isnan(all.search[1]));
    CHECK(all.documents.empty());
    CHECK(all.test == std::vector{4.0});
    const auto some = read_back({{1, 0}, {7, 8}, {5, 3}});
    CHECK(some.documents == std::vector<std::size_t>{5, 3});
    CHECK(some.test.empty());
    CHECK(json_line(to_event({{1, 0}, {2.5}})) == R"({"event":"measured","merge_weights":[1.0,0.0],"search":[2.5]})");
}

TEST_CASE("the measurements of a journal are read between its other lines, and a wrong one is named by its line") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const std::string begin = "{\"event\":\"header\"}\n" + json_line(to_event({{1, 0}, {2.5}})) +
                              "\n{\"event\":\"fail\"}\n" + json_line(to_event({{0, 1}, {}, {}, {3}})) + "\n";
    const auto read = [&](const std::string& text) {
        write_text(path, text);
        return measurements_in(journal_file(path, journal_mode::resume));
    };
    const auto measured = read(begin);
    REQUIRE(measured.size() == 2);
    CHECK(measured[0].search == std::vector{2.5});
    CHECK(measured[1].test == std::vector{3.0});
    const std::string name = "journal " + path.string() + ": line 5: ";
    CHECK_THROWS_WITH_AS(read(begin + R"({"event":"measured","merge_weights":[1],"documents":[1],"search":[]})" + "\n"),
                         (name + "0 losses are measured on 1 documents").c_str(), input_error);
    CHECK_THROWS_AS(read(begin + "{\"event\":\"measured\"}\n"), input_error);
}
