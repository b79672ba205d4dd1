// SPDX-License-Identifier: Apache-2.0
// What every command makes of a run's folder as trainers, the Hub and killed jobs leave it.
#include "program.hpp"
#include "tiny_run.hpp"

#include <bouillon/checkpoint/checkpoint.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

/// A run's folder whose checkpoints have these names, oldest first.
struct named_run {
    tiny_run run;
    fs::path folder, out;

    named_run(const std::string& name, const std::vector<std::string>& names) : run(name, names.size()) {
        folder = run / "run";
        out = run / "merged";
        fs::create_directory(folder);
        for (std::size_t k = 0; k < names.size(); ++k) fs::rename(run.step(k), folder / names[k]);
    }

    program_run merge(const std::string& arguments) const {
        fs::remove_all(out);
        return run_program("merge " + folder.string() + ' ' + arguments + " --out " + out.string());
    }

    /// The names of what a merge took, oldest first.
    std::vector<std::string> merged() const {
        std::vector<std::string> names;
        const auto recipe = nlohmann::json::parse(read_text(out / "bouillon-recipe.json"));
        for (const auto& input : recipe.at("inputs"))
            names.push_back(fs::path(input.at("checkpoint").get<std::string>()).filename());
        return names;
    }

    std::string inside(const std::string& name) const { return (folder / name).string(); }
};

using names = std::vector<std::string>;

void write_text(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

std::string index_of(const std::string& directory, const std::string& shard) {
    nlohmann::json map = nlohmann::json::object();
    const bouillon::checkpoint opened(directory);
    for (const auto& tensor : opened.tensors()) map[tensor.name] = shard;
    return nlohmann::json{{"weight_map", map}}.dump();
}

}  // namespace

TEST_CASE("every command refuses a run whose newest checkpoint is not complete, or leaves it out when asked to") {
    const named_run all("cli-unfinished", {"step-100", "step-200", "step-300"});
    fs::rename(all.folder / "step-300/model.safetensors", all.folder / "step-300/model-00001-of-00002.safetensors");
    const std::string reason = all.inside("step-300") +
                               ": holds shards, such as model-00001-of-00002.safetensors, but not their index "
                               "model.safetensors.index.json, which is written last";
    const std::string held_out = " --held-out " + all.run.held_out().string();
    for (const auto& command : {"merge " + all.folder.string() + " --schedule uniform --out " + all.out.string(),
                                "inspect " + all.folder.string(), "score " + all.folder.string() + held_out,
                                "search " + all.folder.string() + held_out + " --budget 3"}) {
        const auto refused = run_program(command);
        CHECK_MESSAGE(refused.status == 2, command);
        CHECK(refused.errors == "bouillon: " + reason + " (--skip-unfinished leaves it out)\n");
        const auto skipped = run_program(command + " --skip-unfinished");
        CHECK_MESSAGE(skipped.status == 0, skipped.errors);
        CHECK(skipped.errors.find("bouillon: left out, as not complete: " + reason + '\n') == 0);
    }
    CHECK(all.merged() == names{"step-100", "step-200"});
}

TEST_CASE("a run's folder that is a checkpoint itself says how those in it are taken") {
    const named_run run("cli-root-model", {"checkpoint-10", "checkpoint-20"});
    const tiny_run last("cli-root-model-last", 1);
    for (const auto& file : fs::directory_iterator(last.step(0)))
        fs::copy(file.path(), run.folder / file.path().filename());
    const std::string hint = "(it holds others: --last N takes the newest N of them)";
    const auto search = run_program("search " + run.folder.string() + " --held-out " + run.run.held_out().string());
    CHECK(search.status == 2);
    CHECK(search.errors == "bouillon: search takes 2 or more checkpoints, but 1 is given " + hint + "\n");
    const auto merge = run.merge("--schedule uniform");
    CHECK(merge.status == 2);
    CHECK(merge.errors.find(hint) != std::string::npos);
    CHECK(run.merge("--schedule uniform --last 2").status == 0);
    const auto alone = run_program("search " + last.step(0).string() + " --held-out " + last.held_out().string());
    CHECK(alone.errors == "bouillon: search takes 2 or more checkpoints, but 1 is given\n");
}

TEST_CASE("stages of a run come one after the other whatever steps they begin with") {
    const named_run all("cli-stages", {"stage1-step1000-tokens5B", "stage1-step928646-tokens3896B",
                                       "stage2-ingredient1-step11931-tokens50B"});
    const auto merged = all.merge("--last 2");
    REQUIRE_MESSAGE(merged.status == 0, merged.errors);
    CHECK(all.merged() == names{"stage1-step928646-tokens3896B", "stage2-ingredient1-step11931-tokens50B"});
}

