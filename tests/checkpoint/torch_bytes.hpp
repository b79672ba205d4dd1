// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pytorch/pytorch_file.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// The bytes of a tensor of torch.save in row-major order, gathered element by element.
/// @param file all of it
inline std::string gathered(const bouillon::pytorch_tensor& tensor, std::string_view file) {
    const std::size_t size = bytes(tensor.type), rank = tensor.shape.size();
    std::vector<std::size_t> strides = tensor.strides;
    if (strides.empty()) {
        strides.assign(rank, 1);
        for (std::size_t d = rank; d-- > 1;) strides[d - 1] = strides[d] * tensor.shape[d];
    }
    std::string gathered;
    for (std::size_t i = 0; i < tensor.elements(); ++i) {
        std::size_t place = 0, rest = i;
        for (std::size_t d = rank; d-- > 0; rest /= tensor.shape[d]) place += rest % tensor.shape[d] * strides[d];
        gathered += file.substr(tensor.begin + place * size, size);
    }
    return gathered;
}

}  // namespace test
