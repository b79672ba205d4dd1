// SPDX-License-Identifier: Apache-2.0
#include "search_commands.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <regex>

namespace fs = std::filesystem;

TEST_CASE("search prints a trial event a trial and one result, with the documented fields") {
    const tiny_run run("cli-json");
    const auto found = run_program(search_of(run, 3) + on_documents(run) + " --budget 6 --json");
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    const auto events = found.json();
    REQUIRE(events.size() == 7);
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(events[i].at("event") == "trial");
        CHECK(events[i].at("trial") == i);
        const std::vector<double> weights = events[i].at("merge_weights");
        CHECK(weights.size() == 3);
        CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) == doctest::Approx(1).epsilon(1e-12));
        for (const char* field : {"loss", "standard_error", "gain", "gain_standard_error"})
            CHECK(events[i].at(field).is_number());
        for (const char* part : {"suggest", "merge", "score", "observe"})
            CHECK(events[i].at("seconds").at(part).get<double>() >= 0);
    }
    const auto& result = events.back();
    CHECK(result.at("event") == "result");
    CHECK(result.at("recommendation").at("merge_weights").size() == 3);
    CHECK((result.at("decision") == "merge" || result.at("decision") == "keep newest"));
    std::vector<std::string> names;
    for (const auto& row : result.at("rows")) {
        names.push_back(row.at("name"));
        CHECK(row.at("merge_weights").size() == 3);
        for (const char* field :
             {"search_loss", "test_loss", "gain", "gain_standard_error", "search_gain", "search_gain_standard_error"})
            CHECK(row.at(field).is_number());
        CHECK(row.at("significant").is_boolean());
        CHECK(row.at("gain_interval").size() == 2);
    }
    CHECK(names == std::vector<std::string>{"newest", "best single", "uniform over all", "moving average",
                                            "1-sqrt decay", "greedy soup", "random search", "found merge"});
}

TEST_CASE("gains are measured on test documents, else on some set aside, and it is said where neither is so") {
    const tiny_run run("cli-honest");
    const auto result_of = [&](const std::string& documents) {
        const auto found = run_program(search_of(run, 2) + documents + " --budget 4 --json");
        REQUIRE_MESSAGE(found.status == 0, found.errors);
        return found.json().back();
    };
    const auto kinds_of = [](const nlohmann::json& result) {
        std::vector<std::string> kinds;
        for (const auto& warning : result.at("warnings")) {
            kinds.push_back(warning.at("kind"));
            CHECK_FALSE(warning.at("text").get<std::string>().empty());
        }
        return kinds;
    };
    const auto count = [&](const nlohmann::json& result, const std::string& kind) {
        const auto kinds = kinds_of(result);
        return std::count(kinds.begin(), kinds.end(), kind);
    };
    const auto tested = result_of(on_documents(run));
    CHECK(tested.at("gains_on") == "test");
    CHECK(tested.at("gain_documents") == 12);
    CHECK(count(tested, "winners_curse") == 0);

    const auto big = run.write_documents("big.safetensors", 4, 30);
    const auto confirmed = result_of(" --held-out " + big.string());
    CHECK(confirmed.at("gains_on") == "confirm");
    CHECK(confirmed.at("gain_documents") == 10);
    CHECK(confirmed.at("rows")[0].at("test_loss").is_number());
    CHECK(count(confirmed, "winners_curse") == 0);
    CHECK(result_of(" --held-out " + big.string() + " --confirm 0.5").at("gain_documents") == 15);

    for (const std::string& documents :
         {" --confirm 0 --held-out " + big.string(), " --held-out " + run.held_out().string()}) {
        const auto chosen = result_of(documents);
        CHECK(chosen.at("gains_on") == "search");
        CHECK(chosen.at("rows")[0].at("test_loss").is_null());
        CHECK(count(chosen, "winners_curse") == 1);
    }
    const auto refused = run_program(search_of(run, 2) + on_documents(run) + " --confirm 0.5");
    CHECK(refused.status == 2);
    CHECK(refused.errors.find("--confirm") != std::string::npos);
}

TEST_CASE("a bound that holds the best merge back is named") {
    const std::string run = BOUILLON_EXAMPLE_DATA;
    const auto found = run_program("search " + run + "/step-02280 " + run + "/step-02400 --held-out " + run +
                                   "/search.safetensors --budget 3 --alpha 0.9");
    CHECK_MESSAGE(found.output.find("the best merge lies on the border of what was searched, so a better one may lie "
                                    "beyond: --alpha 0.9 (widen it)") != std::string::npos,
                  found.output);
}

