// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// A block of a tensor, which a process of a distributed run wrote into a file of its own.
struct tensor_piece {
    std::vector<std::size_t> offsets;  ///< (dimensions) of its first element in the whole tensor
    const tensor_entry* entry;         ///< its shape and its place in the file
    const safetensors_file* file;
};

/// A tensor that lies in pieces.
class pieced_tensor {
 public:
    /// Puts pieces together to a tensor as large as those say that reach farthest: nothing in the files tells of more.
    ///
    /// Cost: O(p log p) for p pieces along the first dimension, O(p^2) for those along others.
    /// @param pieces one or more, with as many offsets as dimensions; what they point to must outlive this
    /// @throws input_error, naming files, tensor and both values, unless the pieces agree in type and rank and hold
    ///     each element of the whole exactly once
    explicit pieced_tensor(std::vector<tensor_piece> pieces) : pieces_(std::move(pieces)) {
        const tensor_piece& first = pieces_.front();
        whole_ = {first.entry->name, first.entry->type, first.offsets};
        std::size_t held = 0;  // elements
        for (const auto& piece : pieces_) {
            if (piece.entry->type != whole_.type || piece.offsets.size() != whole_.shape.size())
                refuse("has " + describe(piece) + ", but " + describe(first));
            for (std::size_t d = 0; d < whole_.shape.size(); ++d)
                whole_.shape[d] = std::max(whole_.shape[d], end(piece, d));
            held += piece.entry->elements();
        }
        if (bits(whole_.type) % 8 != 0) refuse("has " + describe(first) + ", a type that cannot be in pieces");
        storage_size(whole_, first.file->path().string());
        check_no_overlap();
        if (held != whole_.elements())
            refuse("has pieces of " + to_string(held) + " elements in all, but its shape, " + to_string(whole_.shape) +
                   ", needs " + to_string(whole_.elements()));
    }

    /// The tensor as if it were in one piece.
    const checkpoint_tensor& whole() const { return whole_; }

    /// One of the files that hold it.
    const safetensors_file& file() const { return *pieces_.front().file; }

    /// Copies a run of the whole's bytes. Several threads may.
    ///
    /// Cost: a call of the system for each row of a piece; where pieces split the first dimension alone, for each
    /// piece.
    /// @param first_byte of the whole
    /// @param destination filled with what stands there
    /// @throws as safetensors_file::read does
    void read(std::size_t first_byte, std::span<std::byte> destination) const {
        for (const auto& piece : pieces_)
            if (piece.entry->elements() > 0) read_piece(piece, first_byte, destination);
    }

 private:
    static std::string describe(const tensor_piece& piece) {
        return "the piece " + std::string(to_string(piece.entry->type)) + ' ' + to_string(piece.entry->shape) + " at " +
               to_string(piece.offsets) + " in " + piece.file->path().filename().string();
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw input_error(file().path().string() + ": tensor " + in_quotes(pieces_.front().entry->name) + ' ' + what);
    }

    std::size_t end(const tensor_piece& piece, std::size_t dimension) const {
        std::size_t sum = 0;
        if (__builtin_add_overflow(piece.offsets[dimension], piece.entry->shape[dimension], &sum))
            refuse("has " + describe(piece) + ", which ends beyond 2^64");
        return sum;
    }

    void check_no_overlap() {
        const auto apart = [this](const tensor_piece& a, const tensor_piece& b, std::size_t d) {
            return end(a, d) <= b.offsets[d] || end(b, d) <= a.offsets[d];
        };
        std::sort(pieces_.begin(), pieces_.end(), [](const auto& a, const auto& b) { return a.offsets < b.offsets; });
        const std::size_t rank = whole_.shape.size();
        for (std::size_t i = 0; i < pieces_.size(); ++i)
            for (std::size_t j = i + 1; j < pieces_.size(); ++j) {
                const tensor_piece &a = pieces_[i], &b = pieces_[j];
                if (rank > 0 && end(a, 0) <= b.offsets[0]) break;  // as are all after b
                bool together = a.entry->elements() > 0 && b.entry->elements() > 0;
                for (std::size_t d = 0; d < rank; ++d) together = together && !apart(a, b, d);
                if (together) refuse("has " + describe(b) + ", which overlaps " + describe(a));
            }
    }

    /// Copies what the piece holds of the bytes asked for.
    ///
    /// Its rows, as long as the piece and the whole run on together, lie one after another in the piece, and in the
    /// same order in the whole.
    void read_piece(const tensor_piece& piece, std::size_t first_byte, std::span<std::byte> destination) const {
        const auto &shape = piece.entry->shape, &all = whole_.shape;
        std::size_t split = shape.size();  // dimensions from here on are in the row
        std::size_t row = bits(whole_.type) / 8;
        while (split > 0 && (split == shape.size() || shape[split] == all[split])) row *= shape[--split];
        const auto place_of = [&](std::size_t r) {  // in bytes of the whole
            std::size_t place = 0, stride = bits(whole_.type) / 8;
            for (std::size_t d = shape.size(); d-- > 0; stride *= all[d]) {
                place += (piece.offsets[d] + (d < split ? r % shape[d] : 0)) * stride;
                if (d < split) r /= shape[d];
            }
            return place;
        };
        const std::size_t rows = piece.entry->size / row;
        std::size_t r = 0;
        for (std::size_t beyond = rows; r < beyond;) {  // the first row that ends after first_byte
            const std::size_t middle = r + (beyond - r) / 2;
            if (place_of(middle) + row > first_byte)
                beyond = middle;
            else
                r = middle + 1;
        }
        const std::size_t last_byte = first_byte + destination.size();
        for (; r < rows; ++r) {
            const std::size_t place = place_of(r);
            if (place >= last_byte) return;
            const std::size_t begin = std::max(place, first_byte), end = std::min(place + row, last_byte);
            piece.file->read(*piece.entry, r * row + (begin - place),
                             destination.subspan(begin - first_byte, end - begin));
        }
    }

    std::vector<tensor_piece> pieces_;  // by offsets
    checkpoint_tensor whole_;
};

}  // namespace bouillon::detail
