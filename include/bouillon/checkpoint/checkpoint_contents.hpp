// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/stored_tensor.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace bouillon {

/// How many values that a checkpoint holds are no part of the model.
struct left_out_values {
    std::size_t training_state = 0;  ///< tensors of an optimizer or a trainer
    std::size_t other = 0;           ///< that are no tensors, such as numbers, texts and None

    friend bool operator==(const left_out_values&, const left_out_values&) = default;
};

/// What a reader of a format finds in a checkpoint.
struct checkpoint_contents {
    std::vector<stored_tensor> tensors;     ///< in any order
    std::vector<std::string> not_in_index;  ///< names of tensors that shards hold and their index does not name
    left_out_values left_out = {};          ///< values that are no part of the model
    std::vector<std::string> notes = {};    ///< for a user, each with the path that it is about
};

}  // namespace bouillon
