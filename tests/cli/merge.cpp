// SPDX-License-Identifier: Apache-2.0
// The program's command merge: what chooses checkpoints and weights, and recipes.
#include "checkpoint/stored_bytes.hpp"
#include "program.hpp"
#include "tiny_run.hpp"

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/safetensors.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstring>
#include <map>
#include <vector>

namespace fs = std::filesystem;

namespace {

/// Each file's content, by name.
std::map<std::string, std::string> files(const fs::path& directory) {
    std::map<std::string, std::string> contents;
    for (const auto& item : fs::directory_iterator(directory))
        contents[item.path().filename().string()] = read_text(item.path());
    return contents;
}

nlohmann::json recipe_of(const fs::path& merged) {
    return nlohmann::json::parse(read_text(merged / "bouillon-recipe.json"));
}

/// The names of the checkpoints in a recipe with their weights.
std::vector<std::pair<std::string, double>> inputs_of(const fs::path& merged) {
    std::vector<std::pair<std::string, double>> inputs;
    const auto recipe = recipe_of(merged);
    for (const auto& input : recipe.at("inputs"))
        inputs.emplace_back(fs::path(input.at("checkpoint").get<std::string>()).filename().string(),
                            input.at("merge_weight"));
    return inputs;
}

/// A run's folder with nothing but its checkpoints in it.
struct run_of_checkpoints {
    tiny_run run;
    fs::path folder, out;

    explicit run_of_checkpoints(const std::string& name, std::size_t checkpoints) : run(name, checkpoints) {
        folder = run / "run";
        out = run / "merged";
        fs::create_directory(folder);
        for (std::size_t k = 0; k < checkpoints; ++k) fs::rename(run.step(k), folder / run.step(k).filename());
    }

    program_run merge(const std::string& arguments) const {
        fs::remove_all(out);
        return run_program("merge " + arguments + " --out " + out.string());
    }
    void refuses(const std::string& arguments, const std::string& message) const {
        const auto ended = merge(arguments);
        CHECK_MESSAGE(ended.status == 2, arguments);
        CHECK_MESSAGE(ended.errors.find(message) != std::string::npos, ended.errors);
        CHECK(ended.output.empty());
        CHECK_FALSE(fs::exists(out));
    }
};

using inputs = std::vector<std::pair<std::string, double>>;

}  // namespace

TEST_CASE("merge takes the last, every so many-th and the early checkpoints of a run's folder") {
    const run_of_checkpoints all("cli-select", 11);
    const std::string folder = all.folder.string();
    const auto merged = all.merge(folder + " --last 2");
    REQUIRE_MESSAGE(merged.status == 0, merged.errors);
    CHECK(merged.output == all.out.string() + "\n");
    CHECK(merged.errors == "bouillon: merged " + folder + "/step-1000:0.5 " + folder + "/step-1100:0.5\n");
    CHECK(inputs_of(all.out) == inputs{{"step-1000", 0.5}, {"step-1100", 0.5}});
    REQUIRE(all.merge(folder + " --upto 900 --every 4 --last 2").status == 0);
    CHECK(inputs_of(all.out) == inputs{{"step-500", 0.5}, {"step-900", 0.5}});
    REQUIRE(all.merge(folder + "/step-* --last 2").status == 0);
    CHECK(inputs_of(all.out) == inputs{{"step-1000", 0.5}, {"step-1100", 0.5}});
}

TEST_CASE("merge gives weights by schedule") {
    const run_of_checkpoints all("cli-schedule", 4);
    const auto weights = [&](const std::string& schedule) {
        const auto merged = all.merge(all.folder.string() + " --schedule " + schedule);
        REQUIRE_MESSAGE(merged.status == 0, merged.errors);
        std::vector<double> found;
        for (const auto& [name, weight] : inputs_of(all.out)) found.push_back(weight);
        return found;
    };
    CHECK(weights("uniform") == std::vector<double>{0.25, 0.25, 0.25, 0.25});
    CHECK(weights("linear") == std::vector<double>{0.25, 0.25, 0.25, 0.25});
    CHECK(weights("ema:0.5") == std::vector<double>{0.125, 0.125, 0.25, 0.5});
    CHECK(weights("minus-sqrt")[0] == 0.5);
    CHECK(weights("cosine")[0] == doctest::Approx(0.1464466));
}

TEST_CASE("merge normalises when it is asked to, and says what the weights became") {
    const run_of_checkpoints all("cli-normalize", 2);
    const std::string a = (all.folder / "step-100").string(), b = (all.folder / "step-200").string();
    const auto merged = all.merge(a + ":1 " + b + ":3 --normalize");
    REQUIRE_MESSAGE(merged.status == 0, merged.errors);
    CHECK(merged.errors == "bouillon: merged " + a + ":0.25 " + b + ":0.75\n");
    CHECK(inputs_of(all.out) == inputs{{"step-100", 0.25}, {"step-200", 0.75}});
    all.refuses(a + ":1 " + b + ":-1 --normalize", "the weights sum to 0, but only a sum above 0 can be made 1");
    all.refuses(a + ":1 " + b + ":-2 --normalize", "the weights sum to -1");
}

