// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace bouillon {
struct decoder;
}

/// Tokens in which documents are cut.
///
/// Says on standard error where that is less than the model could take because it was not asked for.
/// @param model that is run
/// @param asked for; 0: nothing
/// @throws input_error where more is asked for than the model can take
std::size_t window_length(const bouillon::decoder& model, std::size_t asked);