TEST_CASE("where no merge gains the newest checkpoint is kept, and written as it is") {
    const tiny_run run("cli-keep");
    const auto out = run / "kept";
    const auto same = run.step(0).string() + " " + run.step(0).string();
    const auto kept = run_program("search " + same + on_documents(run) + " --budget 4 --out " + out.string());
    REQUIRE_MESSAGE(kept.status == 0, kept.errors);
    CHECK(kept.output.find("Decision: keep the newest.") != std::string::npos);
    CHECK(kept.output.find("Warning: the checkpoints look annealed, or are the same") != std::string::npos);
    CHECK(kept.output.find("(the newest checkpoint)") != std::string::npos);
    const auto losses = [&](const fs::path& checkpoint) {
        auto scored = run_program("score " + checkpoint.string() + " --json --held-out " + run.test().string()).json();
        return scored.at(0).at("loss").get<double>();
    };
    CHECK(losses(out) == losses(run.step(0)));

    const auto json = run_program("search " + same + on_documents(run) + " --budget 4 --json").json().back();
    CHECK(json.at("decision") == "keep newest");
}

TEST_CASE("a trial says on how many documents it was scored, which are all of them with --full") {
    const tiny_run run("cli-full");
    const auto documents = [&](const std::string& options) {
        const auto found = run_program(search_of(run, 3) + on_documents(run) + " --budget 6 --json" + options);
        REQUIRE_MESSAGE(found.status == 0, found.errors);
        std::vector<std::size_t> scored;
        for (const auto& event : found.json())
            if (event.at("event") == "trial") scored.push_back(event.at("documents"));
        return scored;
    };
    const auto raced = documents(""), full = documents(" --full");
    REQUIRE(raced.size() == 6);
    CHECK(std::count(full.begin(), full.end(), full.front()) == 6);
    for (const std::size_t scored : raced) CHECK(scored >= 3);
    for (const std::size_t scored : raced) CHECK(scored <= full.front());
    CHECK(std::accumulate(raced.begin(), raced.end(), std::size_t{0}) < 6 * full.front());
}

TEST_CASE("every choice of space, kernel, acquisition, preset and backend runs") {
    const tiny_run run("cli-choices");
    for (const std::string choice : {"--space simplex",
                                     "--space interval --alpha 0",
                                     "--space affine --lower -0.2 --upper 1.2",
                                     "--space schedule --step 0.3",
                                     "--kernel squared-exponential",
                                     "--kernel matern12",
                                     "--kernel matern32",
                                     "--kernel rational-quadratic",
                                     "--kernel matern52+quadratic",
                                     "--kernel hellinger --space simplex",
                                     "--acquisition ei",
                                     "--acquisition pi",
                                     "--acquisition log-pi",
                                     "--acquisition ucb",
                                     "--acquisition log-nei",
                                     "--acquisition thompson",
                                     "--acquisition knowledge-gradient",
                                     "--acquisition improvement-or-knowledge",
                                     "--acquisition gp-hedge",
                                     "--preset paper",
                                     "--backend thrust"}) {
        const auto found = run_program(search_of(run, 2) + on_documents(run) + " --budget 4 --json " + choice);
        CHECK_MESSAGE(found.status == 0, choice << ": " << found.errors);
        CHECK(found.json().size() == 5);
    }
}

TEST_CASE("the surrogate has a quadratic trend above eight checkpoints, and the journal names it") {
    const tiny_run run("cli-many", 9);
    const auto journal = run / "trials.jsonl";
    const auto kernel_of = [&](std::size_t checkpoints) {
        const auto found =
            run_program(search_of(run, checkpoints) + on_documents(run) + " --budget 4 --journal " + journal.string());
        CHECK_MESSAGE(found.status == 0, found.errors);
        const std::string text = read_text(journal);
        std::filesystem::remove(journal);
        return nlohmann::json::parse(text.substr(0, text.find('\n'))).at("settings").at("kernel");
    };
    CHECK(kernel_of(8) == "matern52");
    CHECK(kernel_of(9) == "matern52+quadratic");
}

TEST_CASE("the acquisition is the library's own for merges unless told otherwise, and the journal names it") {
    const tiny_run run("cli-auto");
    const auto header_of = [&](const std::string& options) {
        const auto journal = run / "trials.jsonl";
        const auto found =
            run_program(search_of(run, 3) + on_documents(run) + " --budget 4 --journal " + journal.string() + options);
        CHECK_MESSAGE(found.status == 0, found.errors);
        const std::string text = read_text(journal);
        fs::remove(journal);
        return text.substr(0, text.find('\n'));
    };
    const std::string untold = header_of("");
    CHECK(untold == header_of(" --acquisition auto"));
    CHECK(nlohmann::json::parse(untold).at("settings").at("acquisition") == "log-nei");
}