TEST_CASE("merge writes a recipe that reproduces the output byte for byte") {
    const run_of_checkpoints all("cli-recipe", 3);
    REQUIRE(all.merge(all.folder.string() + " --schedule ema:0.3 --dtype bf16 --shard-size 1kB").status == 0);
    const auto merged = files(all.out);
    CHECK(merged.contains("model.safetensors.index.json"));
    for (const std::string from : {"", "/bouillon-recipe.json"}) {
        const auto again = all.run / "again";
        fs::remove_all(again);
        const auto ended = run_program("merge --recipe " + all.out.string() + from + " --out " + again.string() +
                                       " --threads 1 --memory 64KiB");
        REQUIRE_MESSAGE(ended.status == 0, ended.errors);
        CHECK(ended.output == again.string() + "\n");
        CHECK(files(again) == merged);
    }
    const auto single = all.run / "merged.safetensors", again = all.run / "again.safetensors";
    REQUIRE(run_program("merge " + all.folder.string() + " --last 2 --out " + single.string()).status == 0);
    REQUIRE(run_program("merge --recipe " + single.string() + " --out " + again.string()).status == 0);
    CHECK(read_text(single) == read_text(again));
}

TEST_CASE("merge by a recipe refuses checkpoints that are not what they were, and recipes that it cannot follow") {
    const run_of_checkpoints all("cli-recipe-refused", 3);
    REQUIRE(all.merge(all.folder.string() + " --last 2").status == 0);
    const auto recipe = all.run / "recipe.json";
    fs::copy(all.out / "bouillon-recipe.json", recipe);
    const auto by_recipe = [&](const nlohmann::json& changed, const std::string& message) {
        std::ofstream(recipe) << changed;
        all.refuses("--recipe " + recipe.string(), message);
    };
    const auto original = recipe_of(all.out);
    auto changed = original;
    changed["inputs"][1]["hash"] = std::string(32, '0');
    by_recipe(changed, "step-300: has the hash " + original["inputs"][1]["hash"].get<std::string>() +
                           ", but the recipe has 00000000000000000000000000000000");
    changed = original;
    changed["inputs"][0]["checkpoint"] = "nowhere";
    by_recipe(changed, "nowhere: no such file or directory");
    changed = original;
    changed["bouillon_recipe"] = 2;
    by_recipe(changed, "is a recipe of version 2");
    by_recipe({{"a", 1}}, "is not a recipe of bouillon");
    all.refuses("--recipe " + (all.run / "nothing.json").string(), "nothing.json");
    all.refuses("--recipe " + recipe.string() + " --dtype f32", "--dtype");
    all.refuses("--recipe " + recipe.string() + " " + all.folder.string(), "--recipe");
}

TEST_CASE("merge refuses selections and schedules that make no sense") {
    const run_of_checkpoints all("cli-select-refused", 3);
    const std::string folder = all.folder.string();
    all.refuses(folder, "is written PATH:WEIGHT");
    all.refuses("", "--recipe");
    all.refuses(folder + " --last 0", "--last");
    all.refuses(folder + " --every 0", "--every");
    all.refuses(folder + " --last 4", "the last 4 checkpoints are asked for, but there are 3");
    all.refuses(folder + " --upto 99", "no checkpoint is of step 99 or an earlier one");
    all.refuses(folder + " --last 1", "step-300 alone is taken");
    all.refuses(folder + " --every 3", "step-300 alone is taken");
    all.refuses(folder + "/step-100:0.5 --last 2", "has a weight");
    for (const std::string schedule : {"ema", "ema:", "ema:half", "exponential"})
        all.refuses(folder + " --schedule " + schedule, "is none of uniform, ema:A");
    for (const std::string schedule : {"ema:0", "ema:1", "ema:-0.1", "ema:nan"})
        all.refuses(folder + " --schedule " + schedule, "it must lie between 0 and 1");
    all.refuses(folder + " --last 2 --memory much", "--memory: 'much' is no number of bytes");
}

