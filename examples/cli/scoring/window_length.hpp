// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace bouillon {
struct decoder;
}

/// Tokens in which documents are cut.
/// @param model that is run
/// @param asked for; 0: nothing
/// @throws input_error where more is asked for than the model can take
std::size_t window_length(const bouillon::decoder& model, std::size_t asked);

/// Says on standard error that documents are cut in less than a model could take, where that was not asked for.
/// @param window tokens in which documents are cut
/// @param context tokens that the model could take
/// @param asked as above
void note_window(std::size_t window, std::size_t context, std::size_t asked);
