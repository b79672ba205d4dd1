// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/gathered_tensors.hpp>

#include <process/thread_processes.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("tensors that were in shares are whole in every process") {
    const std::vector<std::pair<std::size_t, dtype>> tensors = {
        {1000, dtype::f32}, {0, dtype::f32}, {1, dtype::f64}, {129, dtype::u8}};
    std::vector<std::vector<std::byte>> whole;
    for (const auto& [elements, type] : tensors) {
        whole.emplace_back(detail::storage_bytes(elements, type));
        for (std::size_t i = 0; i < whole.back().size(); ++i)
            whole.back()[i] = static_cast<std::byte>(i * 7 + elements);
    }
    for (const std::size_t size : {1, 2, 3, 20})
        in_processes(size, [&](const thread_processes& group) {
            detail::gathered_tensors gathered(size);
            for (int turn = 0; turn < 2; ++turn) {  // the second in the memory of the first
                gathered.begin(tensors);
                for (std::size_t i = 0; i < tensors.size(); ++i) {
                    const auto [first, count] = detail::share_of_elements(tensors[i].first, group.rank(), size);
                    const auto share = gathered.share(i, group.rank());
                    REQUIRE(share.size() == detail::storage_bytes(count, tensors[i].second));
                    const std::size_t begin = detail::storage_bytes(first, tensors[i].second);
                    for (std::size_t b = 0; b < share.size(); ++b) share[b] = whole[i][begin + b];
                }
                gathered.gather(group);
                for (std::size_t i = 0; i < tensors.size(); ++i)
                    for (const std::size_t first : {0UL, 3UL, 1000UL}) {
                        if (first > whole[i].size()) continue;
                        std::vector<std::byte> part(whole[i].size() - first);
                        gathered.read(i, first, part);
                        CHECK(std::equal(part.begin(), part.end(), whole[i].begin() + static_cast<int>(first)));
                    }
            }
        });
}
