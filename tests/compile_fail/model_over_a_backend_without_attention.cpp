// SPDX-License-Identifier: Apache-2.0
// expect: language_model_backend
#include <bouillon/model/causal_language_model.hpp>

struct store {
    struct tensor {
        std::size_t size() const;
        bouillon::dtype type() const;
    };
    tensor allocate(std::size_t, bouillon::dtype) const;
    tensor upload(std::span<const std::byte>, bouillon::dtype) const;
    void weighted_sum(std::span<const tensor* const>, std::span<const double>, tensor&) const;
    void download(const tensor&, std::span<std::byte>) const;
};

static_assert(bouillon::tensor_backend<store>);
bouillon::causal_language_model<store> model(bouillon::decoder{}, store{});
