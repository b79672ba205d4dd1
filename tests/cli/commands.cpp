// SPDX-License-Identifier: Apache-2.0
// The program's other commands: merge, score, inspect.
#include "checkpoint/stored_bytes.hpp"
#include "program.hpp"
#include "tiny_run.hpp"

#include <bouillon/checkpoint/safetensors.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <fstream>

namespace fs = std::filesystem;

namespace {

std::vector<float> norm_of(const fs::path& checkpoint) {
    const bouillon::safetensors_file file(checkpoint / "model.safetensors");
    const auto bytes = test::bytes_of(file, *file.find("model.norm.weight"));
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

}  // namespace

TEST_CASE("merge writes the weighted sum and says where") {
    const tiny_run run("cli-merge");
    const auto out = run / "merged";
    const auto merged =
        run_program("merge " + run.step(0).string() + ":0.25 " + run.step(1).string() + ":0.75 --out " + out.string());
    REQUIRE_MESSAGE(merged.status == 0, merged.errors);
    CHECK(merged.output == out.string() + "\n");
    const auto older = norm_of(run.step(0)), newer = norm_of(run.step(1)), sum = norm_of(out);
    for (std::size_t i = 0; i < sum.size(); ++i)
        CHECK(sum[i] == doctest::Approx(0.25 * older[i] + 0.75 * newer[i]).epsilon(1e-6));

    const auto half = run / "half";
    REQUIRE(run_program("merge " + run.step(0).string() + ":1 --dtype bf16 --out " + half.string()).status == 0);
    CHECK(bouillon::safetensors_file(half / "model.safetensors").find("model.norm.weight")->type ==
          bouillon::dtype::bf16);
    CHECK(read_text(half / "config.json").find("bfloat16") != std::string::npos);
}

TEST_CASE("merge normalises nothing, and says when weights do not sum to 1") {
    const tiny_run run("cli-sum");
    const auto merged = run_program("merge " + run.step(0).string() + ":2 --out " + (run / "twice").string());
    CHECK(merged.status == 0);
    CHECK(merged.errors.find("the weights sum to 2; they are used as given") != std::string::npos);
    CHECK(norm_of(run / "twice")[0] == 2 * norm_of(run.step(0))[0]);
}

TEST_CASE("merge refuses what it cannot do and leaves nothing behind") {
    const tiny_run run("cli-merge-wrong");
    const auto refused = [&](const std::string& arguments, const std::string& message) {
        const auto ended = run_program("merge " + arguments + " --out " + (run / "out").string());
        CHECK(ended.status == 2);
        CHECK_MESSAGE(ended.errors.find(message) != std::string::npos, ended.errors);
        CHECK_FALSE(fs::exists(run / "out"));
    };
    refused(run.step(0).string(), "is written PATH:WEIGHT");
    refused(run.step(0).string() + ":half", "is written PATH:WEIGHT");
    refused(run.step(0).string() + ":nan", "not a finite number");
    refused(run.step(0).string() + ":0", "all merge weights are 0");
    refused((run / "nowhere").string() + ":1", "nowhere");
}

TEST_CASE("score prints the documented fields for each checkpoint") {
    const tiny_run run("cli-score-command");
    const auto both = run.step(0).string() + " " + run.step(1).string();
    const auto scored = run_program("score " + both + " --held-out " + run.test().string() + " --json");
    REQUIRE_MESSAGE(scored.status == 0, scored.errors);
    const auto lines = scored.json();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].at("checkpoint") == run.step(0).string());
    for (const auto& line : lines) {
        CHECK(line.at("documents") == 12);
        CHECK(line.at("standard_error").get<double>() > 0);
        CHECK(line.at("token_loss").get<double>() == doctest::Approx(line.at("loss").get<double>()));  // equal lengths
        CHECK(line.at("perplexity").get<double>() == doctest::Approx(std::exp(line.at("token_loss").get<double>())));
    }
    CHECK(run_program("score " + both + " --held-out " + run.test().string()).output.find("perplexity") !=
          std::string::npos);
}

