// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/run_folder.hpp>

#include "checkpoint/checkpoint_names.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

/// What a selection takes of a directory, or the refusal, and what is told of it.
struct selected {
    std::vector<std::string> taken, left_out, unfinished;
    std::string order;
};

class run_folder : public test::directory_of_names {
 public:
    using test::directory_of_names::directory_of_names;

    selected select(const run_selection& selection, const std::vector<std::string>& names = {""}) const {
        std::vector<std::filesystem::path> paths;
        for (const auto& name : names) paths.push_back(name.empty() ? path() : path() / name);
        selection_notes notes;
        selected result;
        const auto refusal = test::message_of<input_error>([&] {
            for (const auto& taken : select_checkpoints(paths, selection, &notes))
                result.taken.push_back(shorten(taken.string()));
        });
        if (!refusal.empty()) result.taken = {shorten(refusal)};
        for (const auto& left : notes.left_out) result.left_out.push_back(shorten(left.string()));
        for (const auto& reason : notes.unfinished) result.unfinished.push_back(shorten(reason));
        result.order = notes.order;
        return result;
    }

    std::vector<std::string> take(const run_selection& selection, const std::vector<std::string>& names = {""}) const {
        return select(selection, names).taken;
    }

    std::vector<std::string> left_out(const run_selection& selection,
                                      const std::vector<std::string>& names = {""}) const {
        return select(selection, names).left_out;
    }
};

using names = std::vector<std::string>;

const names five{"step-50/model.safetensors", "step-100/model.safetensors", "step-900/model.safetensors",
                 "step-1000/pytorch_model.bin", "step-1100/model.safetensors"};

}  // namespace

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
    CHECK(run.take({}) == names{"DIR"});
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
    CHECK(run_folder({"notes.txt"}).take({.last = 1}) == names{"DIR: holds no checkpoint"});
    CHECK(run_folder({"best.safetensors", "final.safetensors"}).take({}) ==
          names{"best.safetensors: its name tells no step, or more than one (step-2400 tells 2400); name the "
                "checkpoints to take instead"});
    CHECK(run_folder({"step-1.safetensors", "best.safetensors"})
              .take({.last = 1}, {"step-1.safetensors", "best.safetensors"})[0]
              .starts_with("best.safetensors: its name tells no step"));
    CHECK(run_folder({"a-step10.safetensors", "b-step10.safetensors"}).take({.last = 1}) ==
          names{"a-step10.safetensors and b-step10.safetensors: are both of step 10; name the checkpoints to "
                "take instead"});
}

TEST_CASE("a folder without checkpoints is left to the opening of it") {
    CHECK(run_folder({"pytorch_model.bin"}).take({}) == names{"DIR"});
    CHECK(run_folder(names{}).take({}, {"nowhere"}) == names{"nowhere"});
}

TEST_CASE("stages of a run come one after the other") {
    const run_folder run({"stage1-step928646-tokens3896B/model.safetensors",
                          "stage1-step1000-tokens5B/model.safetensors",
                          "stage2-ingredient1-step11931-tokens50B/model.safetensors"});
    CHECK(run.take({}) ==
          names{"stage1-step1000-tokens5B", "stage1-step928646-tokens3896B", "stage2-ingredient1-step11931-tokens50B"});
    CHECK(run.take({.last = 1}) == names{"stage2-ingredient1-step11931-tokens50B"});
    CHECK(
        run.take({.upto = 5000}) ==
        names{"no checkpoints up to a step can be taken, since steps begin anew between stage1-step928646-tokens3896B "
              "and stage2-ingredient1-step11931-tokens50B; name the checkpoints to take instead"});
    const run_folder ingredients({"stage2-ingredient1-step11931-tokens50B/model.safetensors",
                                  "stage2-ingredient2-step11931-tokens50B/model.safetensors"});
    CHECK(ingredients.take({})[0].starts_with(
        "stage2-ingredient1-step11931-tokens50B, stage2-ingredient2-step11931-tokens50B: are of several ingredients"));
    CHECK(
        ingredients.take({}, {"stage2-ingredient2-step11931-tokens50B", "stage2-ingredient1-step11931-tokens50B"})[0] ==
        "stage2-ingredient2-step11931-tokens50B");
}

