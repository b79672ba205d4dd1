// SPDX-License-Identifier: Apache-2.0
#include "search_commands.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <string>

namespace fs = std::filesystem;

namespace {

/// Two sets that are searched by, and two that judge.
struct two_sets {
    fs::path web, code, web_test, code_test;

    explicit two_sets(const tiny_run& run)
        : web(run.write_documents("web.safetensors", 11, 14)),
          code(run.write_documents("code.safetensors", 12, 10)),
          web_test(run.write_documents("web-test.safetensors", 13, 12)),
          code_test(run.write_documents("code-test.safetensors", 14, 9)) {}

    std::string searched(const std::string& web_weight = "", const std::string& code_weight = "") const {
        return " --held-out web=" + web.string() + web_weight + " --held-out code=" + code.string() + code_weight;
    }
    std::string judging() const { return " --test code=" + code_test.string() + " --test web=" + web_test.string(); }
};

nlohmann::json result_of(const std::string& command) {
    const auto found = run_program(command + " --json");
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    return found.json().back();
}

/// A scorer's command that prints losses of two sets, of so many documents each.
std::string printed_sets(const tiny_run& run, const std::string& losses) {
    std::ofstream(run / "sets.sh") << "h=$(cksum <$1/model.safetensors | cut -c1-4)\necho \"{\\\"losses\\\": {"
                                   << losses << "}}\"\n";
    return " --score 'sh " + (run / "sets.sh").string() + " {checkpoint}'";
}

}  // namespace

TEST_CASE("of two held-out sets the objective is the weighted mean, and every merge's gain is told by set") {
    const tiny_run run("cli-sets");
    const two_sets sets(run);
    const auto result = result_of(search_of(run, 3) + sets.searched("", ":3") + sets.judging() + " --budget 6");
    CHECK(result.at("gain_documents") == 21);
    for (const auto& row : result.at("rows")) {
        const auto &web = row.at("sets").at("web"), &code = row.at("sets").at("code");
        CHECK(web.at("documents") == 12);
        CHECK(code.at("documents") == 9);
        const double gain = (web.at("gain").get<double>() + 3 * code.at("gain").get<double>()) / 4;
        CHECK(row.at("gain").get<double>() == doctest::Approx(gain));
        CHECK(web.at("interval").size() == 2);
        CHECK(web.at("significant").is_boolean());
    }
    const auto shown = run_program(search_of(run, 3) + sets.searched("", ":3") + sets.judging() + " --budget 6");
    CHECK(shown.output.find("gain by set (se)") != std::string::npos);
    CHECK(shown.output.find("The front: trials that no other beats") != std::string::npos);
}

TEST_CASE("a set of weight 1 beside one of weight 0 is searched as it is alone") {
    const tiny_run run("cli-weights");
    const two_sets sets(run);
    const std::string how = " --budget 6 --full --confirm 0";
    const auto alone = result_of(search_of(run, 3) + " --held-out " + sets.web.string() + how);
    const auto beside = result_of(search_of(run, 3) + sets.searched(":1", ":0") + how);
    CHECK(alone.at("recommendation") == beside.at("recommendation"));
    CHECK_FALSE(alone.contains("front"));
    CHECK_FALSE(alone.at("rows")[0].contains("sets"));
}

TEST_CASE("a share of each set is set aside, and none of any where one has too few documents") {
    const tiny_run run("cli-parted");
    const auto big = run.write_documents("big.safetensors", 4, 30),
               small = run.write_documents("small.safetensors", 5, 9);
    const std::string one = " --held-out a=" + big.string();
    const auto parted = result_of(search_of(run, 2) + one + " --held-out b=" + big.string() + " --budget 4");
    CHECK(parted.at("gains_on") == "confirm");
    CHECK(parted.at("rows")[0].at("sets").at("b").at("documents") == 10);
    const auto whole = run_program(search_of(run, 2) + one + " --held-out b=" + small.string() + " --budget 4 --json");
    CHECK(whole.json().back().at("gains_on") == "search");
    CHECK(whole.errors.find("nothing is set aside to judge on, as " + small.string() + " has only 9 documents") !=
          std::string::npos);
}

