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

TEST_CASE("a report from a journal is the page of its search, and needs neither checkpoints nor documents") {
    const tiny_run run("cli-report-journal");
    const auto page = run / "searched.html", journal = run / "trials.jsonl";
    const auto outputs = " --journal " + journal.string() + " --report " + page.string();
    REQUIRE(run_program(search_of(run, outputs)).status == 0);
    for (const std::size_t k : {0, 1, 2}) fs::remove_all(run.step(k));
    fs::remove(run.held_out());
    const auto made = run_program("report " + journal.string());
    REQUIRE_MESSAGE(made.status == 0, made.errors);
    CHECK(made.errors.empty());
    CHECK(made.output == "Written: " + (run / "trials.html").string() + "\n");
    CHECK(read_text(run / "trials.html") == read_text(page));
}

TEST_CASE("a report from the journals of a search of groups is the page of that search") {
    const tiny_run run("cli-report-journals");
    const auto page = run / "searched.html", journal = run / "trials.jsonl", again = run / "again.html";
    REQUIRE(run_program(search_of(run, "--groups parts --group-budget 3 --journal " + journal.string() + " --report " +
                                           page.string()))
                .status == 0);
    REQUIRE(run_program("report " + journal.string() + " --out " + again.string()).status == 0);
    CHECK(read_text(again) == read_text(page));
}

TEST_CASE("a journal of a search without a page has one with the decision, the table and the distances") {
    const tiny_run run("cli-report-later");
    const auto journal = run / "trials.jsonl";
    const auto found = run_program(search_of(run, "--journal " + journal.string()));
    REQUIRE(found.status == 0);
    REQUIRE(run_program("report " + journal.string()).status == 0);
    const std::string text = read_text(run / "trials.html");
    const auto decision = found.output.find("Decision: ");
    CHECK(text.find(found.output.substr(decision, found.output.find('\n', decision) - decision)) != text.npos);
    for (const char* const part : {"greedy soup", "found merge", "cosine", "weight of step-200", "--budget 4"})
        CHECK_MESSAGE(text.find(part) != text.npos, part);
    CHECK(count(text, "nan") == 0);
}

TEST_CASE("the report of a search that has not ended shows trials and beliefs, and says that nothing is decided") {
    const tiny_run run("cli-report-unfinished");
    const auto journal = run / "trials.jsonl";
    for (const std::string options :
         {"", "--space schedule", "--groups parts --group-budget 2", "--score 'echo 2.5'"}) {
        CAPTURE(options);
        fs::remove(journal);
        fs::remove(run / "trials.jsonl.groups");
        const bool command = options.starts_with("--score");
        const auto search = command ? "search " + run.step(0).string() + " " + run.step(1).string() + " --budget 4 "
                                    : search_of(run, "");
        REQUIRE(run_program(search + options + " --journal " + journal.string()).status == 0);
        const std::string whole = read_text(journal);
        std::ofstream(journal) << whole.substr(0, whole.find("{\"event\":\"result\"")) << "{\"event\":\"res";
        const auto made = run_program("report --force " + journal.string());
        REQUIRE_MESSAGE(made.status == 0, made.errors);
        CHECK(made.errors.find("trials.jsonl: has no result, as the search has not ended") != std::string::npos);
        const std::string text = read_text(run / "trials.html");
        CHECK(text.find("Not decided") != text.npos);
        CHECK(count(text, "<table") == 0);
        CHECK(text.find("What the search believes") != text.npos);
        CHECK(text.find("kernel: matern52") != text.npos);
        CHECK(count(text, "nan") == 0);
        if (options.empty()) CHECK(text.find("weight of step-200") != text.npos);
        if (!command) CHECK(count(text, "<circle class=\"trial\"") == (options.starts_with("--groups") ? 6 : 4));
    }
}

