// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/processes.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

using namespace bouillon;

namespace {

std::string fill(std::size_t task, std::span<double> numbers) {
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(10 * task + i);
    return "task " + bouillon::to_string(task);
}

}  // namespace

TEST_CASE("what tasks leave does not hang on the number of processes") {
    const std::vector<std::size_t> sizes = {2, 0, 3, 1};
    for (const std::size_t processes : {1, 2, 7, 0}) {
        CAPTURE(processes);
        const auto results = run_in_processes(sizes, processes, fill);
        REQUIRE(results.size() == 4);
        CHECK(results[0].numbers == std::vector{0.0, 1.0});
        CHECK(results[1].numbers.empty());
        CHECK(results[2].numbers == std::vector{20.0, 21.0, 22.0});
        CHECK(results[3].numbers == std::vector{30.0});
        CHECK(results[3].remark == "task 3");
    }
    CHECK(run_in_processes({}, 3, fill).empty());
}

TEST_CASE("several processes share the tasks and one process keeps them") {
    const std::vector<std::size_t> sizes(2, 1);
    const auto own_number = [](std::size_t, std::span<double> numbers) {
        numbers[0] = static_cast<double>(::getpid());
        return std::string();
    };
    for (const auto& result : run_in_processes(sizes, 1, own_number))
        CHECK(result.numbers[0] == static_cast<double>(::getpid()));
    for (const auto& result : run_in_processes(sizes, 2, own_number))
        CHECK(result.numbers[0] != static_cast<double>(::getpid()));
}

TEST_CASE("a long remark is cut") {
    const std::vector<std::size_t> sizes(1, 0);
    const auto result =
        run_in_processes(sizes, 1, [](std::size_t, std::span<double>) { return std::string(999, 'a'); });
    CHECK(result[0].remark == std::string(255, 'a'));
}

TEST_CASE("a task that throws is told in its words and a process that dies is told by its task") {
    const std::vector<std::size_t> sizes(3, 1);
    for (const std::size_t processes : {1, 2}) {
        const auto run = [&] {
            run_in_processes(sizes, processes, [](std::size_t task, std::span<double>) {
                if (task == 1) throw std::runtime_error("no memory for task 1");
                return std::string();
            });
        };
        CHECK_THROWS_WITH_AS(run(), "no memory for task 1", work_error);
    }
    const auto die = [&] {
        run_in_processes(sizes, 2, [](std::size_t task, std::span<double>) {
            if (task == 2) ::raise(SIGKILL);
            return std::string();
        });
    };
    CHECK_THROWS_WITH_AS(die(), "task 2: the process that worked on it died", work_error);
}
