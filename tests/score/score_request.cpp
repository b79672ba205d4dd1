// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/score_request.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a request for a checkpoint alone is for all of its documents and for no trial") {
    const score_request request{"model"};
    CHECK(request.documents.empty());
    CHECK_FALSE(request.trial.has_value());
    CHECK(request.name == "merge");
}
