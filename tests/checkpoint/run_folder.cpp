// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/run_folder.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

/// A run's folder of empty files under these names; nothing reads them.
class run_folder {
 public:
    explicit run_folder(const std::vector<std::string>& files) {
        for (const auto& file : files) test::write_text(directory_.path() / file, "");
    }

    /// The names of what is taken, or the refusal, with "RUN" for the folder.
    std::vector<std::string> take(const run_selection& selection, const std::vector<std::string>& names = {""}) const {
        std::vector<std::filesystem::path> left_out;
        return take(selection, names, left_out);
    }

    /// The names of what is left out.
    std::vector<std::string> left_out(const run_selection& selection,
                                      const std::vector<std::string>& names = {""}) const {
        std::vector<std::filesystem::path> left_out;
        take(selection, names, left_out);
        std::vector<std::string> shortened;
        for (const auto& path : left_out) shortened.push_back(shorten(path.string()));
        return shortened;
    }

 private:
    std::vector<std::string> take(const run_selection& selection, const std::vector<std::string>& names,
                                  std::vector<std::filesystem::path>& left_out) const {
        std::vector<std::filesystem::path> paths;
        for (const auto& name : names) paths.push_back(name.empty() ? directory_.path() : directory_.path() / name);
        std::vector<std::string> taken;
        const auto refusal = test::message_of<input_error>([&] {
            for (const auto& path : select_checkpoints(paths, selection, &left_out))
                taken.push_back(shorten(path.string()));
        });
        return refusal.empty() ? taken : std::vector{shorten(refusal)};
    }

    std::string shorten(std::string text) const {
        const std::string path = directory_.path().string();
        for (auto at = text.find(path); at != std::string::npos; at = text.find(path))
            text.replace(at, path.size() + (text[at + path.size()] == '/'), text[at + path.size()] == '/' ? "" : "RUN");
        return text;
    }

    test::temporary_directory directory_;
};

using names = std::vector<std::string>;

const names five{"step-50/model.safetensors", "step-100/model.safetensors", "step-900/model.safetensors",
                 "step-1000/model.safetensors.index.json", "step-1100/model.safetensors"};

}  // namespace

TEST_CASE("a checkpoint's name tells its step in the styles of common trainers") {
    const auto tells = [](const char* name, std::uint64_t step) {
        CHECK_MESSAGE(step_of_name(name) == std::optional(step), name);
    };
    tells("step-02400", 2400);
    tells("step143000", 143000);
    tells("stage1-step1000-tokens5B", 1000);
    tells("stage2-ingredient1-step9000-tokens38B", 9000);
    tells("iter_0000100", 100);
    tells("checkpoint-500", 500);
    tells("global_step10", 10);
    tells("epoch=3-step=700", 700);
    tells("Step_8", 8);
    tells("ckpt-12", 12);
    tells("0000300", 300);
    tells("model_4000", 4000);
    tells("step-5-of-step-5", 5);
}

TEST_CASE("a name without a step, or with two, tells none") {
    for (const char* name : {"final", "", "step", "main-5B", "step10k", "model-00001-of-00002", "step-5-step-6",
                             "step99999999999999999999"})
        CHECK_MESSAGE(step_of_name(name) == std::nullopt, name);
}

TEST_CASE("a run's folder stands for its checkpoints by step, not by name") {
    const run_folder run(five);
    CHECK(run.take({}) == names{"step-50", "step-100", "step-900", "step-1000", "step-1100"});
    const run_folder pieces({"step-20/shard-00001-model-00001-of-00001.safetensors", "step-3/model.safetensors"});
    CHECK(pieces.take({}) == names{"step-3", "step-20"});
    const run_folder files({"step-100.safetensors", "step-20.safetensors", "trainer_state.json", "logs/step-7.txt"});
    CHECK(files.take({}) == names{"step-20.safetensors", "step-100.safetensors"});
}

