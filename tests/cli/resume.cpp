// SPDX-License-Identifier: Apache-2.0
#include "search_commands.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace fs = std::filesystem;

namespace {

void write_text(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

std::string before_result(const std::string& journal) {
    return journal.substr(0, journal.find("{\"event\":\"result\""));
}

std::size_t lines_of(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// A scorer of 30 documents whose losses follow from the checkpoint alone.
constexpr const char* of_documents =
    "c=$(cksum <$1/model.safetensors | cut -c1-2); echo \"[$(seq -s, 1 30 | sed \"s/[0-9]*/2.&$c/g\")]\"";

}  // namespace

TEST_CASE("a search of a noisy scorer resumes with what it recorded, and says how that differs now") {
    const tiny_run run("cli-resume-noisy");
    const auto journal = run / "trials.jsonl";
    const counting_scorer scorer(run, "printf '2.5%06d\\n' $n");
    const auto command = search_of(run, 2) + scorer.option() + " --budget 4 --json --journal " + journal.string();
    REQUIRE(run_program(command).status == 0);
    const std::string whole = read_text(journal);
    const auto killed = whole.find("\"ticket\":2");
    write_text(journal, whole.substr(0, killed));
    const auto resumed = run_program(command + " --resume");
    REQUIRE_MESSAGE(resumed.status == 0, resumed.errors);
    CHECK_MESSAGE(resumed.errors.find("1 of 1 losses differ, by up to ") != std::string::npos, resumed.errors);
    CHECK(resumed.errors.find("The recorded ones stand.") != std::string::npos);
    CHECK(lines_of(complaints(resumed)) == 1);
    const std::string text = read_text(journal);
    const auto whole_lines = whole.substr(0, whole.rfind('\n', killed));
    CHECK(text.substr(0, whole_lines.size()) == whole_lines);
    CHECK(resumed.json().back().at("rows")[0].at("search_loss") == 2.5000001);
}

TEST_CASE("a search whose newest checkpoint has losses of quite another size is another scorer's, and not resumed") {
    const tiny_run run("cli-resume-other");
    const auto journal = run / "trials.jsonl";
    const counting_scorer scorer(run, "printf '2.5%06d\\n' $n");
    const auto command = search_of(run, 2) + scorer.option() + " --budget 4 --json --journal " + journal.string();
    REQUIRE(run_program(command).status == 0);
    const std::string begun = before_result(read_text(journal));
    for (const char* other : {"echo 25.3", "echo 0.9"}) {
        write_text(journal, begun);
        scorer.set(other);
        const auto refused = run_program(command + " --resume");
        CHECK(refused.status == 2);
        CHECK_MESSAGE(refused.errors.find("another scorer, or other documents") != std::string::npos, refused.errors);
        CHECK(read_text(journal) == begun);
    }
    scorer.set("echo 3.5");
    CHECK(run_program(command + " --resume").status == 0);
}

TEST_CASE("losses on documents that come out otherwise are told in one line, and no search is refused for them") {
    const tiny_run run("cli-resume-otherwise");
    const auto journal = run / "trials.jsonl";
    const auto command = search_of(run, 3) + on_documents(run) + " --budget 4 --json --journal " + journal.string();
    const auto whole = timeless(run_program(command));
    std::string text = before_result(read_text(journal));
    const auto first = text.find("\"reference_losses\":[") + std::string("\"reference_losses\":[").size();
    const std::string loss = text.substr(first, text.find(',', first) - first);
    for (auto at = text.find(loss); at != text.npos; at = text.find(loss, at + 1)) text[at + 6] ^= 1;  // another digit
    write_text(journal, text);
    const auto resumed = run_program(command + " --resume");
    REQUIRE_MESSAGE(resumed.status == 0, resumed.errors);
    CHECK_MESSAGE(
        resumed.errors.find("the newest checkpoint measures otherwise now, as on another machine or with a noisy "
                            "scorer: 1 of 12 losses differ, by up to ") != std::string::npos,
        resumed.errors);
    CHECK(read_text(journal).starts_with(text));
}

TEST_CASE("a search of a command that was killed at any line resumes to the same result and measures nothing twice") {
    const tiny_run run("cli-resume-command");
    const auto journal = run / "trials.jsonl";
    const counting_scorer scorer(run, of_documents);
    const auto command = search_of(run, 3) + scorer.option() + " --budget 3 --json --journal " + journal.string();
    const auto whole = timeless(run_program(command));
    REQUIRE(whole.size() == 4);
    REQUIRE(whole.back().at("gains_on") == "confirm");
    const std::string text = read_text(journal);
    const std::size_t calls = scorer.calls();
    std::size_t measured = 0;  // in the journal that is left
    for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        if (text.compare(begin, 19, "{\"event\":\"measured\"") == 0) ++measured;
        const bool ended = text.compare(begin, 17, "{\"event\":\"result\"") == 0;
        write_text(journal, text.substr(0, end + 1) + R"({"event":"obs)");
        scorer.fail_in("");
        const auto resumed = run_program(command + " --resume");
        REQUIRE_MESSAGE(resumed.status == 0, resumed.errors);
        CHECK(timeless(resumed).back() == whole.back());
        CHECK(read_text(journal) == text);
        // The newest is measured once more, unless all is done; a trial whose losses are not yet told is, too.
        const std::size_t left = calls - std::max<std::size_t>(measured, 1) + (ended ? 0 : 1);
        CHECK(scorer.calls() >= left);
        CHECK(scorer.calls() <= left + 1);
    }
}

TEST_CASE("baselines that were measured are not measured again") {
    const tiny_run run("cli-resume-baselines");
    const auto journal = run / "trials.jsonl";
    const counting_scorer scorer(run);
    const auto command = search_of(run, 3) + scorer.option() + " --budget 4 --json --journal " + journal.string();
    const auto whole = timeless(run_program(command));
    CHECK(scorer.calls() > 10);
    write_text(journal, before_result(read_text(journal)));
    scorer.fail_in("");
    CHECK(timeless(run_program(command + " --resume")).back() == whole.back());
    CHECK(scorer.calls() == 1);  // the newest, to see that the scorer is what it was
    scorer.fail_in("");
    CHECK(timeless(run_program(command + " --resume")).back() == whole.back());
    CHECK(scorer.calls() == 0);
}

TEST_CASE("a search that is given more trials ends as one that had them from the start") {
    const tiny_run run("cli-resume-budget");
    const auto journal = run / "trials.jsonl", other = run / "other.jsonl";
    const counting_scorer scorer(run, of_documents);
    for (const std::string& measured : {on_documents(run), scorer.option()}) {
        fs::remove(journal);
        fs::remove(other);
        const auto command = search_of(run, 3) + measured + " --json --budget ";
        REQUIRE(run_program(command + "10 --journal " + journal.string()).status == 0);
        const auto large = timeless(run_program(command + "13 --journal " + other.string()));
        const auto grown = run_program(command + "13 --resume --journal " + journal.string());
        REQUIRE_MESSAGE(grown.status == 0, grown.errors);
        const auto events = timeless(grown);
        REQUIRE(events.size() == 4);
        CHECK(std::equal(events.rbegin(), events.rend(), large.rbegin()));
        CHECK(read_text(journal).find("{\"event\":\"budget\",\"budget\":13}\n") != std::string::npos);
        const auto smaller = run_program(command + "10 --resume --journal " + journal.string());
        CHECK(smaller.status == 2);
        CHECK(smaller.errors.find("budget is 13 there, but 10 here: it can grow, but not shrink") != std::string::npos);
        CHECK(run_program("report --force " + journal.string()).errors.empty());
    }
}

TEST_CASE("a search of few trials that is given more goes on from the first design that it had") {
    const tiny_run run("cli-resume-design");
    const auto command =
        search_of(run, 3) + on_documents(run) + " --json --journal " + (run / "trials.jsonl").string() + " --budget ";
    REQUIRE(run_program(command + "2").status == 0);
    const auto grown = run_program(command + "6 --resume");
    REQUIRE_MESSAGE(grown.status == 0, grown.errors);
    CHECK(grown.json().size() == 5);
    CHECK(grown.errors.find("elsewhere") == std::string::npos);
}

TEST_CASE("a search of groups can be given more trials of groups only, and that is said before any") {
    const tiny_run run("cli-resume-groups");
    const auto command =
        search_of(run, 3) + on_documents(run) + " --groups parts --json --journal " + (run / "trials.jsonl").string();
    REQUIRE(run_program(command + " --budget 4 --group-budget 3").status == 0);
    const auto refused = run_program(command + " --budget 6 --group-budget 3 --resume");
    CHECK(refused.status == 2);
    CHECK(refused.output.empty());
    CHECK_MESSAGE(refused.errors.find("--budget is 4 there, but 6 here, and groups are searched around what it found "
                                      "already: only --group-budget can grow") != std::string::npos,
                  refused.errors);
    const auto grown = run_program(command + " --budget 4 --group-budget 5 --resume");
    REQUIRE_MESSAGE(grown.status == 0, grown.errors);
    CHECK(grown.json().size() == 3);
}

TEST_CASE("a journal of another version or of other inputs is one line, before anything is measured") {
    const tiny_run run("cli-resume-refused");
    const auto journal = run / "trials.jsonl";
    const counting_scorer scorer(run);
    const auto options = scorer.option() + " --budget 2 --resume --journal " + journal.string();
    REQUIRE(run_program(search_of(run, 2) + options).status == 0);
    const std::string text = read_text(journal);
    scorer.fail_in("");
    const auto refuses = [&](const std::string& command, const std::string& message) {
        const auto refused = run_program(command + options);
        CHECK(refused.status == 2);
        CHECK(refused.output.empty());
        CHECK(lines_of(refused.errors) == 1);
        CHECK_MESSAGE(refused.errors.find(message) != std::string::npos, refused.errors);
        CHECK(scorer.calls() == 0);
    };
    refuses(search_of(run, 3), "checkpoints has 2 values there, but 3 here");
    std::string old = text;
    old.replace(old.find("\"version\":5"), 11, "\"version\":4");
    write_text(journal, old);
    refuses(search_of(run, 2), "it is of version 4; this bouillon reads version 5");
}

TEST_CASE("a scorer that is broken when a search is resumed ends it, and its journal stays as it is") {
    const tiny_run run("cli-resume-broken");
    const auto journal = run / "trials.jsonl";
    const counting_scorer scorer(run);
    const auto command =
        search_of(run, 2) + scorer.option() + " --budget 4 --resume --json --journal " + journal.string();
    const auto whole = timeless(run_program(command));
    const std::string text = read_text(journal),
                      half = text.substr(0, text.find("{\"event\":\"suggest\",\"ticket\":2"));
    write_text(journal, half);
    scorer.set("exit 1");
    const auto broken = run_program(command);
    CHECK(broken.status == 1);
    CHECK(broken.errors.find("the newest checkpoint could not be measured, and is tried once more") !=
          std::string::npos);
    CHECK(read_text(journal) == half);
    scorer.set("echo '[1, 2, 3]'");
    const auto other = run_program(command);
    CHECK(other.status == 2);
    CHECK(other.errors.find("the newest checkpoint has 1 losses there, but 3 here") != std::string::npos);
    CHECK(read_text(journal) == half);
    const counting_scorer again(run);
    CHECK(timeless(run_program(command)).back() == whole.back());
    CHECK(read_text(journal) == text);
}
