// SPDX-License-Identifier: Apache-2.0
#include <bouillon/process/agreement.hpp>

#include <process/thread_processes.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

std::vector<shared_fact> facts_of(const std::string& hash) { return {{"bouillon", "1.0.0"}, {"held_out", hash}}; }

}  // namespace

TEST_CASE("processes that have the same agree") {
    in_processes(3, [](const thread_processes& group) { CHECK_NOTHROW(require_agreement(group, facts_of("a"))); });
}

TEST_CASE("what differs is named with its process and its machine") {
    in_processes(3, [](const thread_processes& group) {
        if (group.rank() == 0)
            CHECK_THROWS_WITH_AS(require_agreement(group, facts_of("a")),
                                 "rank 2 (host2): held_out is not what rank 0 (host0) has: b there, a here",
                                 input_error);
        else
            require_agreement(group, facts_of(group.rank() == 2 ? "b" : "a"));
    });
    in_processes(2, [](const thread_processes& group) {
        if (group.rank() == 0)
            CHECK_THROWS_WITH_AS(require_agreement(group, {}),
                                 "rank 1 (host1): bouillon is not what rank 0 (host0) has: 1.0.0 there, nothing here",
                                 input_error);
        else
            require_agreement(group, facts_of("a"));
    });
}

TEST_CASE("a process that cannot take part is heard by the first one") {
    for (const bool input_is_wrong : {true, false})
        in_processes(3, [&](const thread_processes& group) {
            const std::string expected = "rank 1 (host1): run/step-100: no such file or directory";
            if (group.rank() == 1)
                report_failure(group, input_is_wrong, "run/step-100: no such file or directory");
            else if (group.rank() == 2)
                require_agreement(group, facts_of("a"));
            else if (input_is_wrong)
                CHECK_THROWS_WITH_AS(require_agreement(group, facts_of("a")), expected.c_str(), input_error);
            else
                CHECK_THROWS_WITH_AS(require_agreement(group, facts_of("a")), expected.c_str(), work_error);
        });
}
