// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/memory_plan.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

constexpr std::size_t gigabyte = 1'000'000'000;

/// Eight checkpoints of 1 GB, whose merge takes 3 GB with its scoring.
constexpr memory_needs needs{
    .checkpoints = 8, .checkpoint = gigabyte, .scoring = 2 * gigabyte, .buffers = gigabyte / 10};

memory_plan plan(std::size_t host, std::optional<std::size_t> device = std::nullopt) {
    memory_room room{.host = host * gigabyte, .device = device};
    if (device) room.device = *device * gigabyte;
    return plan_memory(needs, room);
}

std::string refusal(std::size_t host, std::optional<std::size_t> device = std::nullopt) {
    try {
        plan(host, device);
    } catch (const input_error& refused) {
        return refused.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("checkpoints are as near as they fit: on the device, in host memory, on disk") {
    CHECK(plan(4, 79).place == checkpoint_place::device);
    CHECK(plan(40, 11).place == checkpoint_place::host);
    CHECK(plan(4, 11).place == checkpoint_place::disk);
    CHECK(plan(40).place == checkpoint_place::host);
    CHECK(plan(8).place == checkpoint_place::disk);
}

TEST_CASE("where a whole merge does not fit, layers are merged and scored one by one") {
    memory_needs layered = needs;
    layered.layer = gigabyte / 10;
    CHECK(plan_memory(layered, {.host = 40 * gigabyte}).place == checkpoint_place::host);
    CHECK(plan_memory(layered, {.host = 8 * gigabyte}).place == checkpoint_place::disk);
    const auto small = plan_memory(layered, {.host = 3 * gigabyte});
    CHECK(small.place == checkpoint_place::layers);
    CHECK(describe(small) ==
          "8 checkpoints of 1.0 GB read from disk for each merge, merged and scored layer by layer (2.2 GB of 3.0 GB); "
          "resident in host memory needs 11.1 GB");
    CHECK(plan_memory(layered, {.host = 3 * gigabyte, .device = 3 * gigabyte}).place == checkpoint_place::layers);
    CHECK_THROWS_WITH_AS(plan_memory(layered, {.host = 2 * gigabyte}),
                         "not enough memory: one layer of a merge of 8 checkpoints of 1.0 GB and its scoring need 2.2 "
                         "GB of host memory, and 2.0 GB are available",
                         input_error);
}

TEST_CASE("processes that share the checkpoints need a share of them and of a merge") {
    memory_needs shared = needs;
    shared.processes = 4;
    CHECK(shared.resident() == 9 * gigabyte / 4);
    CHECK(needs.resident() == 8 * gigabyte);
    CHECK(describe(plan_memory(shared, {.host = 8 * gigabyte})) ==
          "8 checkpoints of 1.0 GB over 4 processes resident in host memory (5.4 GB of 8.0 GB)");
}

TEST_CASE("one part in twenty stays free") {
    const memory_needs one{.checkpoints = 1, .checkpoint = 95, .scoring = 0, .buffers = 0};
    CHECK(plan_memory(one, {.host = 0, .device = 200}).place == checkpoint_place::device);
    CHECK(plan_memory(one, {.host = 1000, .device = 198}).place == checkpoint_place::host);
    CHECK_THROWS_AS(plan_memory(one, {.host = 1000, .device = 98}), input_error);
}

TEST_CASE("host memory that is not known is taken to be enough") {
    CHECK(plan_memory(needs, {}).place == checkpoint_place::host);
    CHECK(describe(plan_memory(needs, {})) == "8 checkpoints of 1.0 GB resident in host memory (11.1 GB)");
}

TEST_CASE("what does not fit at all is refused with what is needed and what there is") {
    CHECK(
        refusal(100, 3) ==
        "not enough memory: one merge of 8 checkpoints of 1.0 GB and its scoring need 3.0 GB of device memory, and 3.0 "
        "GB are available");
    CHECK(refusal(2) ==
          "not enough memory: one merge of 8 checkpoints of 1.0 GB and its scoring need 3.1 GB of host memory, and 2.0 "
          "GB are available");
    CHECK(refusal(0, 79).find("need 100 MB of host memory, and 0 MB are available") != std::string::npos);
    CHECK(refusal(4) == "accepted");
}

TEST_CASE("a plan says what it takes of what there is") {
    CHECK(describe(plan(4, 79)) == "8 checkpoints of 1.0 GB resident on the device (11.0 GB of 79.0 GB)");
    CHECK(describe(plan(40, 11)) ==
          "8 checkpoints of 1.0 GB resident in host memory (8.1 GB of 40.0 GB), merges sent to the device (3.0 GB of "
          "11.0 GB)");
    CHECK(describe(plan(4, 11)) ==
          "8 checkpoints of 1.0 GB read from disk for each merge (100 MB of 4.0 GB), merges sent to the device (3.0 GB "
          "of "
          "11.0 GB); resident in host memory needs 8.1 GB");
    CHECK(
        describe(plan(8)) ==
        "8 checkpoints of 1.0 GB read from disk for each merge (3.1 GB of 8.0 GB); resident in host memory needs 11.1 "
        "GB");
}
