// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors.hpp>

#include "checkpoint/files.hpp"
#include "fuzz/target.hpp"

#include <algorithm>
#include <utility>

// Any bytes as a safetensors file, and as the JSON text of one. What is not refused with input_error keeps its
// promises.

namespace {

using namespace bouillon;
using test::promise;

/// The tensors fill the data from its begin to its end, none over another.
void check_places(const safetensors_header& header, std::size_t file_size) {
    auto tensors = header.tensors;
    std::sort(tensors.begin(), tensors.end(),
              [](const auto& a, const auto& b) { return std::pair(a.begin, a.size) < std::pair(b.begin, b.size); });
    promise(header.data_begin <= file_size, "the data begins inside the file");
    std::size_t end = 0;
    for (const auto& tensor : tensors) {
        promise(tensor.begin == end, "a tensor begins where the one before it ends");
        promise(tensor.size <= file_size - header.data_begin - end, "a tensor ends inside the file");
        promise(tensor.size * 8 == tensor.elements() * bits(tensor.type), "a tensor has the bytes of its elements");
        end += tensor.size;
    }
    promise(header.data_begin + end == file_size, "the last tensor ends with the file");
}

/// What the writer makes of the file has the same tensors, metadata and bytes.
void check_round_trip(const safetensors_header& header, std::span<const std::byte> file) {
    static const test::temporary_directory directory;
    const auto bytes_in_file = [&](const tensor_entry& tensor) {
        return file.subspan(header.data_begin + tensor.begin, tensor.size);
    };
    const auto path = directory / "f.safetensors";
    std::filesystem::remove(path);
    safetensors_writer writer(path, {header.tensors.begin(), header.tensors.end()}, header.metadata);
    for (const auto& written : writer.tensors()) {
        const auto read = std::find_if(header.tensors.begin(), header.tensors.end(),
                                       [&](const tensor_entry& tensor) { return tensor.name == written.name; });
        writer.append(bytes_in_file(*read));
    }
    writer.close();

    const safetensors_file again(path);
    promise(again.metadata() == header.metadata, "the metadata is read back");
    promise(again.tensors().size() == header.tensors.size(), "every tensor is read back");
    for (std::size_t i = 0; i < header.tensors.size(); ++i) {
        const auto &before = header.tensors[i], &after = again.tensors()[i];
        promise(static_cast<const checkpoint_tensor&>(before) == after, "name, type and shape are read back");
        promise(std::ranges::equal(bytes_in_file(before), test::bytes_of(again, after)), "the bytes are read back");
    }
}

void check_file(std::span<const std::byte> file) {
    safetensors_header header;
    try {
        header = parse_safetensors_header(file, "input");
    } catch (const input_error&) {
        return;
    }
    check_places(header, file.size());
    check_round_trip(header, file);
}

/// A file around a header's text with as much data as the text asks for, up to a limit.
std::string file_around(std::string_view text) {
    constexpr std::size_t limit = 1 << 16;  // bytes
    std::size_t size = 0;
    try {
        for (const auto& tensor : detail::read_header_json(text, "input").tensors)
            size = std::max(size, tensor.begin + tensor.size);
    } catch (const input_error&) {
        size = 0;
    }
    return test::safetensors_text(text, std::string(std::min(size, limit), 'd'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_file(test::as_bytes(input));
    check_file(test::as_bytes(file_around(input)));
    return 0;
}
