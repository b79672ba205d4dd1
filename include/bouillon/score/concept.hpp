// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <vector>

namespace bouillon {

/// Something that measures a model: called with a model's parameters and held-out data, it returns one loss per
/// document, in document order, lower is better.
///
/// The same documents must give losses in the same order every time: the search compares models document by document.
template <class Scorer, class Parameters, class HeldOut>
concept document_loss = requires(Scorer& score, const Parameters& parameters, const HeldOut& held_out) {
    { score(parameters, held_out) } -> std::convertible_to<std::vector<double>>;
};

}  // namespace bouillon
