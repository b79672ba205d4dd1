// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/held_out_sets.hpp>

#include <bouillon/core/error.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

namespace {

/// Two questions of three and two choices, of which the second and the first are right, between sets of documents.
held_out_sets mixed_sets() {
    const held_out_documents choices({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {0, 2, 4, 6, 8, 10}, "questions");
    return held_out_sets({{held_out_documents({11, 12, 13, 14}, {0, 2, 4}, "before")},
                          {choices, multiple_choice(choices, {0, 3, 5}, {1, 0})},
                          {held_out_documents({15, 16, 17}, {0, 3}, "behind")}});
}

using numbers = std::vector<std::size_t>;

}  // namespace

TEST_CASE("sets stand one after another, and so do their documents") {
    const auto sets = mixed_sets();
    CHECK(sets.size() == 5);
    CHECK(sets.have_questions());
    CHECK(sets.have_documents());
    const auto documents = sets.documents();
    CHECK(documents.size() == 8);
    CHECK(documents.origin() == "before, questions, behind");
    CHECK(documents[1][0] == 13);
    CHECK(documents[2][0] == 1);
    CHECK(documents[7].size() == 3);
    CHECK(sets.documents_of(numbers{0, 1, 2, 3, 4}) == numbers{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(sets.documents_of(numbers{4, 3, 0}) == numbers{0, 5, 6, 7});
    CHECK(held_out_sets().size() == 0);
    CHECK(held_out_sets().documents().size() == 0);
}

TEST_CASE("losses of items are those of their documents, or of their questions' choices, in the order asked for") {
    const auto sets = mixed_sets();
    const std::vector<double> all = {1, 2, 3, 4, 5, 6, 7, 8};
    CHECK(sets.losses(all, question_loss::answer) == std::vector<double>{1, 2, 4, 6, 8});
    CHECK(sets.losses(numbers{4, 3, 0}, std::vector<double>{1, 6, 7, 8}, question_loss::answer) ==
          std::vector<double>{8, 6, 1});
    CHECK(sets.losses(all, question_loss::accuracy) == std::vector<double>{1, 2, 1, 0, 8});
    CHECK_THROWS_WITH_AS(sets.losses(std::vector<double>{1, 2}, question_loss::answer),
                         "held-out sets: 2 losses, but there are 8 documents", input_error);
}

TEST_CASE("some items of a set are a set") {
    const held_out_documents choices({1, 2, 3, 4, 5, 6, 7, 8}, {0, 2, 4, 6, 8}, "questions");
    const held_out_set set{choices, multiple_choice(choices, {0, 2, 4}, {1, 0})};
    CHECK(set.size() == 2);
    const auto some = set.select(numbers{1});
    CHECK(some.size() == 1);
    CHECK(some.documents.size() == 2);
    CHECK(some.documents[0][0] == 5);
    const held_out_set documents{choices};
    CHECK(documents.size() == 4);
    CHECK(documents.select(numbers{3, 0}).documents[0][0] == 7);
}

TEST_CASE("a token that the model does not know is told with its own file") {
    CHECK_NOTHROW(mixed_sets().check_vocabulary(18));
    CHECK_THROWS_WITH_AS(mixed_sets().check_vocabulary(15),
                         "behind: token 17 lies outside the model's vocabulary of 15", input_error);
}
