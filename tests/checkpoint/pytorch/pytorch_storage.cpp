// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pytorch_storage.hpp>

#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/pickle_text.hpp"
#include <doctest/doctest.h>

using namespace bouillon;
using namespace test::pickle;

namespace {

/// Calls `look` with the storage that a value is, or with nothing.
template <class Look>
void with_storage(const std::string& value, const Look& look) {
    const std::string pickle = whole(value);
    const auto made = detail::read_pickle(test::as_bytes(pickle), "f");
    look(detail::read_storage(made.values, made.root));
}

void check_no_storage(const std::string& value) {
    with_storage(value, [](const auto& found) { CHECK_FALSE(found); });
}

}  // namespace

TEST_CASE("each type of storage has its type and size") {
    for (const auto& type : detail::pytorch_storage_types)
        with_storage(storage("torch " + std::string(type.name), "12", 5), [&](const auto& found) {
            REQUIRE(found);
            CHECK(found->key == "12");
            CHECK(found->type_name == type.name);
            CHECK(found->type == type.type);
            CHECK(found->elements == 5);
            CHECK(found->bytes() == 5 * type.size);
            CHECK_FALSE(found->untyped());
            if (type.type) CHECK(bytes(*type.type) == type.size);
        });
    for (const auto& type : detail::pytorch_types) CHECK(bytes(*type.type) == type.size);
    with_storage(storage("torch.storage UntypedStorage", "0", 7), [](const auto& found) {
        REQUIRE(found);
        CHECK(found->untyped());
        CHECK(found->bytes() == 7);
    });
    with_storage(storage("torch.cuda HalfStorage", "0", 7), [](const auto& found) { CHECK(found->bytes() == 14); });
}

TEST_CASE("a storage of an old file may be a part of another") {
    const auto viewed = [](const std::string& view) {
        return tuple({text("storage"), global("torch FloatStorage"), text("0"), text("cpu"), number(10), view}) + 'Q';
    };
    with_storage(viewed(none), [](const auto& found) {
        CHECK(found->view_begin == 0);
        CHECK(found->view_elements == 10);
    });
    with_storage(viewed(tuple({text("1"), number(4), number(6)})), [](const auto& found) {
        CHECK(found->view_begin == 4);
        CHECK(found->view_elements == 6);
        CHECK(found->elements == 10);
    });
    check_no_storage(viewed(tuple({text("1"), number(4), number(7)})));
    check_no_storage(viewed(tuple({text("1"), number(11), number(0)})));
    check_no_storage(viewed(tuple({text("1"), number(-1), number(1)})));
    check_no_storage(viewed(number(1)));
}

TEST_CASE("what is no storage is told") {
    check_no_storage(number(1));
    check_no_storage(number(1) + 'Q');
    check_no_storage(storage("torch NoStorage", "0", 1));
    check_no_storage(storage("os FloatStorage", "0", 1));
    check_no_storage(storage("torch UntypedStorage", "0", 1));
    check_no_storage(storage("torch FloatStorage", "0", -1));
    check_no_storage(storage("torch FloatStorage", "0", std::int64_t{1} << 61));
    check_no_storage(tuple({text("module"), global("torch FloatStorage"), text("0"), text("cpu"), number(1)}) + 'Q');
    check_no_storage(tuple({text("storage"), global("torch FloatStorage"), text("0"), text("cpu")}) + 'Q');
    check_no_storage(tuple({text("storage"), global("torch FloatStorage"), number(0), text("cpu"), number(1)}) + 'Q');
    check_no_storage(tuple({text("storage"), text("FloatStorage"), text("0"), text("cpu"), number(1)}) + 'Q');
    check_no_storage(tuple({text("storage"), global("torch FloatStorage"), text("0"), text("cpu"), yes}) + 'Q');
}
