// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/concept.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

namespace {

struct plain_tensor {
    std::vector<std::byte> bytes;
    dtype stored = dtype::f32;
    std::size_t size() const { return bytes.size() / bouillon::bytes(stored); }
    dtype type() const { return stored; }
};

struct summing {
    using tensor = plain_tensor;
    tensor allocate(std::size_t, dtype) const;
    tensor upload(std::span<const std::byte>, dtype) const;
    void weighted_sum(std::span<const tensor* const>, std::span<const double>, tensor&) const;
    void download(const tensor&, std::span<std::byte>) const;
};

struct viewing : summing {
    tensor view(tensor_view) const;
};

struct batching : summing {
    void weighted_sum_batch(std::span<const tensor* const>, std::span<const double>, std::span<tensor* const>) const;
};

struct filling : summing {
    template <class Read>
    void fill(tensor&, const Read&) const;
};

struct summing_by_value : summing {
    void weighted_sum(std::vector<tensor>, std::span<const double>, tensor&) const;
};

struct not_const : summing {
    void download(const tensor&, std::span<std::byte>);
};

struct immovable_tensor : plain_tensor {
    immovable_tensor(immovable_tensor&&) = delete;
};

struct with_immovable_tensor : summing {
    using tensor = immovable_tensor;
};

}  // namespace

TEST_CASE("what allocates, uploads, sums and downloads is a tensor backend") {
    CHECK(tensor_backend<summing>);
    CHECK(tensor_backend<viewing>);
}

TEST_CASE("a backend that lacks a part of the axis is none") {
    CHECK_FALSE(tensor_backend<int>);
    CHECK_FALSE(tensor_backend<summing_by_value>);
    CHECK_FALSE(tensor_backend<not_const>);
    CHECK_FALSE(tensor_backend<with_immovable_tensor>);
}

TEST_CASE("views, batches and language models are abilities of their own") {
    CHECK(viewing_backend<viewing>);
    CHECK_FALSE(viewing_backend<summing>);
    CHECK(batching_backend<batching>);
    CHECK_FALSE(batching_backend<summing>);
    CHECK_FALSE(language_model_backend<viewing>);
}

TEST_CASE("a backend may take a tensor from a reader") {
    CHECK(filling_backend<filling>);
    CHECK_FALSE(filling_backend<summing>);
}