TEST_CASE("documents are cut in windows as long as is asked for, at most the model's context") {
    const tiny_run run("cli-score-window");
    const std::string of = "score " + run.step(0).string() + " --held-out " + run.test().string() + " --json";
    const auto loss = [&](const std::string& window) {
        const auto scored = run_program(of + window);
        REQUIRE_MESSAGE(scored.status == 0, scored.errors);
        CHECK(scored.errors.find("window:") == std::string::npos);
        return scored.json().back().at("loss").get<double>();
    };
    CHECK(loss(" --window 8") == loss(""));
    CHECK(loss(" --window 4") != loss(""));
    const auto longer = run_program(of + " --window 9");
    CHECK(longer.status == 2);
    CHECK(longer.errors == "bouillon: --window 9 is longer than the model's context of 8 tokens\n");
}

TEST_CASE(
    "checkpoints of different contexts are scored on windows that all can take, in whatever order they are given") {
    const tiny_run run("cli-score-contexts");
    auto config = nlohmann::json::parse(read_text(run.step(1) / "config.json"));
    config["max_position_embeddings"] = 4;
    std::ofstream(run.step(1) / "config.json") << config;
    const std::string held_out = " --held-out " + run.test().string() + " --json";
    const auto loss_of_first = [&](const std::string& arguments) {
        const auto scored = run_program("score " + arguments + held_out);
        REQUIRE_MESSAGE(scored.status == 0, scored.errors);
        for (const auto& line : scored.json())
            if (line.at("checkpoint") == run.step(0).string()) return line.at("loss").get<double>();
        return 0.0;
    };
    const std::string first = run.step(0).string(), second = run.step(1).string();
    CHECK(loss_of_first(first + " " + second) == loss_of_first(second + " " + first));
    CHECK(loss_of_first(first + " " + second) == loss_of_first(first + " --window 4"));
}

TEST_CASE("a context of any length is scored in windows of 4096 tokens unless others are asked for, and that is said") {
    const tiny_run run("cli-score-long-context");
    auto config = nlohmann::json::parse(read_text(run.step(0) / "config.json"));
    config["max_position_embeddings"] = 1'000'000'000;
    std::ofstream(run.step(0) / "config.json") << config;
    const std::string of = "score " + run.step(0).string() + " --held-out " + run.test().string();
    const auto scored = run_program(of);
    CHECK_MESSAGE(scored.status == 0, scored.errors);
    CHECK(scored.errors.find("window: documents are cut every 4096 tokens; the model's context is 1000000000 "
                             "(--window)") != std::string::npos);
    CHECK(run_program(of + " --window 16").errors.find("window:") == std::string::npos);
}

TEST_CASE("score looks at every checkpoint before it scores the first") {
    const tiny_run run("cli-score-wrong");
    std::ofstream(run.step(2) / "config.json") << R"({"model_type": "mamba"})";
    const auto ended = run_program("score " + run.step(0).string() + " " + run.step(2).string() + " --held-out " +
                                   run.test().string());
    CHECK(ended.status == 2);
    CHECK(ended.output.empty());
    CHECK(ended.errors.find("'model_type' is \"mamba\"") != std::string::npos);
}

TEST_CASE("a refusal names the option that helps, where the command has it") {
    const tiny_run run("cli-remedies");
    const auto says = [](const std::string& command, const std::string& text) {
        const auto ended = run_program(command);
        CHECK(ended.status == 2);
        return ended.errors.find(text) != std::string::npos;
    };
    const std::string merge_into = " --out " + (run / "out.safetensors").string();
    REQUIRE(run_program("merge " + run.step(0).string() + ":1" + merge_into).status == 0);
    CHECK(says("merge " + run.step(0).string() + ":1" + merge_into, "exists already (--force replaces it)"));

    const auto infinite = run / "infinite.safetensors";
    bouillon::safetensors_writer writer(infinite, {{"x", bouillon::dtype::f16, {1}}});
    writer.append(std::vector{std::byte{0x00}, std::byte{0x7c}});
    writer.close();
    CHECK(says("merge --force " + infinite.string() + ":0.5" + merge_into,
               "has inf at element 0 (--allow-non-finite lets it pass)"));

    std::ofstream(run.step(1) / "config.json") << R"({"model_type": "mamba"})";
    std::ofstream(run.step(0) / "config.json") << R"({"model_type": "mamba"})";
    const std::string checkpoints = run.step(0).string() + " " + run.step(1).string();
    const std::string held_out = " --held-out " + run.held_out().string();
    CHECK(says("search " + checkpoints + held_out, "(--score COMMAND scores any other)"));
    CHECK_FALSE(says("score " + checkpoints + held_out, "--score"));
}