TEST_CASE(
    "the window that documents are cut in is in the journal and in the result, and a search resumes with no other") {
    const tiny_run run("cli-window");
    const std::string search =
        search_of(run, 2) + on_documents(run) + " --budget 4 --json --journal " + (run / "trials.jsonl").string();
    const auto found = run_program(search + " --window 5");
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    CHECK(found.json().back().at("window") == 5);
    const std::string text = read_text(run / "trials.jsonl");
    CHECK(nlohmann::json::parse(text.substr(0, text.find('\n'))).at("settings").at("window") == 5);
    CHECK(run_program(search + " --window 5 --resume").status == 0);
    const auto other = run_program(search + " --resume");
    CHECK(other.status == 2);
    CHECK(other.errors.find("window") != std::string::npos);
}

TEST_CASE("the paper's preset begins at alpha and at 1") {
    const tiny_run run("cli-paper");
    const auto events =
        run_program(search_of(run, 2) + on_documents(run) + " --budget 4 --json --preset paper --alpha 0.4").json();
    CHECK(events[0].at("merge_weights") == nlohmann::json({0.6, 0.4}));
    CHECK(events[1].at("merge_weights") == nlohmann::json({0.0, 1.0}));
}

TEST_CASE("a search says where its checkpoints will be, and a backend that is not built in is refused") {
    const tiny_run run("cli-memory");
    const std::string command = search_of(run, 2) + on_documents(run) + " --budget 1";
    CHECK(run_program(command).errors.starts_with("memory: "));
    const auto refused = run_program(command + " --backend cuda");
    CHECK(refused.status == 2);
    CHECK(refused.errors.find("--backend cuda: this bouillon was built without CUDA") != std::string::npos);
}

TEST_CASE("a precision that only a GPU has is refused elsewhere, by search and score, and float32 is what there is") {
    const tiny_run run("cli-precision");
    const std::string message = "--precision bf16: --backend xtensor multiplies in float32 only";
    const std::string search = search_of(run, 2) + on_documents(run) + " --budget 1 --json";
    const std::string score = "score " + run.step(0).string() + " --held-out " + run.held_out().string();
    for (const auto& command : {search, score}) {
        const auto refused = run_program(command + " --precision bf16");
        CHECK(refused.status == 2);
        CHECK(refused.errors.find(message) != std::string::npos);
    }
    CHECK(timeless(run_program(search + " --precision float32")) == timeless(run_program(search)));
}

TEST_CASE("both backends search alike to the last bit") {
    const tiny_run run("cli-backends");
    const auto command = search_of(run, 3) + on_documents(run) + " --budget 5 --json";
    CHECK(timeless(run_program(command)) == timeless(run_program(command + " --backend thrust")));
}

TEST_CASE("the table ends with the found merge and the decision, and the checkpoint to use is written whole") {
    const tiny_run run("cli-table");
    const auto out = run / "merged";
    const auto found = run_program(search_of(run, 3) + on_documents(run) + " --budget 5 --out " + out.string());
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    for (const char* text : {"uniform over all", "found merge", "significant at 95 %",
                             "Found merge: step-100:", "Decision: ", "Written: "})
        CHECK_MESSAGE(found.output.find(text) != std::string::npos, found.output);
    CHECK(fs::exists(out / "model.safetensors"));
    CHECK(read_text(out / "tokenizer.json") == "{}");
    CHECK(run_program("score " + out.string() + " --held-out " + run.test().string()).status == 0);

    const auto before = read_text(out / "model.safetensors");
    const auto again = run_program(search_of(run, 3) + on_documents(run) + " --out " + out.string());
    CHECK(again.status == 2);
    CHECK(again.output.empty());
    CHECK(again.errors.find(out.string()) != std::string::npos);
    CHECK(read_text(out / "model.safetensors") == before);
}

TEST_CASE("a search that was killed at any line of its journal resumes to the same result") {
    const tiny_run run("cli-resume");
    const auto journal = run / "trials.jsonl";
    const auto command = search_of(run, 3) + on_documents(run) + " --budget 6 --json --journal " + journal.string();
    const auto whole = timeless(run_program(command));
    const std::string text = read_text(journal);
    REQUIRE(whole.size() == 7);
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1)) {
        std::ofstream(journal, std::ios::binary | std::ios::trunc) << text.substr(0, end + 1) << R"({"event":"obs)";
        const auto resumed = run_program(command + " --resume");
        REQUIRE_MESSAGE(resumed.status == 0, resumed.errors);
        const auto events = timeless(resumed);
        CHECK(events.back() == whole.back());
        CHECK(
            std::equal(events.rbegin(), events.rend(), whole.rbegin()));  // what it did is what the whole one did last
        CHECK(read_text(journal) == text);
    }
}

