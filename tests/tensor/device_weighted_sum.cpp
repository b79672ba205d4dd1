// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/device_weighted_sum.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// Elements that count up from `first`; packets begin at element 3.
struct floats {
    alignas(16) std::array<float, 24> memory{};

    explicit floats(float first) {
        for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = first + static_cast<float>(i);
    }
    std::byte* data() { return reinterpret_cast<std::byte*>(memory.data() + 1); }
};

/// Runs every index of a sum of 21 elements, head 3: 4 packets, 5 single elements.
template <class Sum>
void run(const Sum& sum) {
    for (std::size_t i = 0; i < 4 + 5; ++i) sum(i);
}

}  // namespace

TEST_CASE("packets, head and tail together make each element of each candidate once") {
    floats a(1), b(100), first(-1), second(-1);
    const sum_packet<dtype::f32, dtype::f32, float, 2, 4> sum{
        {{a.data(), dtype::f32, {1, 0.5f}}, {b.data(), dtype::f32, {2, -1}}}, 2, {first.data(), second.data()}, 3, 4};
    run(sum);
    for (std::size_t i = 1; i < 22; ++i) {
        CHECK(first.memory[i] == a.memory[i] + 2 * b.memory[i]);
        CHECK(second.memory[i] == 0.5f * a.memory[i] - b.memory[i]);
    }
    for (const std::size_t outside : {0, 22, 23}) {
        CHECK(first.memory[outside] == -1 + static_cast<float>(outside));
        CHECK(second.memory[outside] == -1 + static_cast<float>(outside));
    }
}

TEST_CASE("inputs that lie in memory are summed like those that travel with the functor, for fewer candidates too") {
    floats a(1), out(0);
    std::vector<device_term<float, 2>> terms(9, {a.data(), dtype::f32, {0.5f, 7}});
    run(sum_packet<dtype::f32, dtype::f32, float, 2, 0>{terms.data(), 9, {out.data(), nullptr}, 3, 4});
    for (std::size_t i = 1; i < 22; ++i) CHECK(out.memory[i] == 4.5f * a.memory[i]);
}

TEST_CASE("a device's sum of nothing is 0, and a product that is -0 stays so") {
    const float zero = 0;
    std::array<float, 1> out{1};
    const auto to = reinterpret_cast<std::byte*>(out.data());
    const device_term<float, 1> term{reinterpret_cast<const std::byte*>(&zero), dtype::f32, {-1}};
    sum_element<float, false>{&term, 1, to, dtype::f32}(0);
    CHECK(std::signbit(out[0]));
    sum_element<float, true>{nullptr, 0, to, dtype::f32}(0);
    CHECK_FALSE(std::signbit(out[0]));
    CHECK(out[0] == 0);
}

TEST_CASE("a run holds what lies at its address, whole packets or one element") {
    alignas(16) std::array<std::uint16_t, 16> stored{}, copied{};
    for (std::size_t i = 0; i < 16; ++i) stored[i] = static_cast<std::uint16_t>(i * 257);
    element_run<dtype::bf16, 16> two_packets;
    two_packets.load(reinterpret_cast<const std::byte*>(stored.data()));
    two_packets.store(reinterpret_cast<std::byte*>(copied.data()));
    CHECK(copied == stored);
    element_run<dtype::bf16, 1> one;
    one.load(reinterpret_cast<const std::byte*>(stored.data() + 5));
    CHECK(load_bits<std::uint16_t>(one.data(), 0) == stored[5]);
}

TEST_CASE("an element at a multiple of its bytes is read as it is, of every type") {
    for (const dtype type : {dtype::f64, dtype::f32, dtype::f16, dtype::bf16}) {
        alignas(16) std::array<std::byte, 64> stored{};
        for (std::size_t i = 0; i < 8; ++i) store_element(type, stored.data(), i, 0.5f * static_cast<float>(i));
        const device_term<double, 1> term{stored.data(), type, {3}};
        std::array<double, 6> sums{};
        sum_element<double, true>{&term, 1, reinterpret_cast<std::byte*>(sums.data()), dtype::f64}(5);
        CHECK(sums[5] == 7.5);
    }
}
