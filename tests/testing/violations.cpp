// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/violations.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

std::string it() { return "it"; }

}  // namespace

TEST_CASE("a broken law is told with its first case and how many more there were") {
    detail::law_book book;
    book.require(true, "holds", it);
    book.require(false, "fails", [] { return std::string("first"); });
    book.require(false, "fails", [] { return std::string("second"); });
    book.require(false, "also fails", it);
    CHECK(book.sentences() == violations{"fails: first (and 1 more)", "also fails: it"});
    CHECK(to_lines(book.sentences()) == "fails: first (and 1 more)\nalso fails: it\n");
    CHECK(to_lines({}) == "");
}

TEST_CASE("numbers that are not near enough are told so that they differ to the eye") {
    detail::law_book book;
    book.require_near(0.3, 0.3, 0, "same", it);
    book.require_near(1e9, 1e9 + 1, 1e-8, "near", it);
    book.require_near(INFINITY, INFINITY, 1e-8, "infinite", it);
    CHECK(book.sentences().empty());
    book.require_near(-0.6, -0.6000000000000001, 0, "bits", it);
    book.require_near(std::numeric_limits<double>::quiet_NaN(), 1, 1, "numbers", it);
    CHECK(book.sentences() ==
          violations{"bits: it is -0.6, but should be -0.6000000000000001", "numbers: it is nan, but should be 1"});
}

TEST_CASE("points are written in brackets") {
    CHECK(detail::in_brackets(std::vector<double>{0.5, -1}) == "(0.5, -1)");
    CHECK(detail::in_brackets(std::vector<double>{}) == "()");
}
