// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

// Small random models of each architecture, with the losses that Hugging Face transformers gives them
// (tests/model/make_fixtures.py).

using namespace bouillon;

namespace {

held_out_documents documents_of(const nlohmann::json& file) {
    std::vector<std::int32_t> tokens;
    std::vector<std::size_t> offsets = {0};
    for (const auto& document : file["tokens"]) {
        for (const auto& token : document) tokens.push_back(token.get<std::int32_t>());
        offsets.push_back(tokens.size());
    }
    return held_out_documents(std::move(tokens), std::move(offsets), "documents.json");
}

template <class Backend>
void check_losses(const std::filesystem::path& folder, const Backend& backend) {
    const std::vector<std::filesystem::path> paths = {folder};
    const auto resident = make_resident(open_checkpoints(paths), backend);
    const std::size_t window = 16;  // tokens, as the script cuts
    document_scorer score(causal_language_model(read_config(folder / "config.json"), backend, window));
    const auto file = nlohmann::json::parse(std::ifstream(folder / "documents.json"));
    const auto losses = score(resident.merge(std::vector{1.0}), documents_of(file));
    const auto expected = file["losses"].get<std::vector<double>>();
    REQUIRE(losses.size() == expected.size());
    for (std::size_t i = 0; i < losses.size(); ++i) CHECK(std::abs(losses[i] - expected[i]) < 2e-6);
}

}  // namespace

TEST_CASE("documents of every architecture have the losses that transformers gives them") {
    std::size_t models = 0;
    for (const auto& item : std::filesystem::directory_iterator(BOUILLON_TEST_DATA "/models")) {
        CAPTURE(item.path().filename().string());
        check_losses(item.path(), xtensor_backend{});
        check_losses(item.path(), default_thrust_backend{});
        ++models;
    }
    CHECK(models == 9);
}