TEST_CASE("the report of a search that has not ended names checkpoints by their paths, spaces in them too") {
    const tiny_run run("cli-report-spaces");
    const auto newest = run / "newest of all", journal = run / "trials.jsonl";
    fs::rename(run.step(1), newest);
    REQUIRE(run_program("search " + run.step(0).string() + " '" + newest.string() +
                        "' --budget 2 --score 'echo 2.5' --journal " + journal.string())
                .status == 0);
    const std::string whole = read_text(journal);
    std::ofstream(journal) << whole.substr(0, whole.find("{\"event\":\"result\""));
    REQUIRE(run_program("report " + journal.string()).status == 0);
    const std::string text = read_text(run / "trials.html");
    CHECK(text.find("weight of newest of all") != text.npos);
    CHECK(text.find("checkpoints: " + run.step(0).string() + ", " + newest.string()) != text.npos);
}

TEST_CASE("a page from a journal replaces nothing unless it is told to, and never the journal") {
    const tiny_run run("cli-report-refused");
    const auto journal = run / "trials.jsonl", page = run / "trials.html";
    REQUIRE(run_program(search_of(run, "--journal " + journal.string())).status == 0);
    const std::string text = read_text(journal);
    const auto refuses = [&](const std::string& arguments, const std::string& message) {
        const auto refused = run_program("report " + arguments);
        CHECK(refused.status == 2);
        CHECK(refused.output.empty());
        CHECK_MESSAGE(refused.errors.find(message) != std::string::npos, refused.errors);
    };
    std::ofstream(page) << "mine";
    refuses(journal.string(), "trials.html: exists already (--force replaces it)");
    CHECK(read_text(page) == "mine");
    refuses(journal.string() + " --force --out " + journal.string(), "trials.jsonl: is the journal");
    refuses((run / "nothing").string(), "nothing: cannot be read");
    refuses(page.string(), "trials.html: it is empty");
    refuses("", "journal is required");
    CHECK(read_text(journal) == text);
    CHECK(run_program("report --force " + journal.string()).status == 0);
    CHECK(read_text(page).find("</html>") != std::string::npos);
}

TEST_CASE("losses and gains of questions have their own unit and noun, in words and on the page") {
    const tiny_run run("cli-report-units");
    const auto questions = run.write_questions("questions.safetensors", 5, 24), page = run / "report.html";
    const auto search = "search " + run.step(0).string() + " " + run.step(1).string() +
                        " --budget 3 --force --held-out " + questions.string() + " --report " + page.string() +
                        " --metric ";
    const auto tells = [&](const std::string& metric, const std::string& losses, const std::string& gains) {
        const auto found = run_program(search + metric);
        REQUIRE_MESSAGE(found.status == 0, found.errors);
        const std::string text = read_text(page);
        CHECK(text.find("Losses: " + losses) != text.npos);
        CHECK(text.find("gain over the newest, " + gains) != text.npos);
        CHECK(text.find("search questions") != text.npos);
        CHECK(text.find("documents") == text.npos);
        CHECK(found.output.find("documents") == found.output.npos);
        if (gains != "nats per token") CHECK(text.find("nats per token") == text.npos);
        CHECK(run_program(search + metric + " --json").json().back().at("unit") == losses);
    };
    tells("acc", "share of answers wrong", "in the share of right answers");
    tells("choice-loss", "nats", "nats");
    tells("answer-loss", "nats per token", "nats per token");
}

TEST_CASE("trials that all lose are drawn where they are, and every value has its column's title on a narrow screen") {
    const tiny_run run("cli-report-chart");
    const auto page = run / "report.html";
    const auto same = run.step(0).string() + " " + run.step(0).string();
    const auto script = run / "score.sh";
    std::ofstream(script) << "n=$(cat " << (run / "count").string() << " 2>/dev/null || echo 0); n=$((n + 1))\n"
                          << "echo $n >" << (run / "count").string() << "\ntest $n = 1 && echo 2 || echo 2.02\n";
    REQUIRE(run_program("search " + same + " --budget 3 --score 'sh " + script.string() + "' --report " + page.string())
                .status == 0);
    const std::string text = read_text(page);
    CHECK(text.find("-0.020") != text.npos);  // a tick of the axis
    CHECK(text.find("-0.000") == text.npos);
    CHECK(text.find("lower edge") == text.npos);
    CHECK(text.find("<td data-title=\"gain\">") != text.npos);
}
