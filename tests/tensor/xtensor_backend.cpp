// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/xtensor_backend.hpp>

#include <bouillon/testing/backend.hpp>
#include <bouillon/testing/language_model_backend.hpp>

#include <check_laws.hpp>

using namespace bouillon;

TEST_CASE("xtensor_backend is a tensor backend on one thread") {
    check_laws(backend_violations(xtensor_backend({.threads = 1})));
}

TEST_CASE("xtensor_backend is a tensor backend on several threads") {
    check_laws(backend_violations(xtensor_backend({.threads = 3})));
}

TEST_CASE("xtensor_backend runs language models") {
    const detail::single_threaded_blas guard;
    check_laws(language_model_backend_violations(xtensor_backend{}));
}

TEST_CASE("lanes are the threads") {
    CHECK(xtensor_backend({.threads = 5}).lanes() == 5);
    CHECK(xtensor_backend().lanes() == thread_count(0));
}

TEST_CASE("an xtensor expression is uploaded evaluated, and a container viewed where it lies") {
    const xtensor_backend backend;
    xt::xtensor<float, 2> values = {{1, 2, 3}, {4, 5, 6}};
    const auto uploaded = backend.upload(xt::transpose(values) * 2.0f);
    CHECK(uploaded.elements<float>() == xt::xtensor<float, 1>{2, 8, 4, 10, 6, 12});
    const auto viewed = backend.view(values);
    values(0, 1) = 7;
    CHECK(viewed.elements<float>() == xt::xtensor<float, 1>{1, 7, 3, 4, 5, 6});
    CHECK(viewed.view().data == reinterpret_cast<const std::byte*>(values.data()));
}

TEST_CASE("elements are given only as the type that they have") {
    const xtensor_backend backend;
    CHECK_THROWS_WITH_AS(backend.allocate(2, dtype::bf16).elements<float>(),
                         "elements of BF16 asked for as another type", input_error);
    CHECK(backend.allocate(2, dtype::bf16).elements<std::uint16_t>().size() == 2);
    CHECK_THROWS_AS(backend.allocate(2, dtype::f32).elements<double>(), input_error);
}
