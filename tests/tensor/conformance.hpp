// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/weighted_sum.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

/// What every tensor backend must do, compared with plain loops. A backend's test calls `check_tensor_backend`.
namespace conformance {

using namespace bouillon;

inline constexpr std::array<dtype, 4> float_types = {dtype::f64, dtype::f32, dtype::f16, dtype::bf16};

/// A tensor in host memory, at an address that is no multiple of anything.
struct host_tensor {
    dtype type;
    std::size_t size;
    std::vector<std::byte> memory;  // (1 + size * bytes)

    host_tensor(dtype of, std::size_t elements) : type(of), size(elements), memory(1 + elements * bytes(of)) {}

    std::span<std::byte> data() { return std::span(memory).subspan(1); }
    std::span<const std::byte> data() const { return std::span(memory).subspan(1); }
    double operator[](std::size_t i) const { return load_element<double>(type, data().data(), i); }
    void set(std::size_t i, double value) { store_element(type, data().data(), i, value); }
    tensor_view view() const { return {data().data(), size, type}; }
    mutable_tensor_view output() { return {data().data(), size, type}; }
};

inline host_tensor random_tensor(dtype type, std::size_t size, std::mt19937& engine) {
    host_tensor made(type, size);
    std::normal_distribution<double> normal;
    for (std::size_t i = 0; i < size; ++i) made.set(i, normal(engine));
    return made;
}

inline std::vector<float> random_floats(std::size_t size, std::mt19937& engine, float scale = 1) {
    std::vector<float> made(size);
    std::normal_distribution<float> normal;
    for (float& value : made) value = scale * normal(engine);
    return made;
}

/// The pinned arithmetic of one element.
template <class Real>
Real pinned_sum(const std::vector<host_tensor>& inputs, std::span<const double> coefficients, std::size_t i) {
    Real sum = 0;
    bool started = false;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        if (coefficients[k] == 0) continue;
        const auto c = static_cast<Real>(coefficients[k]), x = static_cast<Real>(inputs[k][i]);
        sum = started ? std::fma(c, x, sum) : c * x;
        started = true;
    }
    return sum;
}

inline host_tensor pinned_sums(const std::vector<host_tensor>& inputs, std::span<const double> coefficients,
                               dtype type) {
    bool wide = type == dtype::f64;
    for (std::size_t k = 0; k < inputs.size(); ++k)
        wide = wide || (inputs[k].type == dtype::f64 && coefficients[k] != 0);
    host_tensor sums(type, inputs[0].size);
    for (std::size_t i = 0; i < sums.size; ++i)
        if (wide)
            sums.set(i, pinned_sum<double>(inputs, coefficients, i));
        else
            store_element(type, sums.data().data(), i, pinned_sum<float>(inputs, coefficients, i));
    return sums;
}

/// How a test hands tensors to a backend: copied, or in place where it can view them.
enum class passing { uploaded, viewed };

template <class Backend>
host_tensor backend_sum(const Backend& backend, const std::vector<host_tensor>& inputs,
                        std::span<const double> coefficients, dtype type, passing how = passing::uploaded) {
    std::vector<typename Backend::tensor> tensors;
    for (const auto& input : inputs) {
        if constexpr (viewing_backend<Backend>) {
            if (how == passing::viewed) {
                tensors.push_back(backend.view(input.view()));
                continue;
            }
        }
        tensors.push_back(backend.upload(input.data(), input.type));
    }
    std::vector<const typename Backend::tensor*> pointers;
    for (const auto& tensor : tensors) pointers.push_back(&tensor);
    auto output = backend.allocate(inputs[0].size, type);
    backend.weighted_sum(pointers, coefficients, output);
    host_tensor result(type, inputs[0].size);
    backend.download(output, result.data());
    return result;
}