TEST_CASE("the newest, every so many-th and those up to a step can be taken") {
    const run_folder run(five);
    CHECK(run.take({.last = 2}) == names{"step-1000", "step-1100"});
    CHECK(run.take({.every = 2}) == names{"step-50", "step-900", "step-1100"});
    CHECK(run.take({.upto = 999}) == names{"step-50", "step-100", "step-900"});
    CHECK(run.take({.upto = 1000, .every = 2}) == names{"step-100", "step-1000"});
    CHECK(run.take({.upto = 1000, .every = 3, .last = 1}) == names{"step-1000"});
    CHECK(run.take({.every = 100}) == names{"step-1100"});
}

TEST_CASE("named checkpoints keep their order until some are left out") {
    const run_folder run(five);
    const names given{"step-1000", "step-50", "step-900"};
    CHECK(run.take({}, given) == given);
    CHECK(run.take({.last = 2}, given) == names{"step-900", "step-1000"});
}

TEST_CASE("a checkpoint that holds others is itself, and stands for them where some are left out") {
    const run_folder run(
        {"model.safetensors", "checkpoint-500/model.safetensors", "checkpoint-1000/model.safetensors"});
    CHECK(run.take({}) == names{"RUN"});
    CHECK(run.take({.last = 2}) == names{"checkpoint-500", "checkpoint-1000"});
}

TEST_CASE("what is no checkpoint of the run is left out of its folder and told") {
    const run_folder run({"step-50/model.safetensors", "step-100/model.safetensors", "best/model.safetensors",
                          "held-out-2024.safetensors", "merged-3/model.safetensors", "merged-3/bouillon-recipe.json",
                          ".bouillon-partial-out-12-0/model.safetensors", "notes.txt"});
    for (const run_selection& selection : {run_selection{}, run_selection{.last = 2}}) {
        CHECK(run.take(selection) == names{"step-50", "step-100"});
        CHECK(run.left_out(selection) == names{"held-out-2024.safetensors", "merged-3", "best"});
    }
    CHECK(run.take({}, {"best", "merged-3", "step-50"}) == names{"best", "merged-3", "step-50"});
    CHECK(run.left_out({}, {"best", "merged-3", "step-50"}).empty());
    const run_folder files({"step-1.safetensors", "step-2.safetensors", "best.safetensors"});
    CHECK(files.take({}) == names{"step-1.safetensors", "step-2.safetensors"});
    CHECK(files.left_out({}) == names{"best.safetensors"});
}

TEST_CASE("a folder of nothing but merges stands for them") {
    const run_folder run({"merged-1/model.safetensors", "merged-1/bouillon-recipe.json", "merged-2/model.safetensors",
                          "merged-2/bouillon-recipe.json"});
    CHECK(run.take({}) == names{"merged-1", "merged-2"});
}

TEST_CASE("a selection that cannot be made is refused with what stands against it") {
    const run_folder run(five);
    CHECK(run.take({.last = 6}) == names{"the last 6 checkpoints are asked for, but there are 5"});
    CHECK(run.take({.upto = 49}) == names{"no checkpoint is of step 49 or an earlier one"});
    CHECK(run.take({.every = 0}) == names{"every 0th checkpoint cannot be taken"});
    CHECK(run_folder({"notes.txt"}).take({.last = 1}) == names{"RUN: holds no checkpoint"});
    CHECK(run_folder({"best.safetensors", "final.safetensors"}).take({}) ==
          names{"best.safetensors: its name tells no step, or more than one (step-2400 tells 2400); name the "
                "checkpoints to take instead"});
    CHECK(run_folder({"step-1.safetensors", "best.safetensors"})
              .take({.last = 1}, {"step-1.safetensors", "best.safetensors"})[0]
              .starts_with("best.safetensors: its name tells no step"));
    CHECK(run_folder({"stage1-step10.safetensors", "stage2-step10.safetensors"}).take({.last = 1}) ==
          names{"stage1-step10.safetensors and stage2-step10.safetensors: are both of step 10; name the checkpoints to "
                "take instead"});
}

TEST_CASE("a folder without checkpoints is left to the opening of it") {
    CHECK(run_folder({"pytorch_model.bin"}).take({}) == names{"RUN"});
    CHECK(run_folder({}).take({}, {"nowhere"}) == names{"nowhere"});
}
