// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/paired.hpp>

#include <bouillon/core/random.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("the mean of some losses and its variance have the textbook's values") {
    const auto estimate = mean_loss(std::vector{2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0});
    CHECK(estimate.mean == 5);
    CHECK(estimate.variance == doctest::Approx(32.0 / 7 / 8));
    CHECK(estimate.standard_error() == doctest::Approx(std::sqrt(32.0 / 7 / 8)));
}

TEST_CASE("one document has a mean of unknown variance, none is an error") {
    CHECK(mean_loss(std::vector{3.0}).mean == 3);
    CHECK(std::isnan(mean_loss(std::vector{3.0}).variance));
    CHECK_THROWS_AS(mean_loss({}), input_error);
}

TEST_CASE("a model's difference to itself is exactly zero and certain") {
    const std::vector<double> losses = {2.5, 3.25, 1.125};
    CHECK(paired_difference(losses, losses).mean == 0);
    CHECK(paired_difference(losses, losses).variance == 0);
}

TEST_CASE("pairing removes what the documents themselves differ by") {
    random_engine engine = make_engine(1);
    std::vector<double> reference(48), losses(48);
    for (std::size_t j = 0; j < losses.size(); ++j) {
        reference[j] = 3 + normal(engine);
        losses[j] = reference[j] - 0.05 + 0.01 * normal(engine);
    }
    const auto difference = paired_difference(losses, reference);
    CHECK(difference.mean == doctest::Approx(mean_loss(losses).mean - mean_loss(reference).mean));
    CHECK(difference.standard_error() < 0.002);
    CHECK(mean_loss(losses).standard_error() > 0.05);
}

TEST_CASE("losses of other documents than the reference's are refused with both numbers") {
    CHECK_THROWS_WITH_AS(paired_difference(std::vector{1.0, 2.0}, std::vector{1.0}),
                         "paired losses: 2 documents, but the reference has 1", input_error);
}
