// SPDX-License-Identifier: Apache-2.0
#include <bouillon/process/message.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

std::vector<std::byte> bytes_of(const message_writer& message) {
    return {message.bytes().begin(), message.bytes().end()};
}

}  // namespace

TEST_CASE("a message gives back what was put into it, in that order") {
    message_writer message;
    const std::vector<double> weights = {0.1, -0.0}, none;
    message.put(7).put_list(std::span<const double>(weights)).put_text("").put_text("node 3");
    message.put_list(std::span<const double>(none)).put(true);
    message_reader reader(bytes_of(message));
    CHECK(reader.get<int>() == 7);
    CHECK(reader.get_list<double>() == weights);
    CHECK(reader.get_text().empty());
    CHECK(reader.get_text() == "node 3");
    CHECK(reader.get_list<double>().empty());
    CHECK(reader.get<bool>());
}

TEST_CASE("a message that ends too early is refused, whatever length it tells") {
    message_writer message;
    message.put(std::uint64_t{1} << 61);
    CHECK_THROWS_WITH_AS(message_reader(bytes_of(message)).get_list<double>(),
                         "a message between processes ends too early", work_error);
    CHECK_THROWS_AS(message_reader({}).get<int>(), work_error);
}
