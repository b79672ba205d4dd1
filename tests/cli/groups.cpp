// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"
#include "tiny_run.hpp"

#include <doctest/doctest.h>

#include <numeric>

namespace {

std::string search_of(const tiny_run& run, const std::string& options) {
    return "search " + run.step(0).string() + " " + run.step(1).string() + " " + run.step(2).string() + " --held-out " +
           run.held_out().string() + " --test " + run.test().string() + " --budget 4 --json " + options;
}

std::vector<nlohmann::json> events_of(const program_run& run) {
    REQUIRE_MESSAGE(run.status == 0, run.errors);
    auto events = run.json();
    for (auto& event : events) event.erase("seconds");
    return events;
}

}  // namespace

TEST_CASE("groups of tensors are searched after all alike, each with merge weights of its own") {
    const tiny_run run("cli-groups");
    const auto events = events_of(run_program(search_of(run, "--groups parts --freeze norms --group-budget 5")));
    REQUIRE(events.size() == 10);
    for (std::size_t i = 0; i < 9; ++i) {
        CHECK(events[i].at("trial") == i);
        CHECK(events[i].at("merge_weights").is_null() == (i >= 4));
        if (i < 4) continue;
        const auto& groups = events[i].at("group_merge_weights");
        CHECK(groups.size() == 5);
        for (const char* const part : {"norms", "embeddings", "head", "attention", "mlp"}) {
            const std::vector<double> weights = groups.at(part);
            REQUIRE(weights.size() == 3);
            CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) == doctest::Approx(1).epsilon(1e-12));
        }
        CHECK(groups.at("norms") == nlohmann::json{0.0, 0.0, 1.0});
    }
    const auto& rows = events.back().at("rows");
    const auto &alike = rows.at(rows.size() - 2), &found = rows.at(rows.size() - 1);
    CHECK(alike.at("name") == "found, all tensors alike");
    CHECK(found.at("name") == "found merge");
    CHECK(found.at("search_loss").get<double>() <= alike.at("search_loss").get<double>());
}

TEST_CASE("a search of groups that was killed resumes in the journal of its own to the same result") {
    const tiny_run run("cli-groups-resume");
    const auto journal = run / "trials.jsonl", groups = run / "trials.jsonl.groups";
    const auto command = search_of(run, "--groups depth:1 --journal " + journal.string());
    const auto whole = events_of(run_program(command));
    const std::string text = read_text(groups);
    std::ofstream(groups, std::ios::binary | std::ios::trunc) << text.substr(0, text.size() / 2);
    CHECK(events_of(run_program(command + " --resume")).back() == whole.back());
    CHECK(read_text(groups) == text);

    const auto other = run_program(search_of(run, "--groups parts --resume --journal " + journal.string()));
    CHECK(other.status == 2);
    CHECK(other.errors.find("trials.jsonl.groups") != std::string::npos);
}

TEST_CASE("groups that are none are refused before anything is searched") {
    const tiny_run run("cli-groups-wrong");
    const auto refused = [&](const std::string& options, const std::string& message) {
        const auto ended = run_program(search_of(run, options));
        CHECK_MESSAGE(ended.status == 2, options);
        CHECK(ended.output.empty());
        CHECK_MESSAGE(ended.errors.find(message) != std::string::npos, ended.errors);
    };
    refused("--groups part", "--groups part: it must be parts or depth:N");
    refused("--groups depth:2", "1 layers cannot be divided into 2 groups");
    refused("--group a=*typo*", "group 'a' holds no tensor");
    refused("--group mlp", "--group mlp: it must be NAME=...");
    refused("--freeze mlp", "--group-range and --freeze need --groups or --group");
    refused("--groups parts --freeze mpl", "there is no group 'mpl' among norms, embeddings, head, attention, mlp");
    refused("--groups parts --group-range mlp=0..x", "'x' is not a number");
    refused("--groups parts --group-range mlp=1..0", "lower bound 1 and upper bound 0");
    refused("--group all=* --freeze all", "all groups are frozen");
    refused("--groups parts --preset paper", "--preset paper has the same merge weights for all tensors");
}
