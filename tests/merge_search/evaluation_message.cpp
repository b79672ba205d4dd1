// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/evaluation_message.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

std::vector<std::byte> bytes_of(const message_writer& message) {
    return {message.bytes().begin(), message.bytes().end()};
}

const std::vector<double> weights = {0.25, 0.75};

}  // namespace

TEST_CASE("a request is read as it was written") {
    const std::vector<std::size_t> some = {7, 0};
    const auto request = request_of(bytes_of(to_message(request_for(weights, some))));
    CHECK(request.what == evaluation_request::some);
    CHECK(request.merge_weights == weights);
    CHECK(request.documents == some);
    for (const auto set : {document_set::search, document_set::test})
        CHECK(request_of(bytes_of(to_message(request_for(weights, set)))).set() == set);
    CHECK(request_of(bytes_of(to_message(evaluation_request()))).what == evaluation_request::nothing);
}

TEST_CASE("what was measured is read as it was written") {
    const auto sums = sums_of(bytes_of(to_message(merge_sums{{5, -1}, 0.5, 2})));
    CHECK(sums.sums == std::vector<detail::fixed_loss>{5, -1});
    CHECK(sums.merge_seconds == 0.5);
    CHECK(sums.score_seconds == 2);
    const auto made = evaluation_of(bytes_of(to_message(merge_evaluation{{1.5}, 0.5, 2, {3}})));
    CHECK(made.losses == std::vector{1.5});
    CHECK(made.beside == std::vector{3.0});
    CHECK(made.score_seconds == 2);
}

TEST_CASE("a message that was cut off is refused") {
    CHECK_THROWS_AS(request_of({}), work_error);
    CHECK_THROWS_AS(sums_of(std::vector<std::byte>(3)), work_error);
    CHECK_THROWS_AS(evaluation_of({}), work_error);
}
