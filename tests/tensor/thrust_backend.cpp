// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_backend.hpp>

#include <bouillon/testing/backend.hpp>
#include <bouillon/testing/language_model_backend.hpp>

#include <tensor/device_on_host.hpp>

#include <check_laws.hpp>

#include <thrust/host_vector.h>

using namespace bouillon;

TEST_CASE("thrust_backend is a tensor backend on the sequential system") {
    check_laws(backend_violations(thrust_backend<thrust_sequential>{}));
}

TEST_CASE("thrust_backend runs language models on the sequential system") {
    const detail::single_threaded_blas guard;
    check_laws(language_model_backend_violations(thrust_backend<thrust_sequential>{}));
}

TEST_CASE("thrust_backend is a tensor backend on the build's device system") {
    check_laws(backend_violations(default_thrust_backend{}));
}

TEST_CASE("thrust_backend runs language models on the build's device system") {
    const detail::single_threaded_blas guard;
    check_laws(language_model_backend_violations(default_thrust_backend{}));
}

TEST_CASE("a device's functors have the bits of the host's tiles") {
    check_laws(backend_violations(thrust_backend<device_on_host>{}));
}

TEST_CASE("a device's functors run language models") {
    const detail::single_threaded_blas guard;
    check_laws(language_model_backend_violations(thrust_backend<device_on_host>{}));
}

TEST_CASE("a Thrust vector is viewed where it lies") {
    const thrust_backend<thrust_sequential> backend;
    const thrust::host_vector<double> values(3, 1.5);
    const auto viewed = backend.view(values);
    CHECK(viewed.type() == dtype::f64);
    CHECK(viewed.size() == 3);
    CHECK(viewed.view().data == reinterpret_cast<const std::byte*>(values.data()));
}
