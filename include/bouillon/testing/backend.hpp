// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/tensor/concept.hpp>
#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/weighted_sum.hpp>
#include <bouillon/tensor/weighted_sum_batch.hpp>
#include <bouillon/testing/host_tensor.hpp>
#include <bouillon/testing/violations.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// What every tensor backend must do, compared with plain loops.
template <tensor_backend Backend>
class backend_laws {
 public:
    using tensor = typename Backend::tensor;

    explicit backend_laws(const Backend& backend) : backend_(backend) {}

    violations check() {
        check_copies();
        check_sums();
        check_large_sums();
        check_special_values();
        check_zero_coefficients();
        check_linearity();
        check_in_place();
        check_candidates();
        check_refusals();
        return book_.sentences();
    }

 private:
    using tensors = std::vector<tensor>;

    static std::vector<const tensor*> pointers_to(const tensors& all) {
        std::vector<const tensor*> pointers;  // (inputs)
        for (const tensor& each : all) pointers.push_back(&each);
        return pointers;
    }

    host_tensor downloaded(const tensor& stored) const {
        host_tensor host(stored.type(), stored.size());
        backend_.download(stored, host.data());
        return host;
    }

    /// @param viewed whether the backend reads the inputs where they lie, if it can
    tensors given(const std::vector<host_tensor>& inputs, bool viewed = false) const {
        tensors all;
        for (const host_tensor& input : inputs) {
            if constexpr (viewing_backend<Backend>) {
                if (viewed) {
                    all.push_back(backend_.view(input.view()));
                    continue;
                }
            }
            all.push_back(backend_.upload(input.data(), input.type));
        }
        return all;
    }

    host_tensor sum(const std::vector<host_tensor>& inputs, std::span<const double> coefficients, dtype type,
                    bool viewed = false) const {
        const tensors all = given(inputs, viewed);
        tensor output = backend_.allocate(inputs[0].size, type);
        backend_.weighted_sum(pointers_to(all), coefficients, output);
        return downloaded(output);
    }

    /// What the backend gives for several candidates at once.
    std::vector<host_tensor> sums(const std::vector<host_tensor>& inputs, std::span<const double> coefficients,
                                  const std::vector<dtype>& types) const {
        const tensors all = given(inputs);
        tensors outputs;
        for (const dtype type : types) outputs.push_back(backend_.allocate(inputs[0].size, type));
        std::vector<tensor*> writable;  // (outputs)
        for (tensor& output : outputs) writable.push_back(&output);
        weighted_sum_batch(backend_, std::span<const tensor* const>(pointers_to(all)), coefficients,
                           std::span<tensor* const>(writable));
        std::vector<host_tensor> results;
        for (const tensor& output : outputs) results.push_back(downloaded(output));
        return results;
    }

    static std::string words(const std::vector<host_tensor>& inputs, std::span<const double> coefficients) {
        std::string text = "of";
        for (const host_tensor& input : inputs) text += " " + std::string(to_string(input.type));
        return text + " with coefficients " + in_brackets(coefficients);
    }

    /// Requires each element to have the bits of the other's.
    void require_same(const host_tensor& actual, const host_tensor& expected, std::string_view law,
                      const std::vector<host_tensor>& inputs, std::span<const double> coefficients) {
        const std::size_t i = actual.size == expected.size ? first_difference(actual, expected) : 0;
        book_.require(actual.size == expected.size && i == actual.size, law, [&] {
            if (actual.size != expected.size)
                return to_string(actual.size) + " elements where there should be " + to_string(expected.size);
            return std::string(to_string(actual.type)) + " element " + to_string(i) + " of " + to_string(actual.size) +
                   ", a sum " + words(inputs, coefficients) + "," + law_book::both(actual[i], expected[i]);
        });
    }

