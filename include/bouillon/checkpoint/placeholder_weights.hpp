// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/json_file.hpp>
#include <bouillon/config/config_fields.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <cstddef>

namespace bouillon::detail {

/// Refuses weights of shape [0] in a model whose configuration gives it a width: DeepSpeed's ZeRO stage 3 saves them in
/// place of those that are on other processes.
/// @throws input_error naming the file and the tensor
inline void check_no_placeholders(const checkpoint& saved) {
    for (std::size_t i = 0; i < saved.tensors().size(); ++i) {
        const auto& tensor = saved.tensors()[i];
        if (!mergeable(tensor.type) || tensor.shape.size() != 1 || tensor.shape[0] != 0) continue;
        const auto path = saved.config_path();
        if (!path) return;
        const auto config = read_python_object(*path);
        if (config_fields(config).number("hidden_size").value_or(0) <= 0) return;
        throw input_error(saved.file(i).string() + ": tensor " + in_quotes(tensor.name) +
                          " has shape [0], but the model of config.json has values there: it is a placeholder, as "
                          "DeepSpeed's ZeRO stage 3 saves it; gather the weights first (zero_to_fp32.py)");
    }
}

}  // namespace bouillon::detail
