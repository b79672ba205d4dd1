// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bouillon {
class checkpoint;
struct decoder;
}  // namespace bouillon

/// What the config.json says that describes a checkpoint's model: in its directory, or beside its file.
/// @throws input_error when there is none, as a model cannot be run without, and for a model that cannot be run
bouillon::decoder read_model_config(const bouillon::checkpoint& checkpoint);