TEST_CASE("a journal is neither overwritten nor continued by another search") {
    const tiny_run run("cli-journal");
    const auto journal = run / "trials.jsonl";
    const auto command = search_of(run, 3) + on_documents(run) + " --json --journal " + journal.string();
    REQUIRE(run_program(command + " --budget 3").status == 0);
    const std::string text = read_text(journal);
    const auto overwritten = run_program(command + " --budget 3");
    CHECK(overwritten.status == 2);
    CHECK(overwritten.errors.find(journal.string()) != std::string::npos);
    const auto other = run_program(command + " --budget 3 --seed 2 --resume");
    CHECK(other.status == 2);
    CHECK(other.errors.find("seed is 1 there, but 2 here") != std::string::npos);
    CHECK(read_text(journal) == text);
}

TEST_CASE("a journal's numbers are told apart to their last digit") {
    const tiny_run run("cli-journal-digits");
    const auto command = search_of(run, 2) + on_documents(run) + " --budget 2 --space interval --journal " +
                         (run / "trials.jsonl").string();
    REQUIRE(run_program(command + " --alpha 0.5").status == 0);
    const auto other = run_program(command + " --alpha 0.5000003 --resume");
    CHECK(other.status == 2);
    CHECK_MESSAGE(other.errors.find("alpha is 0.5 there, but 0.5000003 here") != std::string::npos, other.errors);
}

TEST_CASE("a search stops by whichever option comes first, and says which") {
    const tiny_run run("cli-stopping");
    const auto stopped_by = [&](const std::string& options) {
        const auto found = run_program(search_of(run, 2) + " --json " + options);
        REQUIRE_MESSAGE(found.status == 0, found.errors);
        const auto events = found.json();
        return events.back().at("stopped_by").get<std::string>() + " " + std::to_string(events.size() - 1);
    };
    const auto documents = on_documents(run) + " --budget 20 ";
    CHECK(stopped_by(documents) == "budget 20");
    CHECK(stopped_by(documents + "--target-gain 100") == "budget 20");
    CHECK(stopped_by(documents + "--target-gain -100") == "target-gain 0");
    CHECK(stopped_by(documents + "--stop-regret 100") == "stop-regret 10");
    CHECK(stopped_by(documents + "--stop-regret noise --patience 3").starts_with("patience "));
    CHECK(stopped_by("--score 'echo 1; sleep 1.1' --deadline 1") == "deadline 1");

    const auto command = search_of(run, 2) + documents;
    const auto table = run_program(command + "--stop-regret 100");
    CHECK(table.output.starts_with("Stopped by --stop-regret after 10 of 20 trials\n"));
    const auto refused = run_program(command + "--stop-regret much");
    CHECK(refused.status == 2);
    CHECK(refused.errors.find("--stop-regret") != std::string::npos);
}

TEST_CASE("a program of the user's can be the scorer, and its failures are trials") {
    const tiny_run run("cli-score");
    const auto script = run / "score.sh";
    std::ofstream(script) << "n=$(cat " << (run / "count").string() << " 2>/dev/null || echo 0); n=$((n + 1))\n"
                          << "echo $n >" << (run / "count").string() << "\n"
                          << "case $n in 3) exit 1;; 4) echo no number; exit 0;; 5) sleep 60;; esac\n"
                          << "test -f \"$1/model.safetensors\" && echo loss && echo 2.$((n * 7 % 10))\n";
    const auto found = run_program(search_of(run, 3) + " --score 'sh " + script.string() +
                                   " {checkpoint}' --score-limit 1 --budget 7 --json");
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    const auto events = found.json();
    REQUIRE(events.size() == 8);
    std::size_t failed = 0;
    for (std::size_t i = 0; i < 7; ++i) {
        if (events[i].at("loss").is_null()) ++failed;
        CHECK(events[i].at("standard_error").is_null());
    }
    CHECK(failed == 3);
    CHECK(events[1].at("failed").get<std::string>().ends_with("exit status 1"));
    CHECK(events[2].at("failed").get<std::string>().ends_with("printed 'no number', not one finite number"));
    CHECK(events[3].at("failed").get<std::string>().ends_with("time limit reached"));
    CHECK(events.back().at("rows")[0].at("significant").is_null());
    CHECK(events.back().at("rows")[0].at("test_loss").is_null());
}

