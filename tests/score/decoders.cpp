// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include "decoder_fixture.hpp"
#include <tensor/device_on_host.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

/// Losses of documents on a backend, and by how much they may differ from those of transformers.
template <class Backend>
void check_losses(const test::decoder_fixture& fixture, const decoder& model, const Backend& backend,
                  double tolerance = 1e-5, document_scorer_options options = {}) {
    document_scorer score(causal_language_model(model, backend, fixture.window), options);
    const auto losses = score(fixture.upload(backend), fixture.documents);
    REQUIRE(losses.size() == fixture.losses.size());
    for (std::size_t i = 0; i < losses.size(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(losses[i] - fixture.losses[i]) < tolerance);
    }
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
            const document_scorer_options equal{.rows = 32, .equal_rows = true};
            const thrust_backend<device_on_host> device{{}}, in_bf16{{{}, precision::bf16}};
            check_losses(fixture, model, device, 1e-5, equal);
            // A token may go to other experts, where two are nearly as likely.
            check_losses(fixture, model, in_bf16, model.experts.count > 0 ? 0.1 : 2e-2, equal);
        } catch (const std::exception& failure) {
            FAIL_CHECK(std::string(failure.what()));
        }
    }
}
