// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include "decoder_fixture.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

template <class Backend>
void check_losses(const test::decoder_fixture& fixture, const decoder& model, const Backend& backend) {
    document_scorer score(causal_language_model(model, backend, fixture.window));
    const auto losses = score(fixture.upload(backend), fixture.documents);
    REQUIRE(losses.size() == fixture.losses.size());
    for (std::size_t i = 0; i < losses.size(); ++i) CHECK(std::abs(losses[i] - fixture.losses[i]) < 1e-5);
}

std::vector<std::filesystem::path> fixtures() {
    std::vector<std::filesystem::path> paths;
    for (const auto& item : std::filesystem::directory_iterator(BOUILLON_TEST_DATA "/decoders"))
        paths.push_back(item.path());
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace

TEST_CASE("documents have the losses that transformers gives them, whatever the decoder") {
    for (const auto& path : fixtures()) {
        CAPTURE(path.stem().string());
        try {
            const test::decoder_fixture fixture(path);
            const decoder model = parse_config(fixture.config, path.filename().string());
            check_losses(fixture, model, xtensor_backend{});
            check_losses(fixture, model, default_thrust_backend{});
        } catch (const std::exception& failure) {
            FAIL_CHECK(std::string(failure.what()));
        }
    }
}
