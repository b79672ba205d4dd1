// SPDX-License-Identifier: Apache-2.0
#include "choices/precision_choice.hpp"

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>

#include "choices/backend_choice.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string>

namespace {

using bouillon::precision;

constexpr std::array choices = {precision_choice{"auto", std::nullopt}, precision_choice{"float32", precision::float32},
                                precision_choice{"tf32", precision::tf32}, precision_choice{"bf16", precision::bf16}};

bool mostly_of_16_bits(const bouillon::checkpoint_set& checkpoints) {
    std::size_t narrow = 0, all = 0;  // elements
    for (const auto& tensor : checkpoints.tensors()) {
        all += tensor.elements();
        if (tensor.type == bouillon::dtype::f16 || tensor.type == bouillon::dtype::bf16) narrow += tensor.elements();
    }
    return 2 * narrow > all;
}

}  // namespace

std::span<const precision_choice> precision_choices() { return choices; }

precision precision_of(const precision_choice& choice, const backend_choice& backend,
                       const bouillon::checkpoint_set& checkpoints) {
    if (!choice.precision)
        return backend.on_device && mostly_of_16_bits(checkpoints) ? precision::bf16 : precision::float32;
    if (!backend.on_device && *choice.precision != precision::float32)
        throw bouillon::input_error("--precision " + std::string(choice.name) + ": --backend " +
                                    std::string(backend.name) + " multiplies in float32 only");
    return *choice.precision;
}

void note_precision(precision value) {
    if (value != precision::float32)
        std::fprintf(stderr, "precision: matrices are multiplied in %s (--precision)\n",
                     std::string(name_of(value)).c_str());
}

std::string_view name_of(precision value) {
    return std::ranges::find(choices, value, &precision_choice::precision)->name;
}
