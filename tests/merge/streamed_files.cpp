// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/streamed_files.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("the runs of any part of a file are its tensors' bytes") {
    const auto layout = lay_out_safetensors(
        "f", {{"a", dtype::u8, {5}}, {"empty", dtype::u8, {0}}, {"b", dtype::u8, {3}}, {"c", dtype::f32, {2}}});
    std::string file(layout.size(), '.');  // each byte by its tensor's name
    for (const auto& tensor : layout.tensors)
        file.replace(layout.header.size() + tensor.begin, tensor.size, tensor.size, tensor.name[0]);
    for (std::size_t begin = 0; begin <= layout.size(); ++begin)
        for (std::size_t end = begin; end <= layout.size(); ++end) {
            std::string seen(std::min(end, std::max(begin, layout.header.size())) - begin, '.');
            detail::for_each_run(layout, begin, end, [&](std::size_t tensor, std::size_t first, std::size_t size) {
                CHECK(begin + seen.size() == layout.header.size() + layout.tensors[tensor].begin + first);
                seen.append(size, layout.tensors[tensor].name[0]);
            });
            CHECK(seen == file.substr(begin, end - begin));
        }
}

TEST_CASE("a plan keeps to its memory and gives every input its share") {
    for (const std::size_t inputs : {1, 2, 8, 100, 3'000})
        for (const std::size_t threads : {0, 1, 2, 7, 64})
            for (std::size_t memory = 4'096 + std::max<std::size_t>(4'096, inputs * 1'024); memory < (1ull << 33);
                 memory = memory * 5 / 3) {
                const auto plan = detail::plan_stream(memory, inputs, threads);
                const auto longer = detail::plan_stream(memory, inputs, threads, 4 << 20);
                for (const auto& each : {plan, longer}) {
                    CHECK(each.threads >= 1);
                    if (threads > 0) CHECK(each.threads <= threads);
                    CHECK(each.threads * (each.piece + each.scratch) <= memory);
                    CHECK(each.piece >= output_file::direct_alignment);
                    CHECK(each.piece % output_file::direct_alignment == 0);
                    CHECK(each.scratch / inputs >= 1'024);
                }
                CHECK(longer.scratch >= plan.scratch);
            }
    CHECK(detail::plan_stream(256 << 20, 8, 2, 4 << 20).scratch == 8 * (4 << 20));
    CHECK_THROWS_AS(detail::plan_stream(8'191, 1, 1), input_error);
}
