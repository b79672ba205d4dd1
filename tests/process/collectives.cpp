// SPDX-License-Identifier: Apache-2.0
#include <bouillon/process/collectives.hpp>

#include <bouillon/process/single_process.hpp>

#include <process/thread_processes.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

std::vector<std::byte> some(std::size_t count, std::size_t value) {
    return std::vector<std::byte>(count, static_cast<std::byte>(value));
}

}  // namespace

TEST_CASE("a broadcast gives all what the first has, and a gathering gives the first what all have") {
    for (const std::size_t size : {1, 2, 5})
        in_processes(size, [&](const thread_processes& group) {
            auto message = some(group.rank() == 0 ? 3 : 1, group.rank());
            broadcast(group, message);
            CHECK(message == some(3, 0));
            const auto all = collect(group, some(group.rank(), group.rank()));
            const auto of_all = gather_to_all(group, some(group.rank(), group.rank()));
            REQUIRE(all.size() == (group.rank() == 0 ? size : 0));
            REQUIRE(of_all.size() == size);
            for (std::size_t rank = 0; rank < size; ++rank) CHECK(of_all[rank] == some(rank, rank));
            if (group.rank() == 0) CHECK(all == of_all);
        });
}

TEST_CASE("shares are all of it, in order, begin at whole units and are even") {
    for (const std::size_t things : {0, 1, 63, 64, 65, 1000, 6400})
        for (const std::size_t size : {1, 2, 3, 7, 100})
            for (const std::size_t unit : {1, 64}) {
                std::size_t next = 0, least = things, most = 0;
                for (std::size_t rank = 0; rank < size; ++rank) {
                    const auto share = share_of(things, rank, size, unit);
                    CHECK(share.first == next);
                    CHECK((share.count == 0 || share.first % unit == 0));
                    next += share.count;
                    least = std::min(least, share.count);
                    most = std::max(most, share.count);
                }
                CHECK(next == things);
                CHECK(most - least <= 2 * unit);
            }
    CHECK(share_of(std::size_t{1} << 60, 511, 512).count == std::size_t{1} << 51);
}
