// SPDX-License-Identifier: Apache-2.0
#include <bouillon/process/mpi_processes.hpp>

#include <bouillon/process/any_processes.hpp>
#include <bouillon/process/collectives.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <ctime>
#include <thread>

using namespace bouillon;

// Every process of `mpirun -n R` runs these tests, which MPI starts and ends once for: tests/main.cpp knows of none.

namespace {

const mpi_session& mpi() {
    static const mpi_session session;
    return session;
}

std::byte byte_of(std::size_t rank, std::size_t place) { return static_cast<std::byte>(31 * rank + place % 97); }

}  // namespace

TEST_CASE("messages of any length arrive as they were sent, and are counted") {
    const auto group = mpi().world();
    for (const std::size_t length : {0UL, 1UL, 5000UL, 3000000UL}) {
        const auto before = group.traffic();
        const std::vector<std::byte> own(length + group.rank(), static_cast<std::byte>(group.rank()));
        const auto all = collect(group, own);
        std::size_t received = 0;
        for (std::size_t rank = 0; rank < all.size(); ++rank) {
            CHECK(all[rank] == std::vector<std::byte>(length + rank, static_cast<std::byte>(rank)));
            if (rank != 0) received += length + rank;
        }
        CHECK(group.traffic().received - before.received == received);
        CHECK(group.traffic().sent - before.sent == (group.rank() == 0 ? 0 : own.size()));
        const auto of_all = gather_to_all(group, own);
        REQUIRE(of_all.size() == group.size());
        CHECK(of_all.back() ==
              std::vector<std::byte>(length + group.size() - 1, static_cast<std::byte>(group.size() - 1)));
    }
}

TEST_CASE("after a gathering all have the parts of all, which are no more bytes than those of the others") {
    const auto group = mpi().world();
    for (const std::size_t length : {0UL, 10UL, 1000003UL}) {
        std::vector<std::size_t> begins = {0};
        for (std::size_t rank = 0; rank < group.size(); ++rank)
            begins.push_back(begins.back() + share_of(length, rank, group.size()).count);
        std::vector<std::byte> bytes(length);
        for (std::size_t i = begins[group.rank()]; i < begins[group.rank() + 1]; ++i)
            bytes[i] = byte_of(group.rank(), i);
        const auto before = group.traffic().received;
        group.all_gather(bytes, begins);
        bool same = true;
        for (std::size_t rank = 0; rank < group.size(); ++rank)
            for (std::size_t i = begins[rank]; i < begins[rank + 1]; ++i) same = same && bytes[i] == byte_of(rank, i);
        CHECK(same);
        CHECK(group.traffic().received - before == length - (begins[group.rank() + 1] - begins[group.rank()]));
    }
}

TEST_CASE("a group is parted by color in the order of the ranks") {
    const auto group = mpi().world();
    const any_processes part(group.split(group.rank() % 2));
    CHECK(part.size() == (group.size() + 1 - group.rank() % 2) / 2);
    CHECK(part.rank() == group.rank() / 2);
    const auto all = gather_to_all(part, std::vector<std::byte>(1, static_cast<std::byte>(group.rank())));
    for (std::size_t rank = 0; rank < part.size(); ++rank)
        CHECK(static_cast<std::size_t>(all[rank][0]) == 2 * rank + group.rank() % 2);
}

TEST_CASE("several threads talk to different processes at once") {
    const auto group = mpi().world();
    if (group.rank() != 0) {
        for (int turn = 0; turn < 20; ++turn) group.send(0, group.receive(0));
        return;
    }
    std::vector<std::vector<std::byte>> answers(group.size());
    {
        std::vector<std::jthread> threads;
        for (std::size_t other = 1; other < group.size(); ++other)
            threads.emplace_back([&, other] {
                answers[other].assign(10000, static_cast<std::byte>(other));
                for (int turn = 0; turn < 20; ++turn) {
                    group.send(other, answers[other]);
                    answers[other] = group.receive(other);
                }
            });
    }
    for (std::size_t other = 1; other < group.size(); ++other)
        CHECK(answers[other] == std::vector<std::byte>(10000, static_cast<std::byte>(other)));
}

TEST_CASE("whoever waits leaves the processor to others") {
    const auto group = mpi().world();
    std::vector<std::byte> message;
    const std::clock_t before = std::clock();
    if (group.rank() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(500));
    broadcast(group, message);
    CHECK(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC < 0.2);
}

TEST_CASE("processes of one machine are numbered there") {
    const auto group = mpi().world();
    CHECK(group.local_rank() < group.local_size());
    CHECK(group.local_size() <= group.size());
    CHECK(group.host() == host_name());
    static_cast<void>(mpi_session::takes_device_memory());  // whatever the answer
}
