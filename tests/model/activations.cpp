// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/activations.hpp>

#include "counting_backend.hpp"
#include <doctest/doctest.h>

#include <cstddef>

using namespace bouillon;

TEST_CASE("there is room for what a description uses, and none for what it does not") {
    number_counts counted;
    const test::counting_backend backend{xtensor_backend{}, &counted};
    decoder of = test::small_decoder();
    using room = detail::activations<test::counting_backend::buffer, test::counting_backend::indices>;
    const auto plain = room::make(of, backend, 7);
    CHECK(plain.normed.size() == 7 * 12);
    CHECK(plain.gate.size() == 7 * 28);
    CHECK(plain.branch.size() == 0);
    CHECK(plain.parallel.size() == 0);
    CHECK(plain.routing.size() == 0);
    of.gated = false;
    of.parallel_residual = true;
    of.attention_norms.output = true;
    of.experts = {.count = 3, .chosen = 1, .feed_forward = 40};
    const auto other = room::make(of, backend, 7);
    CHECK(other.gate.size() == 0);
    CHECK(other.branch.size() == 7 * 12);
    CHECK(other.parallel.size() == 7 * 12);
    CHECK(other.routing.size() == 7 * 3);
    CHECK(other.up.size() == 7 * 40);
    CHECK(other.expert_rows.size() == 7);
}
