// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/recorded_merges.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/core/temporary_directory.hpp>
#include <doctest/doctest.h>

#include <fstream>
#include <numeric>
#include <string>
#include <vector>

using namespace bouillon;

TEST_CASE("the recorded merges of the example's checkpoints are a landscape") {
    const auto landscape = recorded_merges("example", std::string(BOUILLON_EXAMPLE_DATA) + "/merges.jsonl");
    CHECK(dimension(landscape) == 8);
    const std::vector<double> newest = {0, 0, 0, 0, 0, 0, 0, 1}, all(8, 0.125);
    CHECK(landscape.value(newest) == doctest::Approx(2.8379).epsilon(1e-3));
    CHECK(landscape.value(all) == doctest::Approx(2.7065).epsilon(1e-3));
    CHECK(landscape.value(all) < landscape.value(newest));
}

TEST_CASE("a file that holds no merges is refused by line") {
    const temporary_directory folder;
    const std::string path = (folder.path() / "merges.jsonl").string();
    const auto refusal = [&](const std::string& text) -> std::string {
        std::ofstream(path) << text;
        try {
            recorded_merges("mine", path);
        } catch (const input_error& refused) {
            return refused.what();
        }
        return {};
    };
    CHECK_THROWS_AS(recorded_merges("mine", path + ".none"), input_error);
    const std::string good = R"({"merge_weights": [0.5, 0.5], "loss": 2.5})";
    CHECK(refusal(good + "\n{\"loss\"\n") == path + ": line 2 is no object with merge_weights and loss");
    CHECK(refusal(R"({"merge_weights": [0.5, "a"], "loss": 2.5})") == path + ": line 1: a merge weight is \"a\"");
    CHECK(refusal(good + "\n" + R"({"merge_weights": [1], "loss": 2})") ==
          path + ": line 2 has 1 merge weights, but the first has 2");
    CHECK(refusal(good) == "landscape mine: 1 recorded losses are too few");
}
