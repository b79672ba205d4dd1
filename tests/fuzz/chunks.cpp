// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/distributed_metadata.hpp>
#include <bouillon/checkpoint/stored_tensor.hpp>

#include "checkpoint/files.hpp"
#include "fuzz/target.hpp"

#include <algorithm>
#include <memory>
#include <vector>

// Any bytes as a distributed checkpoint's .metadata, and its chunks put together. Chunks that are not refused hold each
// element of their tensor once, and no file's name leads out of the directory.

namespace {

using namespace bouillon;
using test::promise;

/// A file that stands for all that chunks may be in.
const std::shared_ptr<const input_file>& any_file() {
    static const test::temporary_directory directory;
    static const auto file = [] {
        test::write_text(directory / "f", "");
        return std::make_shared<const input_file>(directory / "f");
    }();
    return file;
}

void check_file(const detail::distributed_chunk& chunk) {
    promise(chunk.file.find('/') == std::string::npos && chunk.file != ".." && chunk.file != ".",
            "a file's name is a plain one");
    promise(!chunk.file.empty() || std::ranges::find(chunk.shape, std::size_t{0}) != chunk.shape.end(),
            "only a chunk without elements has no file");
}

/// Counts in how many blocks each element of a small tensor is.
void check_each_once(const stored_tensor& tensor) {
    const auto& shape = tensor.description.shape;
    const std::size_t elements = tensor.description.elements();
    if (elements > 4096) return;
    std::vector<int> holders(elements, 0);
    for (std::size_t e = 0; e < elements; ++e)
        for (const auto& block : tensor.blocks) {
            bool inside = true;
            for (std::size_t d = shape.size(), rest = e; d-- > 0; rest /= shape[d]) {
                const std::size_t index = rest % shape[d], begin = detail::offset_of(block, d);
                inside = inside && index >= begin && index - begin < block.shape[d];
            }
            holders[e] += inside ? 1 : 0;
        }
    promise(std::ranges::all_of(holders, [](int count) { return count == 1; }), "each element is in one block");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto input = std::as_bytes(std::span(data, size));
        for (const auto& tensor :
             detail::read_distributed_metadata(input, "m", [](std::string_view) { return true; }).tensors) {
            stored_tensor stored{{tensor.name, dtype::f32, tensor.shape}, {}};
            for (const auto& chunk : tensor.chunks) {
                check_file(chunk);
                promise(chunk.offsets.size() == tensor.shape.size(), "a chunk has its tensor's dimensions");
                stored.blocks.push_back({any_file(), 0, chunk.offsets, chunk.shape, {}});
            }
            detail::check_blocks(stored);
            check_each_once(stored);
        }
    } catch (const input_error&) {
        return 0;
    }
    return 0;
}
