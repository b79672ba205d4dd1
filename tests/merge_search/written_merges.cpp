// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/written_merges.hpp>

#include <bouillon/core/temporary_directory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <system_error>
#include <thread>
#include <vector>

using namespace bouillon;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// Counts the merges that are on disk.
struct counting_scorer {
    fs::path scratch;
    std::atomic<int>* most;

    std::vector<double> operator()(const score_request& request, function_ref<bool()>) const {
        REQUIRE(fs::exists(request.checkpoint / "model.safetensors"));
        std::this_thread::sleep_for(10ms);
        int now = 0;
        std::error_code gone;  // what another slot removes meanwhile
        for (fs::recursive_directory_iterator entry(scratch), end; entry != end && !gone; entry.increment(gone))
            now += entry->path().filename() == "merged";
        for (int before = *most; before < now && !most->compare_exchange_weak(before, now);) {
        }
        return {1.0};
    }
};

}  // namespace

TEST_CASE("there are never more merges on disk than slots, and none is left") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const auto checkpoints = open_checkpoints(std::vector<fs::path>{run / "step-02280", run / "step-02400"});
    const temporary_directory scratch;
    std::atomic<int> most{0};
    {
        detail::written_merges<counting_scorer> merges(checkpoints, {.slots = 3, .scratch = scratch.path()},
                                                       [&](std::size_t) {
                                                           return counting_scorer{scratch.path(), &most};
                                                       });
        int left = 12;
        merges.monitor().run([&] {
            if (left == 0) return false;
            const double share = --left / 12.0;
            CHECK(merges.measure(std::vector{share, 1 - share}, {}).losses == std::vector{1.0});
            return true;
        });
    }
    CHECK(most >= 1);
    CHECK(most <= 3);
    CHECK(fs::is_empty(scratch.path()));
}

TEST_CASE("a directory that cannot be made is a work_error") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const auto checkpoints = open_checkpoints(std::vector<fs::path>{run / "step-02280", run / "step-02400"});
    const auto make = [](std::size_t) { return counting_scorer{}; };
    using merges = detail::written_merges<counting_scorer>;
    CHECK_THROWS_AS(merges(checkpoints, {.scratch = "/no/such/directory"}, make), work_error);
    CHECK_THROWS_AS(merges(checkpoints, {.logs = "/proc/logs"}, make), work_error);
    CHECK_THROWS_AS(merges(checkpoints, {.slots = 0}, make), input_error);
}
