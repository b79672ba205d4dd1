// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/tensor_pieces.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <deque>
#include <numeric>
#include <string>
#include <vector>

using namespace bouillon;
using sizes = std::vector<std::size_t>;

namespace {

struct block {
    sizes shape, offsets;
    dtype type = dtype::u16;
};

/// Files with blocks of a tensor "t" whose elements are 0, 1, 2, ... in row-major order.
class stored_pieces {
 public:
    stored_pieces(const sizes& whole, const std::vector<block>& blocks) {
        for (const auto& part : blocks) {
            std::vector<std::uint16_t> values;
            sizes at(part.shape.size(), 0);
            const auto count =
                std::accumulate(part.shape.begin(), part.shape.end(), std::size_t{1}, std::multiplies<>());
            for (std::size_t i = 0; i < count; ++i, advance(at, part.shape)) {
                std::size_t index = 0;
                for (std::size_t d = 0; d < whole.size(); ++d) index = index * whole[d] + part.offsets[d] + at[d];
                values.push_back(static_cast<std::uint16_t>(index));
            }
            const auto path = directory_ / (std::to_string(files_.size()) + ".safetensors");
            test::write_tensors(path, {{{"t", part.type, part.shape}, test::stored(values)}});
            files_.emplace_back(path);
            pieces_.push_back({part.offsets, files_.back().find("t"), &files_.back()});
        }
    }

    detail::pieced_tensor whole() const { return detail::pieced_tensor(pieces_); }

    std::string refusal() const {
        std::string text = test::message_of<input_error>([&] { whole(); });
        const std::string path = directory_.path().string();
        for (auto at = text.find(path); at != std::string::npos; at = text.find(path))
            text.replace(at, path.size(), "DIR");
        return text;
    }

 private:
    static void advance(sizes& at, const sizes& shape) {
        for (std::size_t d = at.size(); d-- > 0;) {
            if (++at[d] < shape[d]) return;
            at[d] = 0;
        }
    }

    test::temporary_directory directory_;
    std::deque<safetensors_file> files_;
    std::vector<detail::tensor_piece> pieces_;
};

void check_reads_as_one(const sizes& shape, const std::vector<block>& blocks) {
    const stored_pieces stored(shape, blocks);
    const auto tensor = stored.whole();
    CHECK(tensor.whole() == checkpoint_tensor{"t", dtype::u16, shape});
    std::vector<std::uint16_t> expected(tensor.whole().elements());
    std::iota(expected.begin(), expected.end(), std::uint16_t{0});
    const std::string all = test::stored(expected);
    for (std::size_t first = 0; first <= all.size(); ++first)
        for (const std::size_t size : {std::size_t{1}, std::size_t{7}, all.size()}) {
            std::string part(std::min(size, all.size() - first), '?');
            tensor.read(first, std::as_writable_bytes(std::span(part)));
            CHECK(part == all.substr(first, part.size()));
        }
}

}  // namespace

TEST_CASE("pieces along any dimensions read as the tensor that they are of, from any byte to any") {
    check_reads_as_one({5, 3}, {{{3, 3}, {0, 0}}, {{2, 3}, {3, 0}}});
    check_reads_as_one({5, 3}, {{{2, 3}, {3, 0}}, {{3, 3}, {0, 0}}});
    check_reads_as_one({3, 4}, {{{3, 1}, {0, 0}}, {{3, 3}, {0, 1}}});
    check_reads_as_one({4, 6}, {{{2, 3}, {0, 0}}, {{2, 3}, {0, 3}}, {{2, 3}, {2, 0}}, {{2, 3}, {2, 3}}});
    check_reads_as_one({2, 3, 4}, {{{2, 2, 4}, {0, 0, 0}}, {{2, 1, 4}, {0, 2, 0}}});
    check_reads_as_one({2, 3, 4}, {{{2, 3, 1}, {0, 0, 3}}, {{2, 3, 3}, {0, 0, 0}}});
    check_reads_as_one({3, 2}, {{{1, 2}, {0, 0}}, {{2, 1}, {1, 0}}, {{2, 1}, {1, 1}}});
    check_reads_as_one({4}, {{{4}, {0}}});
    check_reads_as_one({}, {{{}, {}}});
}

TEST_CASE("pieces without elements change nothing") {
    check_reads_as_one({2, 2}, {{{1, 2}, {0, 0}}, {{0, 2}, {1, 0}}, {{1, 2}, {1, 0}}, {{0, 2}, {2, 0}}});
    check_reads_as_one({0, 2}, {{{0, 2}, {0, 0}}, {{0, 2}, {0, 0}}});
}

TEST_CASE("pieces that overlap are refused with both") {
    CHECK(
        stored_pieces({3, 2}, {{{2, 2}, {0, 0}}, {{2, 2}, {1, 0}}}).refusal() ==
        "DIR/0.safetensors: tensor \"t\" has the piece U16 [2, 2] at [1, 0] in 1.safetensors, which overlaps the piece "
        "U16 [2, 2] at [0, 0] in 0.safetensors");
    CHECK(stored_pieces({2, 3}, {{{2, 2}, {0, 0}}, {{1, 2}, {1, 1}}}).refusal().find("overlaps") != std::string::npos);
    CHECK(stored_pieces({}, {{{}, {}}, {{}, {}}}).refusal().find("overlaps") != std::string::npos);
}

TEST_CASE("pieces that leave a hole are refused with what is there and what is needed") {
    CHECK(stored_pieces({5, 2}, {{{2, 2}, {0, 0}}, {{2, 2}, {3, 0}}}).refusal() ==
          "DIR/0.safetensors: tensor \"t\" has pieces of 8 elements in all, but its shape, [5, 2], needs 10");
    CHECK(stored_pieces({2}, {{{1}, {1}}}).refusal().find("of 1 elements in all, but its shape, [2]") !=
          std::string::npos);
}

TEST_CASE("pieces that differ in type or in dimensions are refused with both") {
    CHECK(stored_pieces({4}, {{{2}, {0}}, {{2}, {2}, dtype::bf16}}).refusal() ==
          "DIR/0.safetensors: tensor \"t\" has the piece BF16 [2] at [2] in 1.safetensors, but the piece U16 [2] at "
          "[0] in "
          "0.safetensors");
    CHECK(stored_pieces({4}, {{{2}, {0}}, {{2, 1}, {2, 0}}}).refusal().find("U16 [2, 1] at [2, 0]") !=
          std::string::npos);
}

TEST_CASE("a piece that ends beyond what can be counted is refused") {
    CHECK(stored_pieces({2}, {{{2}, {~std::size_t{0}}}}).refusal().find("which ends beyond 2^64") != std::string::npos);
    CHECK(stored_pieces({2}, {{{2}, {~std::size_t{0} - 9}}}).refusal().find("has more than 2^64 bits") !=
          std::string::npos);
}
