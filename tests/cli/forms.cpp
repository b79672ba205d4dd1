// SPDX-License-Identifier: Apache-2.0
// The forms in which trainers store checkpoints, from the user's end.
#include "checkpoint/files.hpp"
#include "program.hpp"
#include "tiny_run.hpp"

#include <bouillon/checkpoint/checkpoint.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path forms = BOUILLON_TEST_DATA "/forms";

/// Documents of 20 tokens that the tiny models of the forms know.
struct documents {
    tiny_run run{"forms"};
    std::string held_out = " --held-out " + run.held_out().string();
};

}  // namespace

TEST_CASE("states of one model in any form are merged to the same bytes and scored with the same losses") {
    const documents given;
    std::vector<std::string> merges, losses, searches;
    for (const char* const form : {"safetensors", "pytorch", "distributed"}) {
        const auto folder = (forms / form).string(), out = (given.run / form).string();
        const auto merged = run_program("merge " + folder + " --schedule uniform --out " + out);
        CHECK_MESSAGE(merged.status == 0, merged.errors);
        merges.push_back(read_text(fs::path(out) / "model.safetensors") + read_text(fs::path(out) / "config.json"));
        std::string values;
        for (const auto& line : run_program("score " + folder + given.held_out + " --json --losses").json())
            values += line.at("losses").dump();
        losses.push_back(values);
        const auto search = run_program("search " + folder + given.held_out + " --budget 3 --json");
        CHECK_MESSAGE(search.status == 0, search.errors);
        searches.emplace_back();
        for (auto line : search.json()) {
            line.erase("seconds");
            searches.back() += line.dump();
        }
    }
    CHECK_FALSE(losses[0].empty());
    CHECK_FALSE(searches[0].empty());
    for (const auto& each : {merges, losses, searches}) {
        CHECK(each[1] == each[0]);
        CHECK(each[2] == each[0]);
    }
}

TEST_CASE("a prefix is named where names differ by just that, and taken off on request") {
    const documents given;
    const auto plain = given.run.step(0), wrapped = given.run.step(1);
    const bouillon::checkpoint opened(wrapped);
    std::vector<test::stored_tensor> tensors;
    for (std::size_t i = 0; i < opened.tensors().size(); ++i) {
        tensors.push_back({opened.tensors()[i], test::as_text(test::bytes_of(opened, i))});
        tensors.back().tensor.name.insert(0, "_orig_mod.");
    }
    fs::remove(wrapped / "model.safetensors");
    test::write_tensors(wrapped / "model.safetensors", tensors);
    const auto merge =
        "merge " + plain.string() + ":0.5 " + wrapped.string() + ":0.5 --out " + (given.run / "m").string();
    const auto refused = run_program(merge);
    CHECK(refused.status == 2);
    CHECK(refused.errors.find("behind the prefix \"_orig_mod.\" (--strip _orig_mod. takes it off)") !=
          std::string::npos);
    const auto merged = run_program(merge + " --strip _orig_mod.");
    CHECK_MESSAGE(merged.status == 0, merged.errors);
    const auto unscored = run_program("score " + wrapped.string() + given.held_out);
    CHECK(unscored.status == 2);
    CHECK(unscored.errors.find("(--strip _orig_mod. takes it off)") != std::string::npos);
    CHECK(run_program("score " + wrapped.string() + given.held_out + " --strip _orig_mod.").status == 0);
}

TEST_CASE("a checkpoint without a configuration merges as it is and is scored with one that is given") {
    const documents given;
    const auto config = given.run / "given.json";
    fs::copy(given.run.step(0) / "config.json", config);
    std::string inputs;
    for (const std::size_t k : {0, 1}) {
        fs::remove(given.run.step(k) / "config.json");
        inputs += ' ' + given.run.step(k).string() + ":0.5";
    }
    const auto out = given.run / "m";
    CHECK(run_program("merge" + inputs + " --out " + out.string()).status == 0);
    CHECK_FALSE(fs::exists(out / "config.json"));
    CHECK(run_program("merge" + inputs + " --force --config " + config.string() + " --out " + out.string()).status ==
          0);
    CHECK(read_text(out / "config.json") == read_text(config));
    const auto score = "score " + given.run.step(0).string() + given.held_out;
    CHECK(run_program(score).errors.find("(--config FILE gives one)") != std::string::npos);
    CHECK(run_program(score + " --config " + config.string()).status == 0);
}

TEST_CASE("names of a trainer's own merge, and for scores the refusal names a command") {
    const documents given;
    std::string inputs;
    for (const std::size_t k : {0, 1}) {
        fs::remove(given.run.step(k) / "model.safetensors");
        test::write_tensors(given.run.step(k) / "model.safetensors",
                            {{{"tok_embeddings.weight", bouillon::dtype::u8, {1}}, "x"}});
        inputs += ' ' + given.run.step(k).string();
    }
    CHECK(run_program("merge" + inputs + " --schedule uniform --last 2 --out " + (given.run / "m").string()).status ==
          0);
    const auto refused = run_program("search" + inputs + given.held_out + " --budget 2");
    CHECK(refused.status == 2);
    CHECK(refused.errors.find("called as a trainer calls them ('tok_embeddings.weight')") != std::string::npos);
    CHECK(refused.errors.find("--score") != std::string::npos);
}
