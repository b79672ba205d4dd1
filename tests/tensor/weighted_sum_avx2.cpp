// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/weighted_sum_avx2.hpp>

#include "conformance.hpp"

using namespace bouillon;
using namespace bouillon::detail;
using conformance::host_tensor;

#if defined(__x86_64__)
TEST_CASE("the AVX2 tile has the bits of the plain one and writes only its range") {
    if (!has_avx2()) {
        MESSAGE("skipped: no AVX2 here");
        return;
    }
    std::mt19937 engine(1);
    const std::array<dtype, 3> types = {dtype::f32, dtype::f16, dtype::bf16};
    for (int repeat = 0; repeat < 300; ++repeat) {
        const std::size_t size = engine() % 3000 + 1, count = engine() % 20 + 1;
        std::vector<host_tensor> inputs;
        std::vector<weighted_term> terms;
        for (std::size_t k = 0; k < count; ++k)
            inputs.push_back(conformance::random_tensor(types[repeat % 2 ? engine() % 3 : 2], size, engine));
        for (std::size_t k = 0; k < count; ++k)
            terms.push_back({inputs[k].data().data(), inputs[k].type, 1 - 0.3 * static_cast<double>(k)});
        host_tensor plain(types[engine() % 3], size);
        for (std::size_t i = 0; i < size; ++i) plain.set(i, 7);
        host_tensor fast = plain;
        std::size_t first = engine() % size, last = first + engine() % (size - first + 1);
        weighted_sum_plain<float>(terms, first, last, {plain.data().data(), size, plain.type});
        weighted_sum_avx2(terms, first, last, {fast.data().data(), size, fast.type});
        REQUIRE(fast.memory == plain.memory);
    }
}

TEST_CASE("an output too large for the caches has the same bits, aligned or not") {
    if (!has_avx2()) return;
    const std::size_t size = 5'000'000;
    std::mt19937 engine(2);
    const host_tensor input = conformance::random_tensor(dtype::f16, size, engine);
    const std::array<weighted_term, 2> terms = {
        {{input.data().data(), dtype::f16, 0.7}, {input.data().data(), dtype::f16, 0.1}}};
    std::vector<std::byte> memory(4 * size + 128);
    std::byte* const aligned = memory.data() + (64 - reinterpret_cast<std::uintptr_t>(memory.data()) % 64);
    for (const dtype type : {dtype::f32, dtype::f16, dtype::bf16}) {
        host_tensor plain(type, size);
        weighted_sum_plain<float>(terms, 3, size, {plain.data().data(), size, type});
        for (const std::size_t offset : {0, 48, 1}) {  // bytes beyond an aligned address
            const mutable_tensor_view to{aligned + offset, size, type};
            CHECK(streams_to(to) == (offset % 2 == 0));
            std::fill(memory.begin(), memory.end(), std::byte{0});
            weighted_sum_avx2(terms, 3, size, to);
            CHECK(std::equal(plain.data().begin(), plain.data().end(), to.data));
        }
    }
}
#endif
