// SPDX-License-Identifier: Apache-2.0
#include <bouillon/process/concept.hpp>

#include <process/thread_processes.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

struct not_split : thread_processes {
    void split(std::size_t) const {}
};

}  // namespace

static_assert(process_group<thread_processes>);
static_assert(!process_group<not_split>);
static_assert(!process_group<int>);

TEST_CASE("nothing was sent before anything was") {
    CHECK(process_traffic().sent == 0);
    CHECK(process_traffic().received == 0);
}