TEST_CASE("questions beside documents count by their share of the newest checkpoint's loss, and it is said") {
    const tiny_run run("cli-mixed");
    const auto web = run.write_documents("web.safetensors", 4, 12),
               quiz = run.write_questions("quiz.safetensors", 5, 9);
    const std::string command = search_of(run, 3) + " --held-out web=" + web.string() +
                                " --held-out quiz=" + quiz.string() + ":2 --confirm 0 --budget 5 --json";
    const auto found = run_program(command);
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    CHECK(found.errors.find("have no unit in common") != std::string::npos);
    const auto result = found.json().back();
    CHECK(result.at("unit") == "shares of the newest checkpoint's loss");
    CHECK(result.at("rows")[0].at("search_loss").get<double>() == doctest::Approx(1));
    CHECK(result.at("rows")[1].at("sets").at("quiz").at("documents") == 9);
    const auto answers = run_program(command + " --metric answer");  // nats per token, as documents
    CHECK(answers.errors.find("have no unit in common") == std::string::npos);
}

TEST_CASE("a command may print losses of sets, which --weight weighs") {
    const tiny_run run("cli-printed-sets");
    const std::string search =
        search_of(run, 3) + printed_sets(run, R"(\"web\": [1.$h, 2.$h], \"code\": [3.$h, 5.5, 2])") + " --budget 4";
    const auto journal = run / "search.jsonl";
    const auto result = result_of(search + " --weight code:0 --journal " + journal.string());
    CHECK(result.at("rows")[1].at("sets").at("code").at("documents") == 3);
    const auto row = result.at("rows").back();
    CHECK(row.at("gain").get<double>() == doctest::Approx(row.at("sets").at("web").at("gain").get<double>()));

    const auto again = result_of(search + " --weight code:0 --resume --journal " + journal.string());
    CHECK(again.at("rows") == result.at("rows"));
    const auto other = run_program(search + " --weight code:2 --resume --journal " + journal.string());
    CHECK(other.status == 2);
    CHECK_MESSAGE(other.errors.find("domains[0].weight is 0.0 there, but 2.0 here") != std::string::npos, other.errors);
    const auto unknown = run_program(search + " --weight math:2");
    CHECK(unknown.status == 2);
    CHECK(unknown.errors.find(R"(--weight names a set "math", but the command prints losses of code, web)") !=
          std::string::npos);
}

TEST_CASE("a command that prints other sets than at first fails its trial") {
    const tiny_run run("cli-other-sets");
    const auto command = search_of(run, 2) + printed_sets(run, R"(\"web$h\": [1, 2])") + " --budget 2";
    const auto found = run_program(command);
    CHECK(found.errors.find("printed losses of the sets web") != std::string::npos);
    CHECK(found.errors.find("at first") != std::string::npos);
}

TEST_CASE("a merge of the front can be chosen once the search has ended, and is written") {
    const tiny_run run("cli-choose");
    const two_sets sets(run);
    const auto journal = run / "search.jsonl", out = run / "chosen";
    const std::string begun = search_of(run, 3) + sets.searched() + sets.judging() + " --journal " + journal.string();
    const std::string search = begun + " --budget 6";
    const auto front = result_of(search).at("front");
    REQUIRE_FALSE(front.empty());
    const std::string choose = search + " --resume --out " + out.string() + " --choose ";
    const auto chosen = run_program(choose + std::to_string(front.size()));
    REQUIRE_MESSAGE(chosen.status == 0, chosen.errors);
    CHECK(chosen.output.find("(the merge that you chose, ") != std::string::npos);
    const auto recipe = nlohmann::json::parse(read_text(out / "bouillon-recipe.json"));
    CHECK(read_text(out / "bouillon-recipe.json").find("chosen") != std::string::npos);
    CHECK(chosen.output.find("chosen, " + std::to_string(front.size()) + " of the front") != std::string::npos);

    const auto refused = [&](const std::string& command, const std::string& message) {
        const auto ended = run_program(command);
        CHECK(ended.status == 2);
        CHECK_MESSAGE(ended.errors.find(message) != std::string::npos, ended.errors);
    };
    refused(choose + "99 --force", "--choose is 99, but its front has " + std::to_string(front.size()) + " merges");
    refused(search + " --choose 1 --force", "--choose is of the front of a search that has ended");
    refused(begun + " --resume --budget 9 --choose 1", "--choose is of a front, which a search has once it has ended");
}

