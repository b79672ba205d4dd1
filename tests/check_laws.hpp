// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/testing/violations.hpp>

#include <doctest/doctest.h>

/// Fails with each sentence about a law that is broken.
inline void check_laws(const bouillon::violations& violations) {
    for (const auto& violation : violations) FAIL_CHECK(violation);
    CHECK(violations.empty());
}