    void check_copies() {
        for (const dtype type : {dtype::boolean, dtype::i8, dtype::bf16, dtype::f32, dtype::i64, dtype::c64, dtype::f4})
            for (const std::size_t size : {0, 1, 37}) {
                const std::size_t elements = 8 * size;  // whole bytes of the packed types too
                std::vector<std::byte> stored(size * bits(type)), returned(stored.size(), std::byte{0xff});
                for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = static_cast<std::byte>(i * 7 + 1);
                const tensor copy = backend_.upload(stored, type);
                const std::string words = to_string(elements) + " elements of " + std::string(to_string(type));
                book_.require(copy.size() == elements && copy.type() == type, "upload keeps number and type", [&] {
                    return words + " become " + to_string(copy.size()) + " of " + std::string(to_string(copy.type()));
                });
                const tensor empty = backend_.allocate(elements, type);
                book_.require(empty.size() == elements && empty.type() == type, "allocate gives number and type", [&] {
                    return words + " become " + to_string(empty.size()) + " of " + std::string(to_string(empty.type()));
                });
                backend_.download(copy, returned);
                book_.require(returned == stored, "upload and download give the same bytes",
                              [&] { return words + " come back changed"; });
            }
    }

    /// Any number of inputs, of each type alone and of all together.
    void check_sums() {
        std::mt19937 engine(7);
        for (std::size_t count = 1; count <= 17; ++count)
            for (const dtype type : float_types) check_sums(engine, count, [type](std::mt19937&) { return type; });
        for (std::size_t count = 1; count <= 17; ++count)
            check_sums(engine, count, [](std::mt19937& any) { return float_types[any() % 4]; });
    }

    /// @param input_type gives an input's type
    template <class InputType>
    void check_sums(std::mt19937& engine, std::size_t count, const InputType& input_type) {
        for (const dtype type : float_types)
            for (const std::size_t size : {0, 1, 31, 32, 33, 1025}) {
                std::vector<host_tensor> inputs;
                for (std::size_t k = 0; k < count; ++k)
                    inputs.push_back(random_tensor(input_type(engine), size, engine));
                check_sum(inputs, mixed_coefficients(count, engine), type, engine() % 2 == 1);
            }
    }

    void check_sum(const std::vector<host_tensor>& inputs, std::span<const double> coefficients, dtype type,
                   bool viewed) {
        const host_tensor actual = sum(inputs, coefficients, type, viewed);
        require_same(actual, pinned_sums(inputs, coefficients, type), "a weighted sum has the pinned bits", inputs,
                     coefficients);
        book_.require(rounded_once(actual, inputs, coefficients), "a weighted sum is rounded once", [&] {
            return "the sum as " + std::string(to_string(type)) + " " + words(inputs, coefficients) + " is not";
        });
    }

