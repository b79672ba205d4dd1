// SPDX-License-Identifier: Apache-2.0
#include <bouillon/process/any_processes.hpp>

#include <process/thread_processes.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("any processes are one process unless they are told otherwise") {
    const any_processes alone;
    CHECK(alone.rank() == 0);
    CHECK(alone.size() == 1);
    CHECK(alone.local_size() == 1);
    CHECK(alone.host() == host_name());
}

TEST_CASE("any processes do what the group does that they hold") {
    std::vector<std::size_t> parts(4), received(4);
    in_processes(4, [&](const thread_processes& threads) {
        const any_processes group(threads), copy = group;
        std::vector<std::byte> bytes(4, std::byte{0});
        bytes[group.rank()] = std::byte{7};
        copy.all_gather(bytes, std::vector<std::size_t>{0, 1, 2, 3, 4});
        received[group.rank()] = group.traffic().received;
        const auto part = group.split(group.rank() % 2);
        if (part.rank() == 0) part.send(1, bytes);
        parts[group.rank()] = 10 * part.size() + (part.rank() == 1 ? part.receive(0).size() : part.rank());
        CHECK(bytes == std::vector<std::byte>(4, std::byte{7}));
    });
    CHECK(parts == std::vector<std::size_t>{20, 20, 24, 24});
    CHECK(received == std::vector<std::size_t>(4, 3));
}