/// Equal to the bit, but for a NaN's payload.
inline bool same_value(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

inline bool same_values(const host_tensor& a, const host_tensor& b) {
    for (std::size_t i = 0; i < a.size; ++i)
        if (!same_value(a[i], b[i])) {
            MESSAGE(to_string(a.type), " element ", i, " of ", a.size, ": ", a[i], " and ", b[i]);
            return false;
        }
    return a.size == b.size;
}

/// Distance between neighbouring numbers of a type at `value`.
inline double spacing(dtype type, double value) {
    const int digits = type == dtype::f64 ? 53 : type == dtype::f32 ? 24 : type == dtype::f16 ? 11 : 8;
    const int least = type == dtype::f64 ? -1074 : type == dtype::f32 ? -149 : type == dtype::f16 ? -24 : -133;
    return std::ldexp(1.0, std::max(value == 0 ? least : std::ilogb(value) - digits + 1, least));
}

/// Every element is the sum in float64 rounded once, but for what the accumulation in float32 may have lost.
inline bool rounded_once(const host_tensor& sums, const std::vector<host_tensor>& inputs,
                         std::span<const double> coefficients) {
    for (std::size_t i = 0; i < sums.size; ++i) {
        double exact = 0, magnitude = 0;
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            exact += coefficients[k] * inputs[k][i];
            magnitude += std::abs(coefficients[k] * inputs[k][i]);
        }
        const double lost = static_cast<double>(inputs.size() + 1) * 0x1p-24 * magnitude;
        if (std::abs(sums[i] - exact) > lost + spacing(sums.type, exact) / 2 * (1 + 0x1p-20)) return false;
    }
    return true;
}

inline std::vector<double> mixed_coefficients(std::size_t count, std::mt19937& engine) {
    std::vector<double> coefficients(count);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (std::size_t k = 0; k < count; ++k) coefficients[k] = k % 5 == 3 ? 0 : k % 7 == 2 ? 1 : uniform(engine);
    return coefficients;
}

template <class Backend>
void check_sums(const Backend& backend) {
    std::mt19937 engine(7);
    for (std::size_t count = 1; count <= 17; ++count)
        for (std::size_t kind = 0; kind < 5; ++kind)  // each type alone, then all of them together
            for (const dtype type : float_types)
                for (const std::size_t size : {0, 1, 31, 32, 33, 1025}) {
                    std::vector<host_tensor> inputs;
                    for (std::size_t k = 0; k < count; ++k)
                        inputs.push_back(random_tensor(float_types[kind < 4 ? kind : engine() % 4], size, engine));
                    const auto coefficients = mixed_coefficients(count, engine);
                    const auto how = engine() % 2 ? passing::viewed : passing::uploaded;
                    const auto sums = backend_sum(backend, inputs, coefficients, type, how);
                    CAPTURE(count);
                    CAPTURE(kind);
                    CAPTURE(size);
                    REQUIRE(same_values(sums, pinned_sums(inputs, coefficients, type)));
                    REQUIRE(rounded_once(sums, inputs, coefficients));
                }
}

