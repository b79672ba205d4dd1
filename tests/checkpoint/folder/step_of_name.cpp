// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/step_of_name.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

using names = std::vector<std::string>;

/// The names that tell a place, in order; places that are the same stand in the order of the names.
names ordered(const names& given, std::string* doubt = nullptr) {
    const auto told = places_of(given);
    names sorted;
    for (const std::size_t k : detail::in_order(told)) sorted.push_back(given[k]);
    if (doubt) *doubt = told.doubt;
    return sorted;
}

std::string doubt_of(const names& given) {
    std::string doubt;
    ordered(given, &doubt);
    return doubt;
}

/// Checks an order that leaves no doubt, from names in another one.
void check_order(const names& expected) {
    names shuffled(expected.rbegin(), expected.rend());
    std::rotate(shuffled.begin(), shuffled.begin() + 1, shuffled.end());
    std::string doubt;
    CHECK(ordered(shuffled, &doubt) == expected);
    CHECK(doubt == "");
}

std::string refusal(const names& given) {
    return test::message_of<input_error>([&] { places_of(given); });
}

}  // namespace

TEST_CASE("a checkpoint's name tells its step in the styles of common trainers") {
    const auto tells = [](const char* name, std::uint64_t step) {
        CHECK_MESSAGE(step_of_name(name) == std::optional(step), std::string(name));
    };
    tells("step-02400", 2400);
    tells("step143000", 143000);
    tells("stage1-step1000-tokens5B", 1000);
    tells("stage2-ingredient1-step9000-tokens38B", 9000);
    tells("iter_0000100", 100);
    tells("iter-000100-ckpt", 100);
    tells("checkpoint-500", 500);
    tells("checkpoint_0005000", 5000);
    tells("ckpt_000", 0);
    tells("ckpt-10B", 10'000'000'000);
    tells("tokens3896B", 3'896'000'000'000);
    tells("global_step10", 10);
    tells("epoch=3-step=700", 700);
    tells("ep0-ba900", 900);
    tells("Step_8", 8);
    tells("ckpt-12", 12);
    tells("0000300", 300);
    tells("model_4000", 4000);
    tells("step-5-of-step-5", 5);
    tells("step10k", 10'000);
    tells("step-1195k-token-2.5T", 1'195'000);
    tells("train_00220B", 220'000'000'000);
    tells("TinyLlama-1.1B-intermediate-step-1431k-3T", 1'431'000);
}

TEST_CASE("a name without a step, or with two, tells none") {
    for (const char* name : {"final", "", "step", "model-00001-of-00002", "step-5-step-6", "step99999999999999999999"})
        CHECK_MESSAGE(step_of_name(name) == std::nullopt, std::string(name));
}

TEST_CASE("the checkpoints of public runs are ordered by their names") {
    check_order({"step0", "step1", "step2", "step512", "step1000", "step143000"});  // Pythia
    check_order({"stage1-step150-tokens1B", "stage1-step928646-tokens3896B",        // OLMo 2
                 "stage2-ingredient1-step11931-tokens50B"});
    check_order({"stage1-step1000", "stage2-ingredient1-step47000", "stage3-step11000", "stage3-step11921"});  // OLMo 3
    check_order({"train_00220B", "train_00440B", "train_01100B", "train_02420B"});                  // Baichuan 2
    check_order({"stage1-step-40000", "stage1-step-3440000", "stage2-step-40000"});                 // SmolLM3
    check_order({"step-125000", "step-1000000"});                                                   // SmolLM2
    check_order({"ckpt_000", "ckpt_009", "ckpt_100", "ckpt_358"});                                  // Amber, K2
    check_order({"CrystalCoder_phase1_checkpoint_055500", "CrystalCoder_phase2_checkpoint_000500",  // Crystal
                 "CrystalCoder_phase2_checkpoint_214387"});
    check_order({"TinyLlama-1.1B-step-50K-105b", "TinyLlama-1.1B-intermediate-step-240k-503b",  // TinyLlama
                 "TinyLlama-1.1B-intermediate-step-1431k-3T"});
    check_order({"step-900k-token-1.9T", "step-1195k-token-2.5T", "step-1.2M-token-2.6T"});
    check_order({"step1000-tokens2B", "step738000-tokens3094B"});                    // OLMo
    check_order({"step5000-tokens20B", "step1220000-tokens5117B"});                  // OLMoE
    check_order({"step-001000-2BT", "step-160000-335BT"});                           // FineWeb
    check_order({"step50000-tokens210B", "step2627139-tokens15T"});                  // Apertus
    check_order({"step0005000", "step0753851"});                                     // Lucie
    check_order({"checkpoint_0005000", "checkpoint_0010000"});                       // datamix
    check_order({"iter_0002384", "iter_0444213"});                                   // MAP-Neo
    check_order({"global_step1000", "global_step10000", "global_step337250"});       // BLOOM
    check_order({"checkpoint-100", "checkpoint-400000"});                            // GPT-2 of CRFM
    check_order({"step48000", "step238500"});                                        // Hubble
    check_order({"YuLan-Mini-Phase5", "YuLan-Mini-Phase25", "YuLan-Mini-Phase27"});  // YuLan-Mini
    check_order({"ep0-ba900", "ep0-ba2000", "ep1-ba10000"});                         // Composer
    check_order({"ep0-ba900-rank0", "ep0-ba2000-rank0"});
    check_order({"epoch=3-step=100", "epoch=10-step=400"});  // Lightning
    check_order({"iter-000100-ckpt", "iter-002000-ckpt"});   // litgpt
    check_order({"step-00001000", "step-00020000"});
    check_order({"0000010000", "0000200000"});  // lingua
    check_order({"ckpt-10B", "ckpt-100B", "ckpt-1T"});
    check_order({"tokens9B", "tokens3896B"});
}

TEST_CASE("phases with names of their own tell no order") {  // Marin
    CHECK(ordered({"kestrel", "ocelot", "jellyfish", "phoenix", "starling", "deeper-starling"}).empty());
}

TEST_CASE("a size or a version that all names share is no step") {
    CHECK(ordered({"TinyLlama-1.1B-480k", "TinyLlama-1.1B-240k"}) ==
          names{"TinyLlama-1.1B-240k", "TinyLlama-1.1B-480k"});
    CHECK(doubt_of({"gpt2-200", "gpt2-100"}) == "the numbers that differ between their names");
    CHECK(ordered({"best-7b", "final-7b"}).empty());
    CHECK(ordered({"llama-7b-v2-a1-b1", "llama-7b-v2-a1-b2", "llama-7b-v2-a2-b1"}).empty());
}

TEST_CASE("where names leave a doubt the order taken is told") {
    const names restarted{"epoch=0-step=100", "epoch=1-step=50", "epoch=1-step=100"};
    CHECK(ordered({restarted[2], restarted[0], restarted[1]}) == restarted);
    CHECK(doubt_of(restarted) == "their epochs, and of their steps in each");
    CHECK(doubt_of({"step100-tokens5B", "step200-tokens4B"}) ==
          "their steps, though the tokens in their names say otherwise");
    CHECK(doubt_of({"step100-tokens5B", "step101-tokens5B"}) == "");
    CHECK(ordered({"step-100", "step-200", "checkpoint-150"}) == names{"step-100", "checkpoint-150", "step-200"});
    CHECK(doubt_of({"step-100", "step-200", "checkpoint-150"}).starts_with("the numbers in their names, which count"));
    CHECK(ordered({"stage1-step200-tokens2B", "stage2-step100-tokens1B", "step150-tokens1B"}) ==
          names{"step150-tokens1B", "stage1-step200-tokens2B", "stage2-step100-tokens1B"});
    CHECK(doubt_of({"stage1-step200-tokens2B", "stage2-step100-tokens1B", "step150-tokens1B"}) ==
          "their stages and steps, those without a stage (step150-tokens1B) as of the first");
}

TEST_CASE("checkpoints of which none comes before the other are refused with their names") {
    CHECK(refusal({"stage1-step10", "stage2-ingredient1-step10", "stage2-ingredient2-step10",
                   "stage2-ingredient2-step20"}) ==
          "stage2-ingredient1-step10, stage2-ingredient2-step10: are of several ingredients, seeds, ranks or runs, of "
          "which none comes before the others; name the checkpoints to take, in their order");
    CHECK(refusal({"pythia-160m-seed1", "pythia-160m-seed2"}) == "");  // no step, no order
    CHECK(refusal({"pythia-160m-seed1-step1", "pythia-160m-seed2-step2"}).find("several ingredients, seeds") !=
          std::string::npos);
    CHECK(refusal({"ep0-ba900-rank0", "ep0-ba900-rank1"}).find("ranks") != std::string::npos);
    CHECK(refusal({"stage1-step-40000", "lc-4k-to-32k-step-20000"}) ==
          "lc-4k-to-32k-step-20000: its name tells no stage, but that of stage1-step-40000 does; name the checkpoints "
          "to take, in their order");
}
