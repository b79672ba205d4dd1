// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"
#include "tiny_run.hpp"

#include <doctest/doctest.h>

namespace fs = std::filesystem;

namespace {

std::string search_of(const tiny_run& run, const std::string& options) {
    return "search " + run.step(0).string() + " " + run.step(1).string() + " " + run.step(2).string() + " --held-out " +
           run.held_out().string() + " --test " + run.test().string() + " --budget 4 " + options;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a report is one page that needs nothing else and shows all that the search printed") {
    const tiny_run run("cli-report");
    const auto page = run / "report.html";
    const auto found = run_program(search_of(run, "--report " + page.string()));
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    const std::string text = read_text(page);
    CHECK(text.rfind("</html>\n") == text.size() - 8);
    CHECK(text.find("<script") == text.npos);
    CHECK(text.find("src=") == text.npos);
    CHECK(text.find("http") == text.npos);
    const auto decision = found.output.find("Decision: ");
    REQUIRE(decision != found.output.npos);
    CHECK(text.find(found.output.substr(decision, found.output.find('\n', decision) - decision)) != text.npos);
    for (const char* const part : {"uniform over all", "greedy soup", "found merge", "step-300", "nats per token",
                                   "weight of step-200", "cosine", "--budget 4", "Scored: "})
        CHECK_MESSAGE(text.find(part) != text.npos, part);
    CHECK(count(text, "<svg") == 4);  // the trials, and a slice for each checkpoint
    CHECK(count(text, "<circle class=\"trial\"") == 4);
    CHECK(count(text, "nan") == 0);
    CHECK_FALSE(fs::exists(page.string() + ".partial"));
}

TEST_CASE("a report of groups of tensors has their scales and weights") {
    const tiny_run run("cli-report-groups");
    const auto page = run / "report.html";
    const auto found =
        run_program(search_of(run, "--groups parts --freeze norms --group-budget 3 --report " + page.string()));
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    const std::string text = read_text(page);
    CHECK(count(text, "<circle class=\"trial\"") == 7);
    CHECK(text.find("scale of attention") != text.npos);
    CHECK(text.find("scale of norms") == text.npos);
}

TEST_CASE("a report that cannot be written is refused before the search, and one that exists is kept") {
    const tiny_run run("cli-report-wrong");
    const auto missing = run_program(search_of(run, "--report " + (run / "nowhere/report.html").string()));
    CHECK(missing.status == 2);
    CHECK(missing.output.empty());
    CHECK(missing.errors.find("nowhere/report.html: cannot be written") != std::string::npos);

    const auto page = run / "report.html";
    std::ofstream(page) << "mine";
    const auto kept = run_program(search_of(run, "--report " + page.string()));
    CHECK(kept.status == 2);
    CHECK(kept.errors.find("exists already (--force replaces it)") != std::string::npos);
    CHECK(read_text(page) == "mine");
    CHECK(run_program(search_of(run, "--force --report " + page.string())).status == 0);
    CHECK(read_text(page).find("</html>") != std::string::npos);
}