TEST_CASE("the program says which order it took where names leave a doubt") {
    const named_run all("cli-doubt", {"epoch=0-step=200", "epoch=1-step=100"});
    const auto merged = all.merge("--schedule uniform");
    REQUIRE_MESSAGE(merged.status == 0, merged.errors);
    CHECK(
        merged.errors.find("bouillon: taken in the order of their epochs, and of their steps in each, oldest first: " +
                           all.inside("epoch=0-step=200") + ", " + all.inside("epoch=1-step=100") + '\n') == 0);
}

TEST_CASE("steps with units are ordered and chosen with them") {
    const named_run all("cli-units", {"train_00220B", "train_00440B", "train_01100B"});
    REQUIRE(all.merge("--upto 500B").status == 0);
    CHECK(all.merged() == names{"train_00220B", "train_00440B"});
    REQUIRE(all.merge("--last 2").status == 0);
    CHECK(all.merged() == names{"train_00440B", "train_01100B"});
    CHECK(all.merge("--upto half").errors.find("'half' is no step from 0 on, such as 1000, 900k or 220B") !=
          std::string::npos);
}

TEST_CASE("snapshots of the Hub stand in the order of their revisions, never in that of their hashes") {
    const std::string early = "f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b399",
                      late = "0fa3b2c4d5e6f708192a3b4c5d6e7f8091a2b312";
    const named_run all("cli-snapshots", {"a", "b"});
    fs::create_directories(all.folder / "snapshots");
    fs::rename(all.folder / "a", all.folder / "snapshots" / early);
    fs::rename(all.folder / "b", all.folder / "snapshots" / late);
    write_text(all.folder / "refs/step1000", early);
    const auto refused = all.merge("--last 2");
    CHECK(refused.status == 2);
    CHECK(refused.errors.find(late + ": is called by a hash that no file of ") != std::string::npos);
    write_text(all.folder / "refs/step2000", late);
    REQUIRE(all.merge("--last 2").status == 0);
    CHECK(all.merged() == names{early, late});
}

TEST_CASE("an index that names just the one file is read") {
    const named_run all("cli-single-index", {"step-100", "step-200"});
    for (const char* const step : {"step-100", "step-200"})
        write_text(all.folder / step / "model.safetensors.index.json", index_of(all.inside(step), "model.safetensors"));
    const auto merged = all.merge("--schedule uniform");
    CHECK_MESSAGE(merged.status == 0, merged.errors);
    CHECK_FALSE(fs::exists(all.out / "model.safetensors.index.json"));
}

TEST_CASE("safetensors beside PyTorch's files are read with a note") {
    const named_run all("cli-beside", {"step-100", "step-200"});
    write_text(all.folder / "step-200/pytorch_model.bin", "never looked at");
    const auto merged = all.merge("--schedule uniform");
    REQUIRE_MESSAGE(merged.status == 0, merged.errors);
    CHECK(merged.errors.find(all.inside("step-200/pytorch_model.bin") +
                             ": is not read, since model.safetensors beside it is\n") != std::string::npos);
}

TEST_CASE("a merge keeps the newest checkpoint's side files below directories too, and its recipe knows them") {
    const named_run all("cli-side-files", {"step-100", "step-200"});
    write_text(all.folder / "step-200/additional_chat_templates/tool.jinja", "a template");
    write_text(all.folder / "step-200/tekken.json", "{}");
    for (const char* const name : {"zero_to_fp32.py", "optimizer.pt", "trainer_state.json"})
        write_text(all.folder / "step-200" / name, "stays");
    REQUIRE(all.merge("--schedule uniform").status == 0);
    CHECK(read_text(all.out / "additional_chat_templates/tool.jinja") == "a template");
    CHECK(fs::exists(all.out / "tekken.json"));
    for (const char* const name : {"zero_to_fp32.py", "optimizer.pt", "trainer_state.json"})
        CHECK_FALSE(fs::exists(all.out / name));
    const std::string again = "merge --recipe " + all.out.string() + " --out " + all.out.string();
    const auto replaced = run_program(again + " --force");
    CHECK_MESSAGE(replaced.status == 0, replaced.errors);
    write_text(all.folder / "step-200/additional_chat_templates/tool.jinja", "another template");
    const auto refused = run_program(again + " --force");
    CHECK(refused.status == 2);
    CHECK(refused.errors.find("additional_chat_templates/tool.jinja: has the hash ") != std::string::npos);
}
