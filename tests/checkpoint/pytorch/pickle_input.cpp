// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pickle_input.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

TEST_CASE("bytes of a pickle are taken in their order") {
    const std::string text = std::string("K\1\2\3\4line\n\n", 11);
    detail::pickle_input input(test::as_bytes(text), "f");
    CHECK(input.opcode() == 'K');
    CHECK(input.number(2) == 0x201);
    CHECK(input.number(0) == 0);
    CHECK(input.skip(2) == 3);
    CHECK(input.skip_line() == 4);
    CHECK(input.skip_line() == 0);
    CHECK(input.taken() == text.size());
}

TEST_CASE("bytes that a pickle has not are not taken") {
    const std::string text = "abc";
    const auto refusal = [&](auto take) {
        detail::pickle_input input(test::as_bytes(text), "f");
        input.opcode();
        return test::message_of<detail::pickle_cut_off>([&] { take(input); });
    };
    const std::string cut_off = "f: the pickle is cut off: at byte 1 it needs ";
    CHECK(refusal([](auto& input) { input.number(3); }) == cut_off + "3 more, but there are 2");
    CHECK(refusal([](auto& input) { input.skip(~std::uint64_t{}); }) ==
          cut_off + "18446744073709551615 more, but there are 2");
    CHECK(refusal([](auto& input) { input.skip_line(); }) == cut_off + "3 more, but there are 2");
    CHECK(refusal([](auto& input) { input.skip(2); }).empty());
}

TEST_CASE("a message about a pickle says at which of its opcodes") {
    const std::string text = "abc";
    detail::pickle_input input(test::as_bytes(text), "f");
    input.opcode();
    input.opcode();
    CHECK(test::message_of<input_error>([&] { input.fail("is wrong"); }) == "f: the pickle is wrong (at byte 1)");
}