TEST_CASE("numbers that an option cannot hold are refused by every command") {
    const run_of_checkpoints all("cli-numbers", 3);
    const std::string folder = all.folder.string(), huge = "99999999999999999999";
    for (const std::string option : {"--memory", "--shard-size", "--threads", "--upto", "--every", "--last"})
        for (const std::string& value : {std::string("-1"), huge, std::string("1x"), std::string("0.5")})
            all.refuses(folder + " --last 2 " + option + " " + value, option + ": ");
    all.refuses(folder + " --last 2 --memory -1", "--memory: '-1' is no number of bytes from 0 to 2^64 - 1");
    all.refuses(folder + " --last 2 --threads " + huge,
                "--threads: '" + huge + "' is no whole number from 0 to 2^64 - 1");
    all.refuses(folder + " --last 0", "--last: '0' is no whole number from 1 to 2^64 - 1");
    all.refuses(folder + " --last 2 --memory 99999999999TiB", "--memory");
    const std::string held_out = " --held-out " + all.run.held_out().string();
    for (const std::string& value : {std::string("-1"), huge}) {
        for (const std::string option :
             {"--threads", "--seed", "--budget", "--patience", "--group-budget", "--upto", "--last"}) {
            const auto ended = run_program("search " + folder + held_out + " " + option + " " + value);
            CHECK_MESSAGE(ended.status == 2, option);
            CHECK_MESSAGE(ended.errors.find(option) != std::string::npos, ended.errors);
        }
        CHECK(run_program("score " + folder + held_out + " --threads " + value).status == 2);
        CHECK(run_program("inspect " + folder + " --upto " + value).status == 2);
    }
}

TEST_CASE("a merge that is interrupted removes what it wrote and ends by the signal") {
    const run_of_checkpoints all("cli-interrupted", 2);
    const std::size_t size = std::size_t{1} << 25;
    const std::vector<std::byte> zeros(size);
    for (const char* name : {"a.safetensors", "b.safetensors"}) {
        bouillon::safetensors_writer writer(all.run / name, {{"x", bouillon::dtype::u8, {size}}});
        writer.append(zeros);
        writer.close();
    }
    const fs::path below = all.run / "below";
    const std::string out = (below / "merged").string();
    for (const int signal : {SIGINT, SIGTERM}) {
        int status = 0;
        for (int attempt = 0; attempt < 20 && !WIFSIGNALED(status); ++attempt) {  // until one does not end before it
            fs::remove_all(below);
            const std::string a = (all.run / "a.safetensors").string() + ":1", b = (all.run / "b.safetensors").string();
            const pid_t child = ::fork();
            REQUIRE(child >= 0);
            if (child == 0) {
                std::signal(signal, SIG_DFL);  // what runs the tests may ignore it
                ::execl(BOUILLON_PROGRAM, BOUILLON_PROGRAM, "merge", a.c_str(), (b + ":1").c_str(), "--out",
                        out.c_str(), "--memory", "16KiB", static_cast<char*>(nullptr));
                ::_exit(127);
            }
            bool sent = false;
            while (::waitpid(child, &status, WNOHANG) == 0)
                if (!sent && fs::exists(below)) sent = ::kill(child, signal) == 0;
        }
        REQUIRE(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == signal);
        CHECK_FALSE(fs::exists(below));
    }
}

TEST_CASE("a run's folder may hold held-out data, a best checkpoint and merges, which are left out with a note") {
    const run_of_checkpoints all("cli-left-out", 3);
    const auto copy = [&](const std::string& name) {
        fs::create_directory(all.folder / name);
        fs::copy(all.folder / "step-100/model.safetensors", all.folder / name / "model.safetensors");
    };
    copy("best");
    copy(".bouillon-partial-merged-1-0");
    fs::copy(all.run.held_out(), all.folder / "search.safetensors");
    REQUIRE(
        run_program("merge " + all.folder.string() + " --last 2 --out " + (all.folder / "merged-9").string()).status ==
        0);
    const auto folder = all.folder.string();
    const std::string note = "bouillon: left out, as no checkpoint of the run: " + folder + "/search.safetensors, " +
                             folder + "/merged-9, " + folder + "/best\n";
    const auto merged = all.merge(folder + " --last 2");
    REQUIRE_MESSAGE(merged.status == 0, merged.errors);
    CHECK(merged.errors.starts_with(note));
    CHECK(inputs_of(all.out) == inputs{{"step-200", 0.5}, {"step-300", 0.5}});
    const auto inspected = run_program("inspect " + folder + " --json");
    CHECK(inspected.errors == note);
    CHECK(inspected.json()[0].at("checkpoints").size() == 3);
}

