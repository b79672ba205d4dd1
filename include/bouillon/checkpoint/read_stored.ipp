// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/read_stored.hpp>
#include <bouillon/core/compiled.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace bouillon::detail {

/// Reads what lies apart in a file: a run of a block's elements, in row-major order, whatever its strides.
///
/// The run is taken apart into boxes, the first row that is not whole, the whole rows, and the last; a box is read
/// along the dimension in which its elements lie closest together.
class gathering {
 public:
    /// @param block with strides
    /// @param width bytes an element
    /// @param name of the tensor, for messages
    gathering(const tensor_block& block, std::size_t width, const std::string& name)
        : block_(block), width_(width), name_(name) {}

    /// Copies elements [first, first + destination.size() / width) of the block.
    /// @throws as input_file::read does
    void read(std::size_t first, std::span<std::byte> destination) {
        std::vector<std::size_t> begin(block_.shape.size(), 0), size(block_.shape.size(), 1);
        read_rows(0, first, first + destination.size() / width_, begin, size, destination.data());
    }

 private:
    /// Reads elements [first, end) of those that `begin` leaves open: its coordinates before dimension `d` are fixed.
    void read_rows(std::size_t d, std::size_t first, std::size_t end, std::vector<std::size_t>& begin,
                   std::vector<std::size_t>& size, std::byte* destination) {
        if (first == end) return;
        std::size_t row = 1;  // elements
        for (std::size_t k = d + 1; k < block_.shape.size(); ++k) row *= block_.shape[k];
        const std::size_t whole_begin = (first + row - 1) / row, whole_end = end / row;
        const auto part = [&](std::size_t index, std::size_t from, std::size_t to) {
            begin[d] = index;
            size[d] = 1;
            read_rows(d + 1, from, to, begin, size, destination);
            destination += (to - from) * width_;
        };
        if (first / row == (end - 1) / row && (first % row != 0 || end % row != 0))
            return part(first / row, first % row, (end - 1) % row + 1);
        if (first % row != 0) part(first / row, first % row, row);
        if (whole_begin < whole_end) {
            begin[d] = whole_begin;
            size[d] = whole_end - whole_begin;
            for (std::size_t k = d + 1; k < block_.shape.size(); ++k) {
                begin[k] = 0;
                size[k] = block_.shape[k];
            }
            read_box(begin, size, destination);
            destination += (whole_end - whole_begin) * row * width_;
        }
        if (end % row != 0) part(whole_end, 0, end % row);
    }

    void read_box(const std::vector<std::size_t>& begin, const std::vector<std::size_t>& size, std::byte* destination) {
        const std::size_t rank = size.size();
        std::size_t along = 0, place = block_.begin;
        std::vector<std::size_t> steps(rank);  // bytes, in the destination
        for (std::size_t d = rank, step = width_; d-- > 0; step *= size[d]) steps[d] = step;
        for (std::size_t d = 0; d < rank; ++d) {
            place += begin[d] * block_.strides[d] * width_;
            if (size[along] == 1 || (size[d] > 1 && block_.strides[d] < block_.strides[along])) along = d;
        }
        std::vector<std::size_t> index(rank, 0);
        for (bool more = true; more;) {
            std::size_t from = place, to = 0;
            for (std::size_t d = 0; d < rank; ++d) {
                from += index[d] * block_.strides[d] * width_;
                to += index[d] * steps[d];
            }
            read_line(from, block_.strides[along] * width_, size[along], destination + to, steps[along]);
            more = false;
            for (std::size_t d = rank; d-- > 0 && !more;) {
                if (d == along) continue;
                more = ++index[d] < size[d];
                if (!more) index[d] = 0;
            }
        }
    }

    /// Copies elements that lie `distance` bytes apart in the file to places that lie `step` bytes apart.
    void read_line(std::size_t from, std::size_t distance, std::size_t count, std::byte* to, std::size_t step) {
        constexpr std::size_t most = std::size_t{1} << 18;  // bytes of the file at a time
        const auto what = [&] { return "tensor " + in_quotes(name_); };
        const std::size_t at_once = std::max<std::size_t>(1, most / std::max(distance, width_));
        for (std::size_t done = 0; done < count; done += at_once) {
            const std::size_t part = std::min(at_once, count - done);
            line_.resize((part - 1) * distance + width_);
            block_.file->read(from + done * distance, line_, what);
            for (std::size_t i = 0; i < part; ++i)
                std::memcpy(to + (done + i) * step, line_.data() + i * distance, width_);
        }
    }

