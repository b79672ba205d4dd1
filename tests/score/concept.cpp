// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/concept.hpp>

#include <doctest/doctest.h>

namespace {

struct good {
    std::vector<double> operator()(int, int) const { return {1.0}; }
};
struct one_number {
    double operator()(int, int) const { return 1.0; }
};
struct no_data {
    std::vector<double> operator()(int) const { return {}; }
};

}  // namespace

TEST_CASE("a scorer gives one loss per document") {
    CHECK(bouillon::document_loss<good, int, int>);
    CHECK_FALSE(bouillon::document_loss<one_number, int, int>);
    CHECK_FALSE(bouillon::document_loss<no_data, int, int>);
}