TEST_CASE("the size in a model's name is not a step of its run") {
    const run_folder run({"TinyLlama-1.1B-step-1195k-token-2.5T/pytorch_model.bin",
                          "TinyLlama-1.1B-step-240k-token-503b/pytorch_model.bin"});
    CHECK(run.take({}) == names{"TinyLlama-1.1B-step-240k-token-503b", "TinyLlama-1.1B-step-1195k-token-2.5T"});
    CHECK(run.take({.upto = 240'000}) == names{"TinyLlama-1.1B-step-240k-token-503b"});
}

TEST_CASE("which order was taken is told where the names leave a doubt") {
    const run_folder run({"epoch=0-step=200.ckpt", "epoch=1-step=100.ckpt"});
    const auto selected = run.select({});
    CHECK(selected.taken == names{"epoch=0-step=200.ckpt", "epoch=1-step=100.ckpt"});
    CHECK(selected.order == "their epochs, and of their steps in each");
    CHECK(run_folder(five).select({}).order == "");
}

TEST_CASE("snapshots of the Hub stand in the order of their revisions and without one are refused") {
    const std::string early = "f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b399",
                      late = "0fa3b2c4d5e6f708192a3b4c5d6e7f8091a2b312";
    const names files{"snapshots/" + early + "/model.safetensors", "snapshots/" + late + "/model.safetensors",
                      "blobs/" + std::string(64, 'a'), "refs/step1000 = " + early};
    auto named = files;
    named.push_back("refs/step2000 = " + late);
    CHECK(run_folder(named).take({}) == names{"snapshots/" + early, "snapshots/" + late});
    CHECK(run_folder(named).take({}, {"snapshots"}) == names{"snapshots/" + early, "snapshots/" + late});
    CHECK(run_folder(named).take({.last = 1}, {"snapshots/" + late, "snapshots/" + early}) ==
          names{"snapshots/" + late});
    CHECK(run_folder(files).take({}, {"snapshots"})[0].starts_with("snapshots/" + late + ": is called by a hash"));
    CHECK(run_folder(files).take({}, {"snapshots/" + late}) == names{"snapshots/" + late});
    const run_folder loose({early + "/model.safetensors", late + "/model.safetensors"});
    CHECK(loose.take({})[0].starts_with(late + ": its name tells no step"));
}

TEST_CASE("a checkpoint that is not complete is never left out without a word") {
    const std::string index = test::index_of({"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"});
    for (const names& files :
         {names{"step-3/model-00001-of-00002.safetensors"},
          names{"step-3/model.safetensors.index.json = " + index, "step-3/model-00001-of-00002.safetensors"},
          names{"step-3/pytorch_model-00001-of-00002.bin"}, names{"step-3/__0_0.distcp"},
          names{"step-3/model_and_optim/__0_0.distcp"}, names{"step-3/"},
          names{"step-3/optimizer.pt", "step-3/trainer_state.json"}, names{"step-3/config.json"},
          names{"tmp-step-3/model.safetensors"}}) {
        CAPTURE(files[0]);
        auto all = files;
        all.insert(all.end(), {"step-1/model.safetensors", "step-2/model.safetensors"});
        const run_folder run(all);
        CHECK(run.take({})[0].find("step-3") != std::string::npos);
        CHECK(run.take({}).size() == 1);
        CHECK(run.take({.last = 1}) == run.take({}));
        CHECK(run.take({.upto = 2}) == names{"step-1", "step-2"});
        const auto selected = run.select({.skip_unfinished = true});
        CHECK(selected.taken == names{"step-1", "step-2"});
        CHECK(selected.unfinished == run.take({}));
        CHECK(run.take({.last = 1, .skip_unfinished = true}) == names{"step-2"});
    }
}

TEST_CASE("an older checkpoint that is not complete counts as one that is newer") {
    const run_folder run({"step-1/model.safetensors", "step-2/", "step-3/model.safetensors"});
    CHECK(run.take({}) == names{"step-2: is empty"});
    CHECK(run.take({.last = 1}) == names{"step-3"});
    CHECK(run.take({.skip_unfinished = true}) == names{"step-1", "step-3"});
    CHECK(run.take({.skip_unfinished = true}, {"step-3", "step-2", "step-1"}) == names{"step-3", "step-1"});
    CHECK(run.take({}, {"step-3", "step-2"}) == names{"step-2: is empty"});
    CHECK(run.take({.skip_unfinished = true}, {"step-2"}) == names{"no checkpoint is complete: step-2: is empty"});
    CHECK_THROWS_AS(select_checkpoints(std::vector{run.path()}, {}), unfinished_checkpoint);
}
