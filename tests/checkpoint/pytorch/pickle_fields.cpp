// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pickle_fields.hpp>

#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;
using namespace std::string_view_literals;
using sizes = std::vector<std::size_t>;

namespace {

detail::unpickled read(std::string_view pickle) { return detail::read_pickle(test::as_bytes(pickle), "p"); }

std::optional<sizes> sizes_of(std::string_view pickle) {
    const auto of = read(pickle);
    return detail::read_sizes(of.values, of.root);
}

}  // namespace

TEST_CASE("an entry of a dict is found by its key, the last of those that are equal") {
    const auto of = read("}(X\x01\0\0\0aK\x01X\x01\0\0\0bK\x02X\x01\0\0\0aK\x03K\x07K\x04u."sv);
    CHECK(of.values.integer(*detail::find_entry(of.values, of.root, "a")) == 3);
    CHECK(of.values.integer(*detail::find_entry(of.values, of.root, "b")) == 2);
    CHECK_FALSE(detail::find_entry(of.values, of.root, "c"));
    CHECK_FALSE(detail::find_entry(of.values, of.values.items(of.root)[1], "a"));
}

TEST_CASE("a field of an object is an entry of its state") {
    const auto of = read("cmodule\nname\n)\x81}X\x01\0\0\0aK\x05sb."sv);
    CHECK(detail::is_call_of(of.values, of.root, "module", "name"));
    CHECK_FALSE(detail::is_call_of(of.values, of.root, "module", "other"));
    CHECK(of.values.integer(*detail::find_field(of.values, of.root, "a")) == 5);
    CHECK_FALSE(detail::find_field(of.values, of.root, "b"));
    const auto stateless = read("cmodule\nname\n)\x81."sv);
    CHECK_FALSE(detail::find_field(stateless.values, stateless.root, "a"));
    const auto number = read(
        "cmodule\nname\n)\x81K\x05"
        "b."sv);
    CHECK_FALSE(detail::find_field(number.values, number.root, "a"));
}

TEST_CASE("an object of very many fields has none that is found") {
    for (const int fields : {64, 65}) {
        std::string pickle = "cmodule\nname\n)\x81}X\x01" + std::string(3, '\0') + "aK\x05s";
        for (int i = 1; i < fields; ++i) pickle += std::string("K\x01Ns");
        pickle += "b.";
        const auto of = read(pickle);
        CHECK(detail::find_field(of.values, of.root, "a").has_value() == (fields == 64));
    }
}

TEST_CASE("sizes are a tuple, a list or a torch.Size of integers that are not negative") {
    CHECK(sizes_of("K\x02K\x03\x86."sv) == sizes{2, 3});
    CHECK(sizes_of("](K\x02K\x03K\x04"
                   "e."sv) == sizes{2, 3, 4});
    CHECK(sizes_of("ctorch\nSize\nK\x02K\x03\x86\x85R."sv) == sizes{2, 3});
    CHECK(sizes_of(")."sv) == sizes{});
    CHECK_FALSE(sizes_of("J\xff\xff\xff\xff\x85."sv));
    CHECK_FALSE(sizes_of("\x88\x85."sv));
    CHECK_FALSE(sizes_of("ctorch\nSize\n)R."sv));
    CHECK_FALSE(sizes_of("cother\nSize\n)\x85R."sv));
    CHECK_FALSE(sizes_of("K\x02."sv));
}