    void check_large_sums() {
        std::mt19937 engine(8);
        const std::array<double, 3> coefficients = {0.25, -1.5, 0.6};
        for (const dtype type : float_types) {
            std::vector<host_tensor> inputs;
            for (std::size_t k = 0; k < 3; ++k) inputs.push_back(random_tensor(type, 200'003, engine));
            require_same(sum(inputs, coefficients, type), pinned_sums(inputs, coefficients, type),
                         "a tensor that takes many blocks is summed like a small one", inputs, coefficients);
        }
    }

    /// Every bit pattern of the 16-bit types, and the corners of the others, beside ordinary numbers.
    void check_special_values() {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        std::mt19937 engine(9);
        for (const dtype type : float_types) {
            const host_tensor values = special_values(type);
            const std::vector<host_tensor> inputs = {values, random_tensor(type, values.size, engine)};
            for (const dtype output : float_types)
                for (const auto& coefficients :
                     {std::array<double, 2>{1.0, 0.0}, std::array<double, 2>{-1.0, 0.5},
                      std::array<double, 2>{0.0, 1.0}, std::array<double, 2>{1e-300, infinity}})
                    require_same(sum(inputs, coefficients, output), pinned_sums(inputs, coefficients, output),
                                 "infinities, NaN, subnormal numbers and ties come out as they should", inputs,
                                 coefficients);
        }
    }

    static host_tensor special_values(dtype type) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        constexpr double nan = std::numeric_limits<double>::quiet_NaN();
        const std::array<double, 14> corners = {0.0,      -0.0,     1.0,     -1.0,    infinity, -infinity, nan,
                                                0x1p-149, -0x1p-24, 65519.9, 65520.0, 0x1p127,  3.3961e38, 0x1p-133};
        const bool all_patterns = bytes(type) == 2;
        host_tensor values(type, all_patterns ? 0x10000 : corners.size());
        for (std::size_t i = 0; i < values.size; ++i)
            if (all_patterns)
                store_bits(values.data().data(), i, static_cast<std::uint16_t>(i));
            else
                values.set(i, corners[i]);
        return values;
    }

    void check_zero_coefficients() {
        constexpr auto law = "a coefficient of 0 leaves its input out, NaN included, and nothing else does";
        std::vector<host_tensor> inputs(2, host_tensor(dtype::f32, 3));
        for (std::size_t i = 0; i < 3; ++i) {
            inputs[0].set(i, std::numeric_limits<double>::quiet_NaN());
            inputs[1].set(i, static_cast<double>(i));
        }
        for (const auto& [coefficients, type] : {std::pair{std::array<double, 2>{0.0, 2.0}, dtype::f32},
                                                 std::pair{std::array<double, 2>{1e-30, 2.0}, dtype::f32},
                                                 std::pair{std::array<double, 2>{0.0, 0.0}, dtype::bf16}})
            require_same(sum(inputs, coefficients, type), pinned_sums(inputs, coefficients, type), law, inputs,
                         coefficients);

        std::mt19937 engine(13);
        const std::vector<host_tensor> mixed = {random_tensor(dtype::f64, 999, engine),
                                                random_tensor(dtype::f32, 999, engine),
                                                random_tensor(dtype::f32, 999, engine)};
        const std::array<double, 3> without_f64 = {0.0, 0.3, 0.7};
        require_same(sum(mixed, without_f64, dtype::f32), pinned_sums(mixed, without_f64, dtype::f32),
                     "an F64 input with coefficient 0 does not widen the sum", mixed, without_f64);
    }

    /// sum (a + b) x = sum a x + sum b x, on numbers for which no step rounds.
    void check_linearity() {
        std::mt19937 engine(10);
        std::vector<host_tensor> inputs(5, host_tensor(dtype::f32, 77));
        std::array<double, 5> a{}, b{}, both{};
        for (std::size_t k = 0; k < 5; ++k) {
            a[k] = static_cast<double>(engine() % 64) / 8 - 4;
            b[k] = static_cast<double>(engine() % 64) / 8 - 4;
            both[k] = a[k] + b[k];
            for (std::size_t i = 0; i < 77; ++i) inputs[k].set(i, static_cast<double>(engine() % 256) - 128);
        }
        const host_tensor of_a = sum(inputs, a, dtype::f32), of_b = sum(inputs, b, dtype::f32);
        const host_tensor of_both = sum(inputs, both, dtype::f32);
        for (std::size_t i = 0; i < 77; ++i)
            book_.require(of_both[i] == of_a[i] + of_b[i], "a weighted sum is linear in its coefficients",
                          [&] { return "element " + to_string(i) + law_book::both(of_both[i], of_a[i] + of_b[i]); });
    }

    void check_in_place() {
        std::mt19937 engine(11);
        const std::array<double, 3> coefficients = {0.5, 0.3, 0.2};
        for (const std::size_t overwritten : {0, 1, 2}) {
            std::vector<host_tensor> inputs;
            for (std::size_t k = 0; k < 3; ++k) inputs.push_back(random_tensor(dtype::bf16, 3000, engine));
            tensors all = given(inputs);
            backend_.weighted_sum(pointers_to(all), coefficients, all[overwritten]);
            require_same(downloaded(all[overwritten]), pinned_sums(inputs, coefficients, dtype::bf16),
                         "a sum may overwrite any of its inputs", inputs, coefficients);
        }
    }

    /// Of any types, with coefficients of 0, of any number.
    void check_candidates() {
        std::mt19937 engine(12);
        for (int repeat = 0; repeat < 120; ++repeat) {
            const std::size_t count = engine() % 17 + 1, candidates = engine() % 10;
            const std::size_t size =
                repeat % 20 == 0 ? 70'001 : std::array<std::size_t, 6>{0, 1, 127, 128, 129, 5003}[engine() % 6];
            const bool mixed = repeat % 4 == 3;
            const dtype one_type = float_types[engine() % 4];
            const auto type = [&] { return mixed ? float_types[engine() % 4] : one_type; };
            std::vector<host_tensor> inputs;
            for (std::size_t k = 0; k < count; ++k) inputs.push_back(random_tensor(type(), size, engine));
            std::vector<double> coefficients;  // (candidates, inputs)
            std::vector<dtype> types;          // (candidates)
            for (std::size_t q = 0; q < candidates; ++q) {
                types.push_back(type());
                for (std::size_t k = 0; k < count; ++k) {
                    const bool zero = repeat % 3 == 0 && engine() % 4 == 0;
                    coefficients.push_back(zero ? 0.0 : std::uniform_real_distribution<double>(-1, 1)(engine));
                }
            }
            const auto together = sums(inputs, coefficients, types);
            for (std::size_t q = 0; q < candidates; ++q) {
                const auto row = std::span<const double>(coefficients).subspan(q * count, count);
                require_same(together[q], sum(inputs, row, types[q]),
                             "candidates summed in one pass have the bits of each alone", inputs, row);
            }
        }
    }

    /// Requires what an action does to throw input_error.
    template <class Action>
    void require_refusal(const char* what, const Action& action) {
        std::string thrown = "nothing is thrown";
        try {
            action();
        } catch (const input_error&) {
            return;
        } catch (const std::exception& other) {
            thrown = std::string("another exception is thrown: ") + other.what();
        }
        book_.require(false, "what does not fit is refused with input_error", [&] { return what + (": " + thrown); });
    }

    void check_refusals() {
        const std::vector<host_tensor> three(1, host_tensor(dtype::f32, 3)), whole(1, host_tensor(dtype::i32, 3));
        const std::vector<host_tensor> unequal = {host_tensor(dtype::f32, 3), host_tensor(dtype::f32, 4)};
        const std::array<double, 1> one = {1.0};
        const std::array<double, 2> two = {1.0, 1.0};
        require_refusal("two coefficients for one input", [&] { sum(three, two, dtype::f32); });
        require_refusal("one coefficient for two outputs", [&] { sums(three, one, {dtype::f32, dtype::f32}); });
        require_refusal("a sum that is to be I32", [&] { sum(three, one, dtype::i32); });
        require_refusal("a sum of I32", [&] { sum(whole, one, dtype::f32); });
        require_refusal("a sum of 3 and 4 elements", [&] { sum(unequal, two, dtype::f32); });
        require_refusal("a download of 12 bytes to 11", [&] {
            std::vector<std::byte> short_by_one(11);
            backend_.download(backend_.upload(three[0].data(), dtype::f32), short_by_one);
        });
        require_refusal("a download of 12 bytes to 13", [&] {
            std::vector<std::byte> long_by_one(13);
            backend_.download(backend_.upload(three[0].data(), dtype::f32), long_by_one);
        });
    }

    const Backend& backend_;
    law_book book_;
};

}  // namespace detail

/// All laws of a tensor backend: copies, the pinned arithmetic of weighted sums to the bit, and what is refused.
///
/// Run it with the address sanitizer as well, which sees what a backend reads or writes beyond its memory.
/// Cost: half a second for a backend on one thread.
template <tensor_backend Backend>
violations backend_violations(const Backend& backend) {
    return detail::backend_laws<Backend>(backend).check();
}

}  // namespace bouillon