TEST_CASE("merge leaves an optimizer's state out unless it is asked for") {
    const run_of_checkpoints all("cli-optimizer", 2);
    const auto file = all.run / "trained.safetensors";
    bouillon::safetensors_writer writer(file,
                                        {{"model.w", bouillon::dtype::u8, {1}}, {"optim.w", bouillon::dtype::u8, {1}}});
    writer.append(std::vector(1, std::byte{1}));
    writer.append(std::vector(1, std::byte{2}));
    writer.close();
    const std::string input = file.string() + ":1";
    const auto merged = all.merge(input);
    REQUIRE_MESSAGE(merged.status == 0, merged.errors);
    CHECK(merged.errors ==
          "bouillon: left out 1 tensor of an optimizer's or a trainer's state (--optimizer merges them too)\n");
    CHECK(bouillon::checkpoint(all.out).tensors().size() == 1);
    CHECK(all.merge(input + " --optimizer").errors.empty());
    CHECK(bouillon::checkpoint(all.out).tensors().size() == 2);
    CHECK(run_program("inspect " + file.string()).errors ==
          "bouillon: left out 1 tensor of an optimizer's or a trainer's state\n");
}

TEST_CASE("merge needs nothing of a checkpoint of weight 0") {
    const run_of_checkpoints all("cli-zero", 2);
    const std::string first = (all.folder / "step-100").string();
    REQUIRE(all.merge(first + ":1 " + all.run.held_out().string() + ":0").status == 0);
    const auto with = files(all.out);
    REQUIRE(all.merge(first + ":1").status == 0);
    CHECK(files(all.out) == with);
}

TEST_CASE("inspect takes the trajectory of the examples by its folder") {
    const auto inspected = run_program("inspect " BOUILLON_EXAMPLE_DATA " --last 3 --json");
    REQUIRE_MESSAGE(inspected.status == 0, inspected.errors);
    CHECK(inspected.json()[0].at("checkpoints").size() == 3);
}

TEST_CASE("merge writes tied embeddings once, whether the checkpoints carry the head or not") {
    const run_of_checkpoints all("cli-tied", 2);
    for (const char* step : {"step-100", "step-200"}) {
        const auto path = all.folder / step;
        const bouillon::safetensors_file file(path / "model.safetensors");
        std::vector<bouillon::checkpoint_tensor> tensors;
        for (const auto& tensor : file.tensors())
            if (tensor.name != "lm_head.weight" || step == std::string("step-200")) tensors.push_back(tensor);
        bouillon::safetensors_writer writer(path / "new", tensors, {{"format", "pt"}});
        for (const auto& tensor : writer.tensors())
            writer.append(test::bytes_of(
                file, *file.find(tensor.name == "lm_head.weight" ? "model.embed_tokens.weight" : tensor.name)));
        writer.close();
        fs::rename(path / "new", path / "model.safetensors");
        auto config = nlohmann::json::parse(read_text(path / "config.json"));
        config["tie_word_embeddings"] = true;
        std::ofstream(path / "config.json") << config;
    }
    const auto merged = all.merge(all.folder.string() + " --schedule uniform");
    REQUIRE_MESSAGE(merged.status == 0, merged.errors);
    const bouillon::checkpoint out(all.out);
    CHECK(out.tensors().size() == 11);
    for (const auto& tensor : out.tensors()) CHECK(tensor.name != "lm_head.weight");
    CHECK(run_program("score " + all.out.string() + " --held-out " + all.run.test().string()).status == 0);
}

TEST_CASE("merge reads checkpoints that PyTorch wrote in pieces") {
    const run_of_checkpoints all("cli-pieces", 2);
    const std::string pieces = BOUILLON_TEST_DATA "/dcp";
    REQUIRE(all.merge(pieces + ":0.5 " + pieces + ":0.5 --memory 64KiB").status == 0);
    const bouillon::checkpoint from(pieces), out(all.out);
    REQUIRE(out.tensors() == from.tensors());
    for (std::size_t i = 0; i < out.tensors().size(); ++i) {
        CHECK(test::bytes_of(from, i) == test::bytes_of(out, i));
    }
}

TEST_CASE("the other commands take a run's folder as merge does") {
    const run_of_checkpoints all("cli-folder", 3);
    const auto inspected = run_program("inspect " + all.folder.string() + " --last 2 --json");
    REQUIRE_MESSAGE(inspected.status == 0, inspected.errors);
    CHECK(inspected.json()[0].at("checkpoints").size() == 2);
    const auto scored = run_program("score " + all.folder.string() + " --json --held-out " + all.run.test().string());
    REQUIRE_MESSAGE(scored.status == 0, scored.errors);
    CHECK(scored.json().size() == 3);
    const auto found = run_program("search " + all.folder.string() + " --upto 200 --budget 4 --json --held-out " +
                                   all.run.held_out().string() + " --out " + all.out.string());
    REQUIRE_MESSAGE(found.status == 0, found.errors);
    CHECK(found.json().back().at("recommendation").at("merge_weights").size() == 2);
    const auto again = all.run / "again";
    REQUIRE(run_program("merge --recipe " + all.out.string() + " --out " + again.string()).status == 0);
    CHECK(files(again) == files(all.out));
}