template <class Backend>
void check_large_sums(const Backend& backend) {
    std::mt19937 engine(8);
    for (const dtype type : float_types) {
        std::vector<host_tensor> inputs;
        for (std::size_t k = 0; k < 3; ++k) inputs.push_back(random_tensor(type, 200'003, engine));
        const std::array<double, 3> coefficients = {0.25, -1.5, 0.6};
        const auto sums = backend_sum(backend, inputs, coefficients, type);
        CHECK(same_values(sums, pinned_sums(inputs, coefficients, type)));
    }
}

/// Every bit pattern of the 16-bit types, and the corners of the others, beside ordinary numbers.
template <class Backend>
void check_special_values(const Backend& backend) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::array<double, 14> corners = {0.0,      -0.0,     1.0,     -1.0,    infinity, -infinity, nan,
                                            0x1p-149, -0x1p-24, 65519.9, 65520.0, 0x1p127,  3.3961e38, 0x1p-133};
    for (const dtype type : float_types) {
        const bool all_patterns = bytes(type) == 2;
        host_tensor values(type, all_patterns ? 0x10000 : 14);
        for (std::size_t i = 0; i < values.size; ++i)
            if (all_patterns)
                detail::store_bits(values.data().data(), i, static_cast<std::uint16_t>(i));
            else
                values.set(i, corners[i]);
        std::mt19937 engine(9);
        const std::vector<host_tensor> inputs = {values, random_tensor(type, values.size, engine)};
        for (const dtype output : float_types)
            for (const auto& coefficients :
                 {std::array<double, 2>{1.0, 0.0}, std::array<double, 2>{-1.0, 0.5}, std::array<double, 2>{0.0, 1.0},
                  std::array<double, 2>{1e-300, infinity}}) {
                CAPTURE(to_string(type));
                CAPTURE(to_string(output));
                CHECK(same_values(backend_sum(backend, inputs, coefficients, output),
                                  pinned_sums(inputs, coefficients, output)));
            }
    }
}

template <class Backend>
void check_zero_coefficients(const Backend& backend) {
    std::vector<host_tensor> inputs(2, host_tensor(dtype::f32, 3));
    for (std::size_t i = 0; i < 3; ++i) {
        inputs[0].set(i, std::numeric_limits<double>::quiet_NaN());
        inputs[1].set(i, static_cast<double>(i));
    }
    const auto without = backend_sum(backend, inputs, std::array<double, 2>{0.0, 2.0}, dtype::f32);
    for (std::size_t i = 0; i < 3; ++i) CHECK(without[i] == 2.0 * static_cast<double>(i));
    const auto with = backend_sum(backend, inputs, std::array<double, 2>{1e-30, 2.0}, dtype::f32);
    for (std::size_t i = 0; i < 3; ++i) CHECK(std::isnan(with[i]));
    const auto nothing = backend_sum(backend, inputs, std::array<double, 2>{0.0, 0.0}, dtype::bf16);
    for (std::size_t i = 0; i < 3; ++i) CHECK(same_value(nothing[i], 0.0));
}

/// sum (a + b) x = sum a x + sum b x, on numbers for which no step rounds.
template <class Backend>
void check_linearity(const Backend& backend) {
    std::mt19937 engine(10);
    std::vector<host_tensor> inputs(5, host_tensor(dtype::f32, 77));
    std::array<double, 5> a, b, both;
    for (std::size_t k = 0; k < 5; ++k) {
        a[k] = static_cast<double>(engine() % 64) / 8 - 4;
        b[k] = static_cast<double>(engine() % 64) / 8 - 4;
        both[k] = a[k] + b[k];
        for (std::size_t i = 0; i < 77; ++i) inputs[k].set(i, static_cast<double>(engine() % 256) - 128);
    }
    const auto of_a = backend_sum(backend, inputs, a, dtype::f32), of_b = backend_sum(backend, inputs, b, dtype::f32);
    const auto of_both = backend_sum(backend, inputs, both, dtype::f32);
    for (std::size_t i = 0; i < 77; ++i) CHECK(of_both[i] == of_a[i] + of_b[i]);
}

template <class Backend>
void check_copies(const Backend& backend) {
    for (const dtype type : {dtype::boolean, dtype::i8, dtype::bf16, dtype::f32, dtype::i64, dtype::c64})
        for (const std::size_t size : {0, 1, 37}) {
            std::vector<std::byte> given(size * bytes(type)), returned(given.size(), std::byte{0xff});
            for (std::size_t i = 0; i < given.size(); ++i) given[i] = static_cast<std::byte>(i * 7 + 1);
            const auto tensor = backend.upload(given, type);
            CHECK(tensor.size() == size);
            CHECK(tensor.type() == type);
            backend.download(tensor, returned);
            CHECK(returned == given);
        }
}

template <class Backend>
void check_in_place(const Backend& backend) {
    std::mt19937 engine(11);
    for (const std::size_t at : {0, 1, 2}) {
        std::vector<host_tensor> inputs;
        std::vector<typename Backend::tensor> tensors;
        std::vector<const typename Backend::tensor*> pointers;
        for (std::size_t k = 0; k < 3; ++k) {
            inputs.push_back(random_tensor(dtype::bf16, 3000, engine));
            tensors.push_back(backend.upload(inputs[k].data(), dtype::bf16));
        }
        for (const auto& tensor : tensors) pointers.push_back(&tensor);
        const std::array<double, 3> coefficients = {0.5, 0.3, 0.2};
        backend.weighted_sum(pointers, coefficients, tensors[at]);
        host_tensor result(dtype::bf16, 3000);
        backend.download(tensors[at], result.data());
        CHECK(same_values(result, pinned_sums(inputs, coefficients, dtype::bf16)));
    }
}

/// What a backend gives for several candidates at once.
template <class Backend>
std::vector<host_tensor> backend_sums(const Backend& backend, const std::vector<host_tensor>& inputs,
                                      const std::vector<double>& coefficients, const std::vector<dtype>& types) {
    std::vector<typename Backend::tensor> tensors, outputs;
    for (const auto& input : inputs) tensors.push_back(backend.upload(input.data(), input.type));
    for (const dtype type : types) outputs.push_back(backend.allocate(inputs[0].size, type));
    std::vector<const typename Backend::tensor*> from;
    for (const auto& tensor : tensors) from.push_back(&tensor);
    std::vector<typename Backend::tensor*> to;
    for (auto& output : outputs) to.push_back(&output);
    weighted_sums(backend, std::span<const typename Backend::tensor* const>(from), coefficients,
                  std::span<typename Backend::tensor* const>(to));
    std::vector<host_tensor> results;
    for (std::size_t q = 0; q < types.size(); ++q) {
        results.emplace_back(types[q], inputs[0].size);
        backend.download(outputs[q], results[q].data());
    }
    return results;
}

/// Candidates at once are what each alone is: of any types, with coefficients of 0, of any number.
template <class Backend>
void check_candidates(const Backend& backend) {
    std::mt19937 engine(12);
    for (int repeat = 0; repeat < 120; ++repeat) {
        const std::size_t count = engine() % 17 + 1, candidates = engine() % 10;
        const std::size_t size = repeat % 20 == 0 ? 70'001 : std::array{0, 1, 127, 128, 129, 5003}[engine() % 6];
        const bool mixed = repeat % 4 == 3;
        const dtype type = float_types[engine() % 4];
        std::vector<host_tensor> inputs;
        for (std::size_t k = 0; k < count; ++k)
            inputs.push_back(random_tensor(mixed ? float_types[engine() % 4] : type, size, engine));
        std::vector<double> coefficients;
        std::vector<dtype> types;
        for (std::size_t q = 0; q < candidates; ++q) {
            types.push_back(mixed ? float_types[engine() % 4] : type);
            for (std::size_t k = 0; k < count; ++k)
                coefficients.push_back(
                    repeat % 3 == 0 && engine() % 4 == 0 ? 0.0 : std::uniform_real_distribution<double>(-1, 1)(engine));
        }
        const auto together = backend_sums(backend, inputs, coefficients, types);
        for (std::size_t q = 0; q < candidates; ++q) {
            const auto row = std::span(coefficients).subspan(q * count, count);
            CAPTURE(repeat);
            CAPTURE(q);
            REQUIRE(together[q].memory == backend_sum(backend, inputs, row, types[q]).memory);
        }
    }
    const std::vector<host_tensor> one(1, host_tensor(dtype::f32, 3));
    CHECK_THROWS_WITH_AS(backend_sums(backend, one, {1.0}, {dtype::f32, dtype::f32}),
                         "weighted sum for 2 outputs: 1 inputs but 1 coefficients", input_error);
}

template <class Backend>
void check_refusals(const Backend& backend) {
    const std::vector<host_tensor> three(1, host_tensor(dtype::f32, 3));
    const std::vector<host_tensor> whole(1, host_tensor(dtype::i32, 3));
    const std::array<double, 1> one = {1.0};
    CHECK_THROWS_AS(backend_sum(backend, three, std::array<double, 2>{1.0, 1.0}, dtype::f32), input_error);
    CHECK_THROWS_AS(backend_sum(backend, three, one, dtype::i32), input_error);
    CHECK_THROWS_AS(backend_sum(backend, whole, one, dtype::f32), input_error);
    const std::vector<host_tensor> unequal = {host_tensor(dtype::f32, 3), host_tensor(dtype::f32, 4)};
    CHECK_THROWS_AS(backend_sum(backend, unequal, std::array<double, 2>{1.0, 1.0}, dtype::f32), input_error);
    std::vector<std::byte> short_by_one(11);
    CHECK_THROWS_AS(backend.download(backend.upload(three[0].data(), dtype::f32), short_by_one), input_error);
}

template <tensor_backend Backend>
void check_tensor_backend(const Backend& backend) {
    SUBCASE("a weighted sum has the pinned bits and is rounded once, for every type, number and size") {
        check_sums(backend);
    }
    SUBCASE("a tensor that takes many blocks is summed like a small one") { check_large_sums(backend); }
    SUBCASE("infinities, NaN, subnormal numbers and ties come out as they should") { check_special_values(backend); }
    SUBCASE("a coefficient of 0 leaves its input out, NaN included") { check_zero_coefficients(backend); }
    SUBCASE("a weighted sum is linear in its coefficients") { check_linearity(backend); }
    SUBCASE("upload and download give the same bytes for every type") { check_copies(backend); }
    SUBCASE("a sum may overwrite any of its inputs") { check_in_place(backend); }
    SUBCASE("candidates summed in one pass have the bits of each alone") { check_candidates(backend); }
    SUBCASE("what cannot be summed is refused") { check_refusals(backend); }
}

}  // namespace conformance
