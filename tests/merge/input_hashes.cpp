// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/input_hashes.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

std::string counting(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(i % 251);
    return text;
}

/// Adds a tensor's bytes in runs that end at `ends`, each in parts of `part` bytes.
void add_runs(detail::input_hashes& hashes, std::size_t tensor, std::string_view bytes, std::vector<std::size_t> ends,
              std::size_t part) {
    ends.push_back(bytes.size());
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
        detail::run_hash run(begin);
        for (std::size_t at = begin; at < end; at += part)
            run.add(test::as_bytes(bytes.substr(at, std::min(part, end - at))));
        hashes.add(0, tensor, run.finish(bytes.size(), [&](std::size_t first, std::span<std::byte> to) {
            std::ranges::copy(test::as_bytes(bytes.substr(first, to.size())), to.begin());
        }));
        begin = end;
    }
}

const std::vector<checkpoint_tensor> two_tensors{{"a", dtype::f32, {2}}, {"b", dtype::u8, {200'000}}};

}  // namespace

// The digits are of the same sums, formed in Python with xxhash from PyPI.
TEST_CASE("a checkpoint's hash is that of a line for each tensor, however its bytes came") {
    const std::string a = "aaaaaaaa", b = counting(200'000);
    const std::vector<std::vector<std::size_t>> cuts{
        {}, {65'536, 131'072}, {1}, {65'535, 65'537, 65'538, 70'000, 199'999}, {10, 20, 30, 196'608}};
    for (const auto& ends : cuts)
        for (const std::size_t part : {777, 65'536, 1'000'000}) {
            detail::input_hashes hashes(1, 2);
            add_runs(hashes, 1, b, ends, part);
            add_runs(hashes, 0, a, {3}, part);
            CHECK(hashes.of(0, two_tensors) == "143c5ba4166dc8aec818394658691ad8");
        }
}

TEST_CASE("a checkpoint's hash changes with any byte, with the order of blocks and with what the tensors are") {
    const auto hash = [](const std::vector<checkpoint_tensor>& tensors, const std::string& bytes) {
        detail::input_hashes hashes(1, 2);
        add_runs(hashes, 0, "aaaaaaaa", {}, 100);
        add_runs(hashes, 1, bytes, {}, 100);
        return hashes.of(0, tensors);
    };
    const std::string bytes = counting(200'000);
    const std::string original = hash(two_tensors, bytes);
    for (const std::size_t at : {0, 70'000, 199'999}) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        CHECK(hash(two_tensors, changed) != original);
    }
    std::string exchanged = bytes;
    std::swap_ranges(exchanged.begin(), exchanged.begin() + 65'536, exchanged.begin() + 65'536);
    CHECK(hash(two_tensors, exchanged) != original);
    auto renamed = two_tensors, reshaped = two_tensors, retyped = two_tensors;
    renamed[0].name = "c";
    reshaped[0].shape = {2, 1};
    retyped[0].type = dtype::i32;
    for (const auto& tensors : {renamed, reshaped, retyped}) CHECK(hash(tensors, bytes) != original);
}