TEST_CASE("of the documents that a program of the user's prints losses of, a third confirm what the others find") {
    const tiny_run run("cli-score-documents");
    const auto script = run / "score.sh";
    std::ofstream(script) << "n=$(cksum <\"$1/model.safetensors\" | cut -c1-2)\n"
                          << "seq -s, 1 30 | sed \"s/\\([0-9]*\\)/2.\\1$n/g; s/^/[/; s/$/]/\"\n";
    const auto result_of = [&](const std::string& more) {
        const auto found = run_program(search_of(run, 3) + " --score 'sh " + script.string() +
                                       " {checkpoint}' --budget 3 --json" + more);
        REQUIRE_MESSAGE(found.status == 0, found.errors);
        return found.json().back();
    };
    const auto result = result_of("");
    CHECK(result.at("gains_on") == "confirm");
    CHECK(result.at("gain_documents") == 10);
    CHECK(result.at("rows")[0].at("test_loss").is_number());
    CHECK(result_of(" --confirm 0.5").at("gain_documents") == 15);
    CHECK(result_of(" --confirm 0").at("gains_on") == "search");
}

TEST_CASE("test documents that do not fit the model are refused before the first trial") {
    const tiny_run run("cli-test-documents");
    const auto ended = run_program(search_of(run, 2) + " --json --held-out " + run.held_out().string() +
                                   " --test " BOUILLON_EXAMPLE_DATA "/test.safetensors");
    CHECK(ended.status == 2);
    CHECK(ended.output.empty());
    CHECK(ended.errors.find("lies outside the model's vocabulary of 16") != std::string::npos);
}

TEST_CASE("wrong usage and wrong files are one line, status 2") {
    const tiny_run run("cli-wrong");
    const auto refused = [](const std::string& arguments, const std::string& message) {
        const auto ended = run_program(arguments);
        CHECK_MESSAGE(ended.status == 2, arguments);
        CHECK(ended.output.empty());
        CHECK_MESSAGE(ended.errors.find(message) != std::string::npos, ended.errors);
    };
    refused("", "A subcommand is required");
    refused("serach " + run.step(0).string(), "there is no subcommand 'serach'; there are search, report, merge");
    refused(search_of(run, 1) + on_documents(run), "2 or more checkpoints, but 1 is given");
    refused(search_of(run, 2), "give one of --held-out FILE, --score COMMAND and --serve COMMAND");
    refused(search_of(run, 3) + on_documents(run) + " --space interval", "2 checkpoints, but 3 are given");
    refused(search_of(run, 3) + on_documents(run) + " --space affine --lower 0.1", "at most 0, at least 1");
    refused(search_of(run, 3) + on_documents(run) + " --budget 0", "--budget");
    refused(search_of(run, 3) + on_documents(run) + " --resume", "--resume needs --journal FILE");
    refused(search_of(run, 2) + " --held-out " + (run / "nothing").string(), (run / "nothing").string());
    refused(search_of(run, 2) + " --held-out " + (run.step(0) / "model.safetensors").string(),
            "has no tensor 'document_offsets'");
    fs::resize_file(run.step(1) / "model.safetensors", 2000);
    refused(search_of(run, 3) + on_documents(run), run.step(1).string());
}

TEST_CASE("the program says before it begins what a trial takes, and how many merges it measures at most") {
    const tiny_run run("cli-time");
    const counting_scorer scorer(run, "sleep 0.2; echo 2.$(cksum <$1/model.safetensors | cut -c1-4)");
    for (const std::size_t checkpoints : {2, 3}) {
        std::filesystem::remove(run / "count");
        const auto ended = run_program(search_of(run, checkpoints) + scorer.option() + " --budget 4");
        REQUIRE_MESSAGE(ended.status == 0, ended.errors);
        std::smatch said;
        const std::regex line(
            R"(time: (\S+) s a trial, .*; (\d+) trials and (\d+) merges to compare with take (\S+) s at most\n)");
        REQUIRE_MESSAGE(std::regex_search(ended.errors, said, line), ended.errors);
        CHECK(std::stod(said[1]) >= 0.2);
        CHECK(said[2] == "4");
        const int measured = 1 + 4 + std::stoi(said[3]);
        CHECK(static_cast<int>(scorer.calls()) <= measured);
        CHECK(static_cast<int>(scorer.calls()) >= measured - 4);  // of what trials and baselines have in common
        CHECK(std::stod(said[4]) >= 0.2 * (measured - 1));
    }
}