TEST_CASE("inspect shows tensors and how far neighbours are apart") {
    const tiny_run run("cli-inspect");
    const auto both = run.step(0).string() + " " + run.step(1).string();
    const auto lines = run_program("inspect " + both + " --json").json();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].at("tensors").size() == 12);
    CHECK(lines[0].at("tensors")[0].at("shape").is_array());
    CHECK(lines[1].at("distance").get<double>() > 0);
    CHECK(lines[1].at("cosine").get<double>() < 1);
    CHECK(lines[1].at("tensors").at("lm_head.weight").at("norm").get<double>() > 0);
    const auto text = run_program("inspect " + both);
    CHECK(text.output.find("lm_head.weight") != std::string::npos);
    CHECK(text.output.find("cosine") != std::string::npos);
}

TEST_CASE("inspect shows the norms of a checkpoint alone") {
    const tiny_run run("cli-inspect-one");
    const std::string one = run.step(0).string(), pair = one + " " + run.step(1).string();
    const auto lines = run_program("inspect " + one + " --json").json();
    REQUIRE(lines.size() == 2);
    CHECK(lines[1].at("event") == "norms");
    const double norm = lines[1].at("norm"), part = lines[1].at("tensors").at("lm_head.weight").at("norm");
    CHECK(part > 0);
    CHECK(norm > part);
    const auto other = run_program("inspect " + run.step(1).string() + " " + one + " --json").json();
    CHECK(other[1].at("norm").get<double>() == doctest::Approx(norm));
    CHECK(run_program("inspect " + one).output.find("norm of all: ") != std::string::npos);

    const auto count = [](const std::string& text) {
        std::size_t found = 0;
        for (auto at = text.find("lm_head.weight"); at != std::string::npos; at = text.find("lm_head.weight", at + 1))
            ++found;
        return found;
    };
    for (const std::string& given : {one, pair})
        CHECK(count(run_program("inspect " + given + " --tensors").output) ==
              count(run_program("inspect " + given).output) + 1);
}

TEST_CASE("a warning tells of tensors that an index does not name") {
    const tiny_run run("cli-index", 1);
    fs::rename(run.step(0) / "model.safetensors", run.step(0) / "shard.safetensors");
    std::ofstream(run.step(0) / "model.safetensors.index.json")
        << R"({"weight_map": {"lm_head.weight": "shard.safetensors"}})";
    const auto inspected = run_program("inspect " + run.step(0).string());
    CHECK(inspected.status == 0);
    CHECK(inspected.errors.find(
              "the index does not name 11 tensors of the shards, \"model.embed_tokens.weight\" among") !=
          std::string::npos);
}

TEST_CASE("inspect says where integer tensors differ") {
    const tiny_run run("cli-inspect-integers", 1);
    std::string files;
    for (const int k : {1, 2}) {
        const auto path = run / (std::to_string(k) + ".safetensors");
        bouillon::safetensors_writer writer(path,
                                            {{"ids", bouillon::dtype::u8, {1}}, {"same", bouillon::dtype::u8, {1}}});
        writer.append(std::vector(1, static_cast<std::byte>(k)));
        writer.append(std::vector(1, std::byte{7}));
        writer.close();
        files += " " + path.string();
    }
    const auto line = run_program("inspect" + files + " --json").json().at(1);
    CHECK(line.at("unequal") == nlohmann::json{"ids"});
    CHECK(line.at("tensors") == nlohmann::json::parse(R"({"ids": {"equal": false}, "same": {"equal": true}})"));
    CHECK(run_program("inspect" + files).output.find("1.safetensors to 2.safetensors: tensor ids of type U8 differs") !=
          std::string::npos);
}

TEST_CASE("help of every command shows defaults and examples, and is no error") {
    for (const std::string command : {"search", "report", "merge", "score", "inspect"}) {
        const auto help = run_program(command + " --help");
        CHECK(help.status == 0);
        CHECK(help.output.find("Example") != std::string::npos);
        CHECK(help.errors.empty());
    }
    // How an option's default is written is the option parser's affair.
    const std::string help = run_program("search --help").output;
    const auto budget = help.find("--budget");
    REQUIRE(budget != std::string::npos);
    const auto end = help.find("\n  -", budget);
    CHECK_MESSAGE(help.substr(budget, end - budget).find("20") != std::string::npos, help.substr(budget, end - budget));
    CHECK(run_program("--version").output == "0.1.0\n");
}