TEST_CASE("a guard on a set is kept by what is written, and told in the decision and in JSON") {
    const tiny_run run("cli-guard");
    const two_sets sets(run);
    const std::string search = search_of(run, 3) + sets.searched("", ":0") + sets.judging() + " --budget 6";
    const auto journal = run / "search.jsonl", page = run / "page.html";
    const auto loose = result_of(search + " --guard code:9 --journal " + journal.string());
    REQUIRE(loose.at("guards").size() == 1);
    CHECK(loose.at("guards")[0].at("set") == "code");
    CHECK(loose.at("guards")[0].at("allowed_loss") == 9);
    CHECK(loose.at("guards")[0].at("state") == "kept");
    CHECK(loose.at("guards")[0].at("documents") == 9);
    const auto again = result_of(search + " --guard code:9 --resume --journal " + journal.string());
    CHECK(again == loose);
    const auto other = run_program(search + " --guard code:8 --resume --journal " + journal.string());
    CHECK(other.status == 2);
    CHECK_MESSAGE(other.errors.find("guards[0].allowed_loss is 9.0 there, but 8.0 here") != std::string::npos,
                  other.errors);
    REQUIRE(run_program("report " + journal.string() + " --out " + page.string()).status == 0);

    const auto told = run_program(search + " --guard code:9");
    const bool used = loose.at("decision") == "merge";
    CHECK(used == (told.output.find("Decision: use the found merge") != std::string::npos));
    if (used) CHECK(told.output.find("It keeps the guard on code") != std::string::npos);
    const auto tight = result_of(search + " --guard code --guard web");
    const auto& states = tight.at("guards");
    if (tight.at("decision") == "merge")
        for (const auto& guard : states) CHECK(guard.at("state") == "kept");
    CHECK(run_program(search + " --guard math").errors.find(R"(guard "math" is of no domain)") != std::string::npos);
    CHECK(run_program(search + " --guard code:-1").status == 2);
    CHECK(run_program(search + " --guard code --preset paper").errors.find("--preset paper keeps no guards") !=
          std::string::npos);
}

TEST_CASE("the page has the gains by set and the front, from the journal, too") {
    const tiny_run run("cli-sets-page");
    const two_sets sets(run);
    const auto journal = run / "search.jsonl", page = run / "search.html", again = run / "again.html";
    const auto found = run_program(search_of(run, 3) + sets.searched() + sets.judging() + " --budget 6 --journal " +
                                   journal.string() + " --report " + page.string());
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    const auto text = read_text(page);
    CHECK(text.find("<h2>By held-out set</h2>") != std::string::npos);
    CHECK(text.find("<h2>The front</h2>") != std::string::npos);
    CHECK(text.find("class=\"front\"") != std::string::npos);
    REQUIRE(run_program("report " + journal.string() + " --out " + again.string()).status == 0);
    CHECK(read_text(again) == text);
}

TEST_CASE("sets that cannot be used are refused by their names") {
    const tiny_run run("cli-set-faults");
    const two_sets sets(run);
    const auto refused = [&](const std::string& options, const std::string& message) {
        const auto ended = run_program(search_of(run, 2) + options);
        CHECK(ended.status == 2);
        CHECK_MESSAGE(ended.errors.find(message) != std::string::npos, ended.errors);
    };
    const std::string web = sets.web.string(), code = sets.code.string();
    refused(" --held-out " + web + " --held-out " + web, R"(--held-out has two sets of the name "web")");
    refused(" --held-out a=" + web + ":-1", "the weight of a held-out set is -1");
    refused(" --held-out a=" + web + ":0 --held-out b=" + code + ":0", "all domains have the weight 0");
    refused(sets.searched() + " --test web=" + web, R"(--held-out has a set "code", but --test has none of that name)");
    refused(sets.searched() + sets.judging() + " --test more=" + web,
            R"(--test has a set "more", but --held-out has none of that name)");
    refused(sets.searched() + " --test web=" + web + ":2 --test code=" + code,
            R"(--test gives "web" the weight 2, but --held-out gives it 1)");
    refused(sets.searched() + " --weight web:2", "--weight is of the sets that a command prints");
    refused(" --score true --weight web", "--weight web: it must be NAME:WEIGHT");
    refused(" --held-out web=" + (run / "gone.safetensors").string() + " --held-out code=" + code, "gone.safetensors");
}
