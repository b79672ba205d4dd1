// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pickle_values.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <vector>

using namespace bouillon;
using detail::pickle_id;
using detail::pickle_kind;
using detail::pickle_values;

TEST_CASE("values of a pickle keep what they were made of") {
    const std::string_view input = "torchSizeabc";
    pickle_values values(test::as_bytes(input));
    CHECK(values.size() == 3);
    CHECK(values.is(pickle_values::none_id, pickle_kind::none));
    CHECK(values.integer(pickle_values::true_id) == 1);
    CHECK(values.integer(pickle_values::false_id) == 0);
    for (const std::int64_t number :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 40, std::numeric_limits<std::int64_t>::min()})
        CHECK(values.integer(values.add_integer(number)) == number);
    CHECK(values.real(values.add_real(-0.1)) == -0.1);

    const pickle_id module = values.add_text(pickle_kind::string, 0, 5),
                    name = values.add_text(pickle_kind::string, 5, 4);
    const pickle_id global = values.add_global(module, name);
    CHECK(values.is_global(global, "torch", "Size"));
    CHECK_FALSE(values.is_global(global, "torch", "Siz"));
    CHECK_FALSE(values.is_global(module, "torch", "Size"));

    const pickle_id arguments = values.add_container(pickle_kind::tuple, std::vector<pickle_id>{module, global});
    const pickle_id call = values.add_call(global, arguments);
    CHECK(values.callee(call) == global);
    CHECK(values.arguments(call) == arguments);
    CHECK_FALSE(values.state(call));
    values.set_state(call, pickle_values::none_id);
    CHECK(values.state(call) == pickle_values::none_id);
    CHECK(values.persistent(values.add_persistent_id(arguments)) == arguments);
    CHECK(values.kind(values.add_text(pickle_kind::bytes, 9, 3)) == pickle_kind::bytes);
}

TEST_CASE("containers of a pickle that grow in turns keep their items") {
    pickle_values values({});
    std::vector<pickle_id> containers;
    std::vector<std::vector<pickle_id>> expected(3);
    for (const auto kind : {pickle_kind::list, pickle_kind::dict, pickle_kind::set})
        containers.push_back(values.add_container(kind));
    for (pickle_id i = 0; i < 1000; ++i) {
        const std::size_t turn = i % 7 % 3;
        const std::vector<pickle_id> added(i % 5, i);
        values.append(containers[turn], added);
        expected[turn].insert(expected[turn].end(), added.begin(), added.end());
    }
    for (std::size_t i = 0; i < 3; ++i) {
        const auto items = values.items(containers[i]);
        CHECK(std::vector<pickle_id>(items.begin(), items.end()) == expected[i]);
    }
}

TEST_CASE("a container of a pickle may hold itself") {
    pickle_values values({});
    const pickle_id list = values.add_container(pickle_kind::list);
    values.append(list, std::vector{list});
    CHECK(values.items(values.items(list)[0])[0] == list);
}
