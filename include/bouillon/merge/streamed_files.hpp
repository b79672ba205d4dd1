// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/output_file.hpp>
#include <bouillon/checkpoint/safetensors_layout.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/merged_tensors.hpp>
#include <bouillon/process/collectives.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// A file to write, and which merged tensor each of its tensors is.
struct streamed_file {
    std::filesystem::path path;
    safetensors_layout layout;
    std::vector<std::size_t> sources;  ///< (layout.tensors), indices of merged tensors
};

/// Calls body(tensor, first, bytes) for each run of tensors' bytes among bytes [begin, end) of a file: the tensor's
/// place in the layout, where in it the run begins, and how long it is.
template <class Body>
void for_each_run(const safetensors_layout& layout, std::size_t begin, std::size_t end, const Body& body) {
    const std::size_t data = layout.header.size();
    const auto end_of = [&](const tensor_entry& tensor) { return data + tensor.begin + tensor.size; };
    auto entry = std::partition_point(layout.tensors.begin(), layout.tensors.end(),
                                      [&](const tensor_entry& tensor) { return end_of(tensor) <= begin; });
    for (; entry != layout.tensors.end() && data + entry->begin < end; ++entry) {
        const std::size_t tensor_begin = data + entry->begin;
        const std::size_t run_begin = std::max(begin, tensor_begin), run_end = std::min(end, end_of(*entry));
        if (run_begin < run_end)
            body(static_cast<std::size_t>(entry - layout.tensors.begin()), run_begin - tensor_begin,
                 run_end - run_begin);
    }
}

/// What one thread works in: a piece of an output file, and the inputs' bytes that it is made of.
class stream_buffer {
 public:
    /// Takes the memory.
    /// @param piece bytes, a multiple of output_file::direct_alignment
    /// @param scratch bytes
    stream_buffer(std::size_t piece, std::size_t scratch)
        : piece_size_(piece),
          memory_(static_cast<std::byte*>(::operator new(piece + scratch, alignment))),
          scratch_(memory_.get() + piece, scratch) {}

    /// Makes a piece of a file and writes it.
    /// @param merged the tensors that files are made of
    /// @param file as it is laid out
    /// @param begin bytes, where in the file the piece begins
    /// @param output the same file, open
    /// @param hashes as merged_tensors::read takes it
    void stream(const merged_tensors& merged, const streamed_file& file, std::size_t begin, const output_file& output,
                input_hashes* hashes) {
        const auto& layout = file.layout;
        const auto piece = std::span(memory_.get(), std::min(piece_size_, layout.size() - begin));
        if (begin < layout.header.size())
            std::memcpy(piece.data(), layout.header.data() + begin,
                        std::min(piece.size(), layout.header.size() - begin));
        const std::size_t end = begin + piece.size();
        for_each_run(layout, begin, end, [&](std::size_t tensor, std::size_t first, std::size_t size) {
            merged.prefetch(file.sources[tensor], first, size);
        });
        for_each_run(layout, begin, end, [&](std::size_t tensor, std::size_t first, std::size_t size) {
            const std::size_t place = layout.header.size() + layout.tensors[tensor].begin + first - begin;
            merged.read(file.sources[tensor], first, piece.subspan(place, size), scratch_, hashes);
        });
        output.write_at(begin, piece);
    }

 private:
    static constexpr std::align_val_t alignment{output_file::direct_alignment};
    struct release {
        void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
    };

    std::size_t piece_size_;
    std::unique_ptr<std::byte, release> memory_;
    std::span<std::byte> scratch_;
};

/// How the memory for a merge is used: threads that each read, sum and write a piece of the output at a time, so that
/// while some wait for a disk others compute.
struct stream_plan {
    std::size_t threads;
    std::size_t piece;    ///< bytes of output a thread holds
    std::size_t scratch;  ///< bytes of inputs a thread holds
};

