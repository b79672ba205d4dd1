// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/compare.hpp>

#include <bouillon/core/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

using namespace bouillon;

namespace {

std::vector<float> random_values(std::size_t size, std::uint64_t seed) {
    random_engine engine = make_engine(seed);
    std::vector<float> values(size);
    for (float& value : values) value = static_cast<float>(normal(engine));
    return values;
}

template <class Element>
tensor_view view_of(const std::vector<Element>& values, dtype type) {
    return {reinterpret_cast<const std::byte*>(values.data()), values.size(), type};
}

}  // namespace

TEST_CASE("norms, distance and cosine are those of a float64 loop, for every type and any number of threads") {
    const std::size_t size = 200001;  // several blocks and a rest
    const auto x = random_values(size, 1), y = random_values(size, 2);
    const auto check = [&](const auto& a, const auto& b, dtype type, auto widen) {
        double aa = 0, bb = 0, ab = 0, difference = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const double u = widen(a[i]), v = widen(b[i]);
            aa += u * u;
            bb += v * v;
            ab += u * v;
            difference += (u - v) * (u - v);
        }
        const auto compared = compare(view_of(a, type), view_of(b, type), 1);
        CHECK(compared.norm_a() == doctest::Approx(std::sqrt(aa)).epsilon(1e-12));
        CHECK(compared.norm_b() == doctest::Approx(std::sqrt(bb)).epsilon(1e-12));
        CHECK(compared.distance() == doctest::Approx(std::sqrt(difference)).epsilon(1e-12));
        CHECK(compared.cosine() == doctest::Approx(ab / std::sqrt(aa * bb)).epsilon(1e-9));
        const auto threaded = compare(view_of(a, type), view_of(b, type), 3);
        CHECK(threaded.squared_difference == compared.squared_difference);
        CHECK(threaded.product == compared.product);
    };
    check(x, y, dtype::f32, [](float value) { return static_cast<double>(value); });
    const std::vector<double> x64(x.begin(), x.end()), y64(y.begin(), y.end());
    check(x64, y64, dtype::f64, [](double value) { return value; });
    std::vector<std::uint16_t> a(size), b(size);
    for (std::size_t i = 0; i < size; ++i) a[i] = float_to_bf16(x[i]), b[i] = float_to_bf16(y[i]);
    check(a, b, dtype::bf16, [](std::uint16_t bits) { return static_cast<double>(bf16_to_float(bits)); });
    for (std::size_t i = 0; i < size; ++i) a[i] = float_to_f16(x[i]), b[i] = float_to_f16(y[i]);
    check(a, b, dtype::f16, [](std::uint16_t bits) { return static_cast<double>(f16_to_float(bits)); });
}

TEST_CASE("a tensor is at distance 0 and cosine 1 of itself, and an empty one compares to nothing") {
    const auto x = random_values(1000, 3);
    const auto same = compare(view_of(x, dtype::f32), view_of(x, dtype::f32));
    CHECK(same.distance() == 0);
    CHECK(same.cosine() == doctest::Approx(1).epsilon(1e-15));
    CHECK(compare(tensor_view{}, tensor_view{}).distance() == 0);
}

TEST_CASE("a distance far below the norms is right to ten digits") {
    // Neighbours whose difference is in the last bits of a few elements of many.
    std::vector<float> x(1 << 20, 1.0f), y = x;
    double expected = 0;
    for (std::size_t i = 0; i < x.size(); i += 1001) {
        y[i] = std::nextafter(1.0f, 2.0f);
        expected += 0x1p-46;
    }
    CHECK(compare(view_of(x, dtype::f32), view_of(y, dtype::f32)).squared_difference ==
          doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("tensors of any few elements, at any address, give the sums that one adds up by hand") {
    constexpr std::size_t most = 203;  // elements
    for (const dtype type : {dtype::f64, dtype::f32, dtype::f16, dtype::bf16}) {
        std::vector<std::byte> a(1 + most * 8), b(1 + most * 8);  // tensors from an odd address on
        random_engine engine = make_engine(5);
        for (std::size_t i = 0; i < most; ++i)
            for (std::byte* const tensor : {a.data() + 1, b.data() + 1}) store_element(type, tensor, i, normal(engine));
        comparison expected;  // of the elements so far
        for (std::size_t size = 0; size <= most; ++size) {
            const auto sums = compare({a.data() + 1, size, type}, {b.data() + 1, size, type});
            CHECK(sums.squared_a == doctest::Approx(expected.squared_a).epsilon(1e-14));
            CHECK(sums.squared_b == doctest::Approx(expected.squared_b).epsilon(1e-14));
            CHECK(std::abs(sums.product - expected.product) <= 1e-14 * (1 + expected.squared_a));
            CHECK(sums.squared_difference == doctest::Approx(expected.squared_difference).epsilon(1e-14));
            const auto x = load_element<double>(type, a.data() + 1, size % most);
            const auto y = load_element<double>(type, b.data() + 1, size % most);
            expected += {x * x, y * y, x * y, (y - x) * (y - x)};
        }
    }
}

TEST_CASE("a processor without AVX2 gives the same figures") {
    for (const dtype type : {dtype::f64, dtype::f32, dtype::bf16}) {
        const auto x = random_values(1003, 6), y = random_values(1003, 7);
        const auto *const a = reinterpret_cast<const std::byte*>(x.data()), *const b =
                                                                                reinterpret_cast<const std::byte*>(
                                                                                    y.data());
        const auto plain = detail::compare_elements(type, a, b, 501), best = detail::compare_wide(type, a, b, 501);
        if (!std::isfinite(plain.squared_difference)) continue;  // some bits of floats are no number as another type
        CHECK(best.squared_a == doctest::Approx(plain.squared_a).epsilon(1e-13));
        CHECK(best.squared_difference == doctest::Approx(plain.squared_difference).epsilon(1e-13));
    }
}

TEST_CASE("a NaN or an infinity shows in the norm and in the distance") {
    auto x = random_values(1000, 4), y = x;
    y[500] = INFINITY;
    const auto infinite = compare(view_of(x, dtype::f32), view_of(y, dtype::f32));
    CHECK(infinite.norm_b() == INFINITY);
    CHECK(infinite.distance() == INFINITY);
    y[500] = NAN;
    CHECK(std::isnan(compare(view_of(x, dtype::f32), view_of(y, dtype::f32)).distance()));
}