    const tensor_block& block_;
    std::size_t width_;
    const std::string& name_;
    std::vector<std::byte> line_;  // of the file
};

/// Calls body(block, first, place, size) for each run of bytes [first_byte, first_byte + size) of a tensor that lies in
/// one row of a block: where it begins in the block's bytes, and in the run asked for.
///
/// A row is as much as the block and the whole run on together: all of a block that splits the first dimension alone.
template <class Body>
void for_each_row(const stored_tensor& tensor, std::size_t first_byte, std::size_t size, const Body& body) {
    if (tensor.blocks.size() == 1) return body(tensor.blocks[0], first_byte, std::size_t{0}, size);
    const std::size_t width = bytes(tensor.description.type), last_byte = first_byte + size;
    const auto& all = tensor.description.shape;
    for (const auto& block : tensor.blocks) {
        const auto& shape = block.shape;
        std::size_t split = shape.size(), row = width;  // dimensions from split on are in the row
        while (split > 0 && (split == shape.size() || shape[split] == all[split])) row *= shape[--split];
        const auto place_of = [&](std::size_t r) {  // in bytes of the whole
            std::size_t place = 0, stride = width;
            for (std::size_t d = shape.size(); d-- > 0; stride *= all[d]) {
                place += (offset_of(block, d) + (d < split ? r % shape[d] : 0)) * stride;
                if (d < split) r /= shape[d];
            }
            return place;
        };
        const std::size_t rows = elements_of(block) * width / row;
        std::size_t r = 0;
        for (std::size_t beyond = rows; r < beyond;) {  // the first row that ends after first_byte
            const std::size_t middle = r + (beyond - r) / 2;
            if (place_of(middle) + row > first_byte)
                beyond = middle;
            else
                r = middle + 1;
        }
        for (; r < rows; ++r) {
            const std::size_t place = place_of(r);
            if (place >= last_byte) break;
            const std::size_t begin = std::max(place, first_byte), end = std::min(place + row, last_byte);
            body(block, r * row + (begin - place), begin - first_byte, end - begin);
        }
    }
}

/// Copies a run of the bytes of a block with strides.
/// @param width bytes an element
/// @param name of the tensor, for messages
/// @param first byte of the block
inline void gather(const tensor_block& block, std::size_t width, const std::string& name, std::size_t first,
                   std::span<std::byte> destination) {
    const std::size_t before = first % width, after = (width - (before + destination.size()) % width) % width;
    gathering elements(block, width, name);
    if (before + after == 0) return elements.read(first / width, destination);
    std::vector<std::byte> whole(before + destination.size() + after);  // with the elements that the run cuts
    elements.read(first / width, whole);
    std::memcpy(destination.data(), whole.data() + before, destination.size());
}

BOUILLON_DEFINITION void read_stored(const stored_tensor& tensor, std::size_t first_byte,
                                     std::span<std::byte> destination) {
    for_each_row(tensor, first_byte, destination.size(),
                 [&](const tensor_block& block, std::size_t first, std::size_t place, std::size_t size) {
                     if (size == 0) return;
                     const auto& name = tensor.description.name;
                     const auto part = destination.subspan(place, size);
                     if (block.strides.empty())
                         return block.file->read(block.begin + first, part,
                                                 [&] { return "tensor " + in_quotes(name); });
                     gather(block, bytes(tensor.description.type), name, first, part);
                 });
}

BOUILLON_DEFINITION void prefetch_stored(const stored_tensor& tensor, std::size_t first_byte, std::size_t size) {
    constexpr std::size_t worth_asking = 1 << 16;  // bytes
    for_each_row(tensor, first_byte, size,
                 [&](const tensor_block& block, std::size_t first, std::size_t, std::size_t part) {
                     const bool alone = tensor.blocks.size() == 1;
                     if (block.strides.empty() && (alone || part >= worth_asking))
                         block.file->prefetch(block.begin + first, part);
                 });
}

}  // namespace bouillon::detail