/// Shares out memory among threads.
/// @param memory bytes
/// @param inputs how many
/// @param threads 0 for as many as are useful
/// @param run bytes of an input that are best read at a time, where the memory allows
/// @throws input_error when `memory` bytes are too few for that many inputs
inline stream_plan plan_stream(std::size_t memory, std::size_t inputs, std::size_t threads,
                               std::size_t run = std::size_t{1} << 16) {
    constexpr std::size_t page = output_file::direct_alignment;
    constexpr std::size_t large = std::size_t{4} << 20, in_cache = std::size_t{1} << 20;
    const std::size_t least = page + std::max(page, inputs << 10);
    if (memory < least)
        throw input_error("the memory limit of " + to_string(memory) + " bytes is too small: a merge of " +
                          to_string(inputs) + " checkpoints needs " + to_string(least));
    // A thread that has less than this is slower than none.
    const std::size_t useful = std::max(least, in_cache + (inputs << 16));
    if (threads == 0) threads = 2 * thread_count(0);  // half of them wait for the disk
    threads = std::clamp(memory / useful, std::size_t{1}, threads);
    const std::size_t each = memory / threads;
    const std::size_t scratch = std::max(inputs << 10, std::min(each / 2, std::max(in_cache, inputs * run)));
    return {threads, std::min(each - scratch, large) / page * page, scratch};
}

/// Makes new files, with room for what is to be written.
/// @throws work_error when that is not possible
inline std::vector<output_file> create_outputs(std::span<const streamed_file> files, file_life life) {
    std::vector<output_file> outputs;  // (files)
    for (const auto& file : files) {
        outputs.emplace_back(file.path, life);
        outputs.back().reserve(file.layout.size());
    }
    return outputs;
}

/// Writes merged tensors to files, in pieces: all of them, or those that are a process's.
/// @param outputs (files), open; they are closed
/// @param rank, size of the process and of its group: each writes a run of the pieces
/// @param hashes as merged_tensors::read takes it
/// @param stop null, or asked before each piece
/// @throws as merged_tensors::read does
/// @throws work_error when a file cannot be written, and when told to stop
inline void stream_pieces(const merged_tensors& merged, std::span<const streamed_file> files,
                          std::vector<output_file> outputs, const stream_plan& plan, std::size_t rank, std::size_t size,
                          input_hashes* hashes, const std::atomic<bool>* stop) {
    std::vector<std::pair<std::size_t, std::size_t>> pieces;  // (pieces), file and first byte
    for (std::size_t file = 0; file < files.size(); ++file)
        for (std::size_t begin = 0; begin < files[file].layout.size(); begin += plan.piece)
            pieces.emplace_back(file, begin);
    const auto [first, count] = share_of(pieces.size(), rank, size);
    pieces = {pieces.begin() + static_cast<std::ptrdiff_t>(first),
              pieces.begin() + static_cast<std::ptrdiff_t>(first + count)};
    std::vector<stream_buffer> buffers;  // (threads)
    for (std::size_t i = 0; i < plan.threads && i < pieces.size(); ++i) buffers.emplace_back(plan.piece, plan.scratch);
    parallel_for(pieces.size(), plan.threads, [&](std::size_t i, std::size_t lane) {
        if (stop && *stop) throw work_error("the merge was told to stop");
        const std::size_t file = pieces[i].first;
        buffers[lane].stream(merged, files[file], pieces[i].second, outputs[file], hashes);
    });
    for (auto& output : outputs) output.close();
}

/// Writes merged tensors to new files, in pieces.
/// @param hashes as merged_tensors::read takes it
/// @param stop null, or asked before each piece
/// @throws as stream_pieces does, and work_error when a file cannot be made
inline void stream_files(const merged_tensors& merged, std::span<const streamed_file> files, const stream_plan& plan,
                         input_hashes* hashes = nullptr, const std::atomic<bool>* stop = nullptr) {
    stream_pieces(merged, files, create_outputs(files, file_life::lasting), plan, 0, 1, hashes, stop);
}

}  // namespace bouillon::detail
