// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_weighted_sum.hpp>

#include <bouillon/tensor/weighted_sum.hpp>

#include <bouillon/testing/host_tensor.hpp>

#include <doctest/doctest.h>

#include <cstring>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// Elements at an address that is `offset` beyond a multiple of 64.
struct placed_tensor {
    std::vector<std::byte> memory;
    mutable_tensor_view view;

    placed_tensor(dtype type, std::size_t size, std::size_t offset) : memory(size * bytes(type) + 128) {
        const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
        view = {memory.data() + (64 - address % 64) + offset, size, type};
    }
    std::span<const std::byte> stored() const { return {view.data, view.size * bytes(view.type)}; }
};

/// Random inputs of a sum, each where and of what type it is asked for.
struct sum_inputs {
    std::vector<placed_tensor> tensors;
    std::vector<weighted_term> terms;

    void add(dtype type, std::size_t size, std::size_t offset, std::mt19937& engine) {
        tensors.emplace_back(type, size, offset);
        const auto values = detail::random_tensor(type, size, engine);
        std::copy_n(values.data().begin(), size * bytes(type), tensors.back().view.data);
        terms.push_back({tensors.back().view.data, type, 0.1 * static_cast<double>(terms.size()) - 0.55});
    }
};

/// Whether a sum has the bits that the host's tiles give.
bool has_bits_of_tiles(const std::vector<weighted_term>& terms, const placed_tensor& sums) {
    placed_tensor tiles(sums.view.type, sums.view.size, 0);
    sum_elements({terms, tiles.view}, 0, tiles.view.size);
    return std::ranges::equal(sums.stored(), tiles.stored());
}

bool device_has_bits_of_tiles(const std::vector<weighted_term>& terms, dtype type, std::size_t size,
                              std::size_t offset) {
    const placed_tensor sums(type, size, offset);
    const term_sum sum{terms, sums.view};
    sum_on_device(thrust_sequential(), {&sum, 1});
    return has_bits_of_tiles(terms, sums);
}

}  // namespace

TEST_CASE("packets of any number of inputs have the bits of the host's tiles, at any size and alignment") {
    std::mt19937 engine(1);
    for (const dtype type : detail::float_types)
        for (const std::size_t count : {0, 1, 2, 3, 4, 5, 15, 16, 17, 40})
            for (const std::size_t size : {0, 1, 7, 8, 9, 500, 1027})
                for (const std::size_t offset : {std::size_t{0}, bytes(type), 16 - bytes(type), std::size_t{1}}) {
                    sum_inputs in;
                    for (std::size_t k = 0; k < count; ++k) in.add(type, size, offset, engine);
                    CAPTURE(to_string(type));
                    CAPTURE(count);
                    CAPTURE(size);
                    CAPTURE(offset);
                    REQUIRE(device_has_bits_of_tiles(in.terms, type, size, offset));
                }
}

TEST_CASE("inputs of other types or other alignments than their output have the bits of the host's tiles") {
    std::mt19937 engine(2);
    for (const dtype from : detail::float_types)
        for (const dtype to : detail::float_types)
            for (const std::size_t count : {1, 3, 9}) {
                sum_inputs alike, apart, mixed;
                for (std::size_t k = 0; k < count; ++k) {
                    alike.add(from, 333, 0, engine);
                    apart.add(from, 333, k % 2 * bytes(from), engine);
                    mixed.add(detail::float_types[(k + 1) % 4], 333, 0, engine);
                }
                for (const auto* in : {&alike, &apart, &mixed})
                    for (const std::size_t offset : {0, 8}) {
                        CAPTURE(to_string(from));
                        CAPTURE(to_string(to));
                        CHECK(device_has_bits_of_tiles(in->terms, to, 333, offset));
                    }
            }
}

TEST_CASE("candidates that are summed in one pass have the bits of each alone") {
    std::mt19937 engine(3);
    for (const dtype type : detail::float_types)
        for (const std::size_t candidates : {2, 3, 4, 5, 9})
            for (const std::size_t count : {1, 3, 16, 17}) {
                sum_inputs in;
                for (std::size_t k = 0; k < count; ++k) in.add(type, 333, 0, engine);
                std::vector<placed_tensor> outputs;
                std::vector<term_sum> sums;
                for (std::size_t q = 0; q < candidates; ++q) {
                    outputs.emplace_back(q == 1 ? dtype::f32 : type, 333, q == 7 ? 8 : 0);
                    auto terms = in.terms;
                    for (auto& term : terms)
                        term = {term.data, term.type, term.coefficient * static_cast<double>(q + 1)};
                    if (q == 2) terms.erase(terms.begin());  // a checkpoint of weight 0
                    sums.push_back({terms, outputs.back().view});
                }
                sum_on_device(thrust_sequential(), sums);
                for (std::size_t q = 0; q < candidates; ++q) CHECK(has_bits_of_tiles(sums[q].terms, outputs[q]));
            }
}
