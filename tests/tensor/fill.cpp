// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/fill.hpp>

#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <atomic>

using namespace bouillon;

namespace {

/// A backend of no more than the concept asks for.
class least_backend {
 public:
    using tensor = xtensor_backend::tensor;

    tensor allocate(std::size_t elements, dtype type) const { return inner_.allocate(elements, type); }
    tensor upload(std::span<const std::byte> host, dtype type) const { return inner_.upload(host, type); }
    void weighted_sum(std::span<const tensor* const> inputs, std::span<const double> coefficients,
                      tensor& output) const {
        inner_.weighted_sum(inputs, coefficients, output);
    }
    void download(const tensor& from, std::span<std::byte> host) const { inner_.download(from, host); }

 private:
    xtensor_backend inner_;
};
static_assert(tensor_backend<least_backend> && !filling_backend<least_backend>);

template <class Backend>
void check_fill(const Backend& backend) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, (std::size_t{2} << 20) + 3}) {
        auto tensor = backend.allocate(size, dtype::bf16);
        std::atomic<std::size_t> read = 0;
        fill(backend, tensor, [&](std::size_t first, std::span<std::byte> part) {
            CHECK(first % 16 == 0);
            read += part.size();
            for (std::size_t i = 0; i < part.size(); ++i) part[i] = static_cast<std::byte>((first + i) % 251);
        });
        CHECK(read == 2 * size);
        CHECK(tensor.size() == size);
        CHECK(tensor.type() == dtype::bf16);
        std::vector<std::byte> bytes(2 * size);
        backend.download(tensor, bytes);
        bool all = true;
        for (std::size_t i = 0; i < bytes.size(); ++i) all = all && bytes[i] == static_cast<std::byte>(i % 251);
        CHECK(all);
    }
}

}  // namespace

TEST_CASE("a tensor is filled with all that its reader gives, by every backend") {
    check_fill(xtensor_backend({.threads = 2}));
    check_fill(thrust_backend<thrust_sequential>{});
    check_fill(default_thrust_backend{});
    check_fill(least_backend{});
}

TEST_CASE("a reader's failure is the fill's") {
    const xtensor_backend backend({.threads = 2});
    auto tensor = backend.allocate(std::size_t{3} << 20, dtype::bf16);
    const auto cut_off = [](std::size_t first, std::span<std::byte>) {
        if (first > 0) throw input_error("cut off");
    };
    CHECK_THROWS_WITH_AS(fill(backend, tensor, cut_off), "cut off", input_error);
}
