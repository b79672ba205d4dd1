// SPDX-License-Identifier: Apache-2.0
#include "search_commands.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>

namespace fs = std::filesystem;

namespace {

/// The command that a message tells to run.
std::string told_command(const std::string& errors) {
    const std::string begin = "To write it: bouillon ";
    const auto at = errors.find(begin);
    if (at == errors.npos) return {};
    return errors.substr(at + begin.size(), errors.find('\n', at) - at - begin.size());
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// Writes a checkpoint that no model is made of, for a --score command.
void write_checkpoint(const fs::path& path, float value, std::int64_t steps) {
    fs::remove_all(path);
    fs::create_directories(path);
    bouillon::safetensors_writer writer(path / "model.safetensors",
                                        {{"x", bouillon::dtype::f32, {1}}, {"steps", bouillon::dtype::i64, {1}}});
    for (const auto& tensor : writer.tensors())
        writer.append(tensor.name == "x" ? std::as_bytes(std::span(&value, 1)) : std::as_bytes(std::span(&steps, 1)));
    writer.close();
    std::ofstream(path / "config.json") << "{}";
}

}  // namespace

TEST_CASE("an output that cannot be written at the end costs itself alone, and is made by the command that is told") {
    const tiny_run run("cli-fault-out");
    const auto folder = run / "outputs here", journal = run / "trials.jsonl", page = run / "page.html";
    fs::create_directory(folder);
    const counting_scorer scorer(run, "rm -rf '" + folder.string() + "'; touch '" + folder.string() + "'; echo 2.5$n");
    const auto found = run_program(search_of(run, 3) + scorer.option() + " --budget 3 --journal " + journal.string() +
                                   " --report " + page.string() + " --out '" + (folder / "merged").string() + "'");
    CHECK(found.status == 1);
    CHECK(has(found.output, "Decision: "));
    CHECK_FALSE(has(found.output, "Written: "));
    CHECK(has(read_text(journal), "{\"event\":\"result\""));
    CHECK(has(read_text(page), "</html>"));
    CHECK_MESSAGE(has(found.errors, (folder / "merged").string() + ": "), found.errors);
    const std::string told = told_command(found.errors);
    REQUIRE_MESSAGE(has(told, "merge "), found.errors);
    fs::remove(folder);
    const auto made = run_program(told);
    CHECK_MESSAGE(made.status == 0, made.errors);
    CHECK(fs::exists(folder / "merged/model.safetensors"));
}

TEST_CASE("a full disk at the end costs the output alone, of which nothing is left") {
    const tiny_run run("cli-fault-full");
    const auto out = run / "merged", journal = run / "trials.jsonl";
    std::ofstream(run.step(2) / "tokenizer.json") << '"' << std::string(1'000'000, 'x') << '"';
    const auto command = search_of(run, 3) + on_documents(run) + " --budget 3 --json --journal " + journal.string() +
                         " --out " + out.string();
    const auto found = run_program(command, "ulimit -f 800; trap '' XFSZ; ");
    CHECK(found.status == 1);
    REQUIRE(found.json().size() == 4);
    CHECK(found.json().back().at("event") == "result");
    CHECK_MESSAGE(has(found.errors, "File too large"), found.errors);
    CHECK_FALSE(fs::exists(out));
    CHECK(has(read_text(journal), "{\"event\":\"result\""));
    for (const auto& item : fs::directory_iterator(out.parent_path()))
        CHECK_FALSE(item.path().filename().string().starts_with(".bouillon-partial"));
    REQUIRE(run_program(command + " --resume").status == 0);
    CHECK(fs::exists(out / "model.safetensors"));
}

TEST_CASE("a page that cannot be written costs itself alone, and is made from the journal as it is told") {
    const tiny_run run("cli-fault-page");
    const auto folder = run / "pages", journal = run / "trials.jsonl", out = run / "merged";
    fs::create_directory(folder);
    const counting_scorer scorer(run, "rm -rf " + folder.string() + "; echo 2.5$n");
    const auto command = search_of(run, 2) + scorer.option() + " --budget 2 --out " + out.string() +
                         " --force --report " + (folder / "page.html").string();
    const auto found = run_program(command + " --journal " + journal.string());
    CHECK(found.status == 1);
    CHECK(has(found.output, "Decision: "));
    CHECK(has(found.output, "Written: " + out.string()));
    CHECK(fs::exists(out / "model.safetensors"));
    CHECK_MESSAGE(has(found.errors, (folder / "page.html").string() + ": cannot be written"), found.errors);
    fs::create_directory(folder);
    CHECK(run_program(told_command(found.errors)).status == 0);
    CHECK(has(read_text(folder / "page.html"), "</html>"));
    const auto without = run_program(command);
    CHECK(without.status == 1);
    CHECK_MESSAGE(has(without.errors, "Without --journal it cannot be made again"), without.errors);
}

TEST_CASE("a verdict whose reader is gone is not the end of what is to be written") {
    const tiny_run run("cli-fault-reader");
    const auto out = run / "merged", journal = run / "trials.jsonl";
    const std::string command = search_of(run, 2) + on_documents(run) + " --budget 2 --journal " + journal.string() +
                                " --out " + out.string() + " 2>/dev/null | true";
    REQUIRE(WIFEXITED(std::system((BOUILLON_PROGRAM " " + command).c_str())));
    CHECK(has(read_text(journal), "{\"event\":\"result\""));
    CHECK(fs::exists(out / "model.safetensors"));
}

TEST_CASE("one call of a scorer that fails, whichever it is, costs its line or its trial and not the search") {
    const tiny_run run("cli-fault-call");
    const counting_scorer scorer(run);
    const auto command =
        search_of(run, 3) + scorer.option() + " --budget 4 --json --force --out " + (run / "merged").string();
    const auto whole = run_program(command).json().back();
    const std::size_t calls = scorer.calls();
    REQUIRE(calls > 12);
    std::set<std::string> lost;  // baselines
    std::size_t failed = 0;      // trials
    for (std::size_t call = 1; call <= calls; ++call) {
        CAPTURE(call);
        scorer.fail_in(std::to_string(call));
        fs::remove_all(run / "merged");
        const auto found = run_program(command);
        REQUIRE_MESSAGE(found.status == 0, found.errors);
        CHECK(fs::exists(run / "merged/model.safetensors"));
        const auto events = found.json();
        for (const auto& event : events) failed += event.contains("failed") ? 1 : 0;
        const auto& result = events.back();
        CHECK(result.at("rows").front().at("name") == "newest");
        CHECK(result.at("rows").back().at("name") == "found merge");
        if (call == 1) CHECK(has(found.errors, "the newest checkpoint could not be measured, and is tried once more"));
        for (const auto& warning : result.at("warnings"))
            if (warning.at("kind") == "not_measured") lost.insert(warning.at("text"));
        const std::size_t rows = whole.at("rows").size();
        CHECK(result.at("rows").size() >= rows - 1);
    }
    CHECK(failed == 4);
    CHECK(std::ranges::any_of(lost, [](const auto& text) {
        return text.starts_with("a line is missing, as it could not be measured: baseline '1-sqrt decay': ") &&
               has(text, "exit status 3");
    }));
}

TEST_CASE("a call that fails is run again as often as --retries says, and then costs nothing") {
    const tiny_run run("cli-fault-retries");
    const counting_scorer scorer(run);
    const auto command = search_of(run, 3) + scorer.option() + " --budget 4 --json";
    const auto whole = timeless(run_program(command));
    scorer.fail_in("1 4 8 9 12");
    const auto found = run_program(command + " --retries 2");
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    CHECK(timeless(found) == whole);
    CHECK(complaints(found).empty());
}

TEST_CASE("where a recommended merge cannot be measured the best trial takes its place") {
    const tiny_run run("cli-fault-found");
    // Losses on documents whose noise is their own, so that no trial is recommended but what lies between them.
    const counting_scorer scorer(run,
                                 "test $n -gt 5 && exit 1; c=$(cksum <$1/model.safetensors | cut -c1-5); s=\n"
                                 "for i in $(seq 30); do s=$s,2.$(((c * (i + 7)) % 89 + 150 - 30 * (n > 1))); done\n"
                                 "echo \"[${s#,}]\"");
    const auto found = run_program(search_of(run, 3) + scorer.option() + " --budget 4 --json");
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    const auto events = found.json();
    const auto& rows = events.back().at("rows");
    std::vector<nlohmann::json> tried;
    for (const auto& event : events)
        if (event.at("event") == "trial") tried.push_back(event.at("merge_weights"));
    CHECK(std::count(tried.begin(), tried.end(), rows.back().at("merge_weights")) == 1);
    const auto& warnings = events.back().at("warnings");
    CHECK(std::ranges::any_of(warnings, [](const nlohmann::json& warning) {
        return has(warning.at("text"), "the trial of the lowest loss stands in its place");
    }));
    CHECK(std::ranges::count(warnings, "not_measured",
                             [](const nlohmann::json& warning) { return warning.at("kind").get<std::string>(); }) >= 3);
}

TEST_CASE("a scorer that never works ends the search at once, and one that works later begins it") {
    const tiny_run run("cli-fault-newest");
    const counting_scorer scorer(run, "exit 1");
    const auto command =
        search_of(run, 2) + scorer.option() + " --budget 2 --journal " + (run / "trials.jsonl").string() + " --resume";
    const auto ended = run_program(command);
    CHECK(ended.status == 1);
    CHECK(ended.output.empty());
    CHECK(scorer.calls() == 2);
    scorer.set("echo 2.5");
    CHECK(run_program(command).status == 0);
}

TEST_CASE("a scorer that works for the newest checkpoint alone ends the search after a few trials") {
    const tiny_run run("cli-fault-trials");
    const counting_scorer scorer(run, "test $n -gt 1 && exit 7; echo 2.5");
    const auto command = search_of(run, 2) + scorer.option() + " --budget 20 --json";
    const auto ended = run_program(command);
    CHECK(ended.status == 1);
    CHECK(ended.json().size() == 3);
    CHECK_MESSAGE(has(ended.errors, "the first 3 trials all failed, and so would the others: "), ended.errors);
    CHECK(scorer.calls() == 4);
    scorer.set("test $n -gt 1 -a $n -lt 4 && exit 7; echo 2.$n");
    scorer.fail_in("");
    CHECK(run_program(command).status == 0);
}

TEST_CASE("a scorer may leave a helper in the background that holds its output open") {
    const tiny_run run("cli-fault-helper");
    const auto found =
        run_program(search_of(run, 2) + " --score 'sleep 3 & echo 2.5' --score-limit 2 --budget 1 --json");
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    CHECK(found.json().front().at("loss") == 2.5);
}

TEST_CASE("whatever would stop the output at the end is found before the first call of a scorer") {
    const tiny_run run("cli-fault-early");
    const counting_scorer scorer(run);
    const auto a = run / "a", b = run / "b", out = run / "merged";
    const auto refuses = [&](const std::string& options, const std::string& message) {
        const auto refused =
            run_program("search " + a.string() + " " + b.string() + scorer.option() + " --budget 1" + options);
        CHECK(refused.status == 2);
        CHECK(refused.output.empty());
        CHECK_MESSAGE(has(refused.errors, message), refused.errors);
        CHECK(scorer.calls() == 0);
        CHECK_FALSE(fs::exists(out));
    };
    const std::string written = " --out " + out.string();
    write_checkpoint(a, 1, 7);
    write_checkpoint(b, 2, 8);
    refuses(written, "tensor \"steps\" of type I64 cannot be summed, and it differs from");
    refuses("", "tensor \"steps\" of type I64 cannot be summed, and it differs from");
    write_checkpoint(a, std::numeric_limits<float>::infinity(), 8);
    refuses(written, "tensor \"x\" has inf at element 0 (--allow-non-finite lets it pass)");
    refuses("", "tensor \"x\" has inf at element 0 (--allow-non-finite lets it pass)");
    write_checkpoint(a, 1, 8);
    std::ofstream(run / "file") << "mine";
    refuses(" --out " + (run / "file/merged").string(), (run / "file/merged").string());
    refuses(" --out /proc/none/merged", "cannot create");
    refuses(" --out " + (run / "file").string(), "exists already (--force replaces it)");
    refuses(" --journal " + (run / "none/trials.jsonl").string(), "none/trials.jsonl: No such file or directory");
    refuses(" --journal " + (run / "one").string() + " --report " + (run / "one").string(),
            "one: is both --report and --journal");
    refuses(written + " --report " + (run / "x/../merged").string(), "merged: is both --out and --report");
    REQUIRE(run_program("search " + a.string() + " " + b.string() + scorer.option() + " --budget 1" + written).status ==
            0);
}

TEST_CASE("a search of checkpoints that are not finite passes where it is told to") {
    const tiny_run run("cli-fault-passes");
    const auto a = run / "a", b = run / "b", out = run / "merged";
    write_checkpoint(a, std::numeric_limits<float>::infinity(), 7);
    write_checkpoint(b, 2, 7);
    const auto found = run_program("search " + a.string() + " " + b.string() +
                                   " --score 'echo 2.5' --budget 1 --allow-non-finite --out " + out.string());
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    CHECK(fs::exists(out / "model.safetensors"));
}

TEST_CASE("a checkpoint that is not finite is found before a search in memory, for its output's sake") {
    const tiny_run run("cli-fault-resident");
    const auto weights = run.step(0) / "model.safetensors";
    {
        std::fstream file(weights, std::ios::binary | std::ios::in | std::ios::out);
        const float infinity = std::numeric_limits<float>::infinity();
        file.seekp(static_cast<std::streamoff>(fs::file_size(weights) - sizeof infinity));
        file.write(reinterpret_cast<const char*>(&infinity), sizeof infinity);
    }
    const auto refused =
        run_program(search_of(run, 3) + on_documents(run) + " --budget 2 --out " + (run / "merged").string());
    CHECK(refused.status == 2);
    CHECK(refused.output.empty());
    CHECK_MESSAGE(has(refused.errors, "has inf at element"), refused.errors);
    CHECK_FALSE(has(refused.errors, "memory: "));  // not even read for the search
}
