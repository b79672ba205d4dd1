// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bouillon {

/// How a device multiplies matrices; sums of products are in float32 in any case.
enum class precision {
    float32,  ///< factors in float32
    tf32,     ///< factors in float32, of whose mantissas 10 bits are used
    bf16      ///< factors in bfloat16
};

}  // namespace bouillon
