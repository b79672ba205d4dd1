// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/weighted_sum_avx2.hpp>

#include <bouillon/testing/host_tensor.hpp>

#include <doctest/doctest.h>

using namespace bouillon;
using namespace bouillon::detail;
using detail::host_tensor;

#if defined(__x86_64__)
TEST_CASE("the AVX2 tile has the bits of the plain one and writes only its range") {
    if (!has_avx2()) {
        MESSAGE("skipped: no AVX2 here");
        return;
    }
    std::mt19937 engine(1);
    const std::array<dtype, 3> types = {dtype::f32, dtype::f16, dtype::bf16};
    for (int repeat = 0; repeat < 300; ++repeat) {
        const std::size_t size = engine() % (repeat % 50 ? 3000 : 100'000) + 1, count = engine() % 20 + 1;
        std::vector<host_tensor> inputs;
        std::vector<weighted_term> terms;
        for (std::size_t k = 0; k < count; ++k)
            inputs.push_back(detail::random_tensor(types[repeat % 2 ? engine() % 3 : 2], size, engine));
        for (std::size_t k = 0; k < count; ++k)
            terms.push_back({inputs[k].data().data(), inputs[k].type, 1 - 0.3 * static_cast<double>(k)});
        host_tensor plain(types[engine() % 3], size);
        for (std::size_t i = 0; i < size; ++i) plain.set(i, 7);
        host_tensor fast = plain;
        const std::size_t first = engine() % size, last = first + engine() % (size - first + 1);
        sum_plain<float>({terms, plain.output()}, first, last);
        const term_sum sum{terms, fast.output()};
        sum_avx2<1>({&sum}, first, last);
        REQUIRE(fast.memory == plain.memory);
    }
}

TEST_CASE("an output too large for the caches has the same bits, aligned or not") {
    if (!has_avx2()) return;
    const std::size_t size = 5'000'000;
    std::mt19937 engine(2);
    const host_tensor input = detail::random_tensor(dtype::f16, size, engine);
    const std::vector<weighted_term> terms = {{input.data().data(), dtype::f16, 0.7},
                                              {input.data().data(), dtype::f16, 0.1}};
    std::vector<std::byte> memory(4 * size + 128);
    std::byte* const aligned = memory.data() + (64 - reinterpret_cast<std::uintptr_t>(memory.data()) % 64);
    for (const dtype type : {dtype::f32, dtype::f16, dtype::bf16}) {
        host_tensor plain(type, size);
        sum_plain<float>({terms, plain.output()}, 3, size);
        for (const std::size_t offset : {0, 48, 1}) {  // bytes beyond an aligned address
            const mutable_tensor_view to{aligned + offset, size, type};
            CHECK(streams_to(to) == (offset % 2 == 0));
            std::fill(memory.begin(), memory.end(), std::byte{0});
            const term_sum sum{terms, to};
            sum_avx2<1>({&sum}, 3, size);
            CHECK(std::equal(plain.data().begin(), plain.data().end(), to.data));
        }
    }
}

TEST_CASE("candidates summed together have the bits of each alone, and only their range is written") {
    if (!has_avx2()) return;
    std::mt19937 engine(3);
    const std::array<dtype, 3> types = {dtype::f32, dtype::f16, dtype::bf16};
    for (int repeat = 0; repeat < 200; ++repeat) {
        const std::size_t size = engine() % 3000 + 1, count = engine() % 20 + 1;
        std::vector<host_tensor> inputs, plain, fast;
        for (std::size_t k = 0; k < count; ++k)
            inputs.push_back(detail::random_tensor(types[repeat % 2 ? engine() % 3 : 2], size, engine));
        std::vector<term_sum> sums(4);
        for (std::size_t q = 0; q < 4; ++q) {
            for (std::size_t k = 0; k < count; ++k)
                sums[q].terms.push_back({inputs[k].data().data(), inputs[k].type,
                                         static_cast<double>(q + 1) - 0.3 * static_cast<double>(k)});
            plain.emplace_back(types[repeat % 4 ? 2 : engine() % 3], size);
            fast.push_back(plain[q]);
        }
        const std::size_t first = engine() % size, last = first + engine() % (size - first + 1);
        for (std::size_t q = 0; q < 4; ++q) {
            sum_plain<float>({sums[q].terms, plain[q].output()}, first, last);
            sums[q].output = fast[q].output();
        }
        if (repeat % 3) {
            sum_avx2<4>({&sums[0], &sums[1], &sums[2], &sums[3]}, first, last);
        } else {
            sum_avx2<2>({&sums[0], &sums[1]}, first, last);
            sum_avx2<2>({&sums[2], &sums[3]}, first, last);
        }
        for (std::size_t q = 0; q < 4; ++q) REQUIRE(fast[q].memory == plain[q].memory);
    }
}

TEST_CASE("NaN stays NaN in bfloat16, whatever its payload, and infinity stays infinity") {
    if (!has_avx2()) return;
    host_tensor input(dtype::f32, 256);
    for (std::size_t i = 0; i < 256; ++i) input.set(i, static_cast<double>(i));
    const std::array<std::uint32_t, 6> patterns = {0x7fffffff, 0xffffffff, 0x7f800001,
                                                   0x7fc00000, 0x7f800000, 0xff800000};
    for (std::size_t i = 0; i < 6; ++i) store_bits(input.data().data(), 40 * i + 3, patterns[i]);
    host_tensor output(dtype::bf16, 256);
    const term_sum sum{{{input.data().data(), dtype::f32, 1.0}}, output.output()};
    sum_avx2<1>({&sum}, 0, 256);
    for (std::size_t i = 0; i < 256; ++i)
        CHECK(detail::same_value(output[i], bf16_to_float(float_to_bf16(static_cast<float>(input[i])))));
}
#endif
