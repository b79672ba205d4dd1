// SPDX-License-Identifier: Apache-2.0
// expect: backend\.weighted_sum\(inputs, coefficients, output\)
#include <bouillon/tensor/concept.hpp>

struct store {
    struct tensor {
        std::size_t size() const;
        bouillon::dtype type() const;
    };
    tensor allocate(std::size_t, bouillon::dtype) const;
    tensor upload(std::span<const std::byte>, bouillon::dtype) const;
    void download(const tensor&, std::span<std::byte>) const;
};

static_assert(bouillon::tensor_backend<store>);
