// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/testing/activation_laws.hpp>
#include <bouillon/testing/attention_laws.hpp>
#include <bouillon/testing/buffer_book.hpp>
#include <bouillon/testing/host_tensor.hpp>
#include <bouillon/testing/row_laws.hpp>
#include <bouillon/testing/token_loss_laws.hpp>
#include <bouillon/testing/violations.hpp>

#include <cstddef>
#include <random>
#include <vector>

namespace bouillon {

namespace detail {

template <class Backend>
void check_convert(buffer_book<Backend>& book) {
    std::mt19937 engine(20);
    for (const dtype type : float_types) {
        const auto stored = random_tensor(type, 1001, engine);
        std::vector<float> expected;
        for (std::size_t i = 0; i < stored.size; ++i) expected.push_back(static_cast<float>(stored[i]));
        auto output = book.backend().make_buffer(stored.size);
        book.backend().convert(book.backend().upload(stored.data(), type), output);
        book.require_equal("conversion to float32 is exact, but for the one rounding of F64", output, expected);
    }
}

}  // namespace detail

/// All laws of a backend that runs language models, each operation compared with a loop in float64.
///
/// A backend whose matrix products are of BLAS should have it on one thread, as a forward pass does.
template <language_model_backend Backend>
violations language_model_backend_violations(const Backend& backend) {
    detail::buffer_book<Backend> book(backend);
    check_convert(book);
    check_rows(book);
    check_attention(book);
    check_activations(book);
    check_token_losses(book);
    check_loss_sums(book);
    return book.sentences();
}

}  // namespace bouillon
