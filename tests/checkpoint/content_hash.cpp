// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/content_hash.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

// The digits are those of xxhash from PyPI.
TEST_CASE("a content's hash has the digits that other implementations of XXH3 print") {
    CHECK(hash_of("").hex() == "99aa06d3014798d86001c324468d497f");
    CHECK(hash_of("The quick brown fox").hex() == "b2c100c26f5d723ab7859350537dfedc");
    std::string text;
    for (std::size_t i = 0; i < 100000; ++i) text += static_cast<char>(i % 251);
    CHECK(hash_of(text).hex() == "54182c58bbb1337c42c23aeead96750d");
}

TEST_CASE("a content's hash does not depend on its parts, and begins anew when told") {
    const std::string text(100000, 'x');
    content_hash hash;
    for (std::size_t at = 0; at < text.size(); at += 777)
        hash.add(test::as_bytes(std::string_view(text).substr(at, 777)));
    CHECK(hash.bits() == hash_of(text));
    hash.reset();
    CHECK(hash.bits() == hash_of(""));
    hash.reset(7);
    hash.add(test::as_bytes("The quick brown fox"));
    CHECK(hash.bits().hex() == "5b49d8bd1461df25718e55c952e7bb7c");
}
