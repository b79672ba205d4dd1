// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/concept.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bouillon {

/// One tensor of a model, on a backend.
template <tensor_backend Backend>
struct parameter {
    typename Backend::tensor tensor;
    std::vector<std::size_t> shape;  ///< (dimensions); its product is tensor.size()
};

/// A model's tensors by name: what a merge yields and what a model is built from.
template <tensor_backend Backend>
using parameters = std::map<std::string, parameter<Backend>, std::less<>>;

}  // namespace bouillon
