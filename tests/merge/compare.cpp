// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/compare.hpp>

#include <bouillon/checkpoint/safetensors_writer.hpp>
#include <bouillon/core/random.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <span>

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

TEST_CASE("checkpoints are compared tensor by tensor, integers left out") {
    const auto folder = std::filesystem::temp_directory_path() / "bouillon-compare-test";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::vector<std::filesystem::path> paths;
    for (const float value : {3.0f, 4.0f}) {
        paths.push_back(folder / (std::to_string(paths.size()) + ".safetensors"));
        const std::vector<float> weight = {value, 0};
        const std::vector<std::int32_t> ids = {7};
        safetensors_writer writer(paths.back(), {{"weight", dtype::f32, {2}}, {"ids", dtype::i32, {1}}});
        for (const auto& entry : writer.tensors())
            writer.append(entry.name == "ids" ? std::as_bytes(std::span(ids)) : std::as_bytes(std::span(weight)));
        writer.close();
    }
    const auto checkpoints = open_checkpoints(paths);
    const auto compared = compare(checkpoints, 0, 1);
    REQUIRE(compared.size() == 2);
    CHECK(compared[0].squared_a == 0);  // ids
    CHECK(compared[1].norm_a() == 3);
    CHECK(compared[1].norm_b() == 4);
    CHECK(compared[1].distance() == 1);
    std::filesystem::remove_all(folder);
}
