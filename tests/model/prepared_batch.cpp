// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/prepared_batch.hpp>

#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include "counting_backend.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a batch is prepared with the rows of the tables that its model has") {
    decoder of = test::small_decoder();
    of.learned_positions = true;
    of.position_rows = 18;
    of.first_position = 2;
    window_batch batch;
    batch.tokens = {7, 8, 9};
    batch.targets = {8, 9, 1};
    batch.positions = {0, 1, 0};
    batch.window_offsets = {0, 2, 3};
    const auto prepared = causal_language_model(of, xtensor_backend()).prepare(batch);
    CHECK(prepared.rows == 3);
    CHECK(prepared.tokens == batch.tokens);
    CHECK(prepared.targets == batch.targets);
    CHECK(prepared.positions == batch.positions);
    CHECK(prepared.windows == batch.window_offsets);
    CHECK(prepared.embedded_positions == std::vector<std::int32_t>{2, 3, 2});
    REQUIRE(prepared.angles.size() == 1);
    CHECK(prepared.angles[0].empty());  // they are the positions
}
