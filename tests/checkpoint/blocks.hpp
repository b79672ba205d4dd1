// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/stored_tensor.hpp>

#include "checkpoint/files.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace test {

using sizes = std::vector<std::size_t>;

/// A block to be written: where it lies in its tensor, and how its elements lie in the file.
struct block {
    sizes shape, offsets;
    sizes strides = {};  // elements; empty: row-major
};

/// Files that hold blocks of a tensor "t" of U16 whose elements are 0, 1, 2, ... in row-major order.
class stored_blocks {
 public:
    stored_blocks(const sizes& whole, const std::vector<block>& blocks) {
        tensor_.description = {"t", bouillon::dtype::u16, whole};
        for (const auto& part : blocks) {
            constexpr std::size_t before = 3;  // bytes, so that no element is aligned
            std::string text(before, '#');
            const std::string elements = stored(elements_of(part, whole));
            const auto path = directory_ / std::to_string(tensor_.blocks.size());
            write_text(path, text + elements);
            tensor_.blocks.push_back(
                {std::make_shared<bouillon::input_file>(path), before, part.offsets, part.shape, part.strides});
        }
    }

    bouillon::stored_tensor tensor() const { return tensor_; }

    /// A message in which DIR stands for the files' directory.
    std::string shortened(std::string text) const {
        const std::string path = directory_.path().string();
        for (auto at = text.find(path); at != std::string::npos; at = text.find(path))
            text.replace(at, path.size(), "DIR");
        return text;
    }

 private:
    static std::vector<std::uint16_t> elements_of(const block& part, const sizes& whole) {
        std::size_t count = 1;
        for (const std::size_t dimension : part.shape) count *= dimension;
        std::vector<std::uint16_t> values(count, 0xdead);
        sizes index(part.shape.size(), 0);
        for (std::size_t i = 0; i < count; ++i) {
            std::size_t value = 0, place = 0;
            for (std::size_t d = 0; d < whole.size(); ++d) {
                value = value * whole[d] + part.offsets[d] + index[d];
                place += index[d] * (part.strides.empty() ? 0 : part.strides[d]);
            }
            if (part.strides.empty()) place = i;
            if (place >= values.size()) values.resize(place + 1, 0xdead);
            values[place] = static_cast<std::uint16_t>(value);
            for (std::size_t d = index.size(); d-- > 0;) {
                if (++index[d] < part.shape[d]) break;
                index[d] = 0;
            }
        }
        return values;
    }

    temporary_directory directory_;
    bouillon::stored_tensor tensor_;
};

}  // namespace test
