// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/token_loss_laws.hpp>

#include <bouillon/core/blas.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <testing/reports.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// Leaves a part of the logits out.
struct forgetful : xtensor_backend {
    enum class part { nothing, bias, scale, cap };
    part left_out;

    explicit forgetful(part of) : xtensor_backend({.threads = 1}), left_out(of) {}

    void token_losses(const loss_inputs<buffer>& inputs, loss_shape shape, const indices& targets, std::size_t first,
                      buffer& losses) const {
        if (left_out == part::scale) shape.scale = 1;
        if (left_out == part::cap) shape.cap = 0;
        xtensor_backend::token_losses({inputs.hidden, inputs.head, left_out == part::bias ? nullptr : inputs.bias},
                                      shape, targets, first, losses);
    }
};

/// Adds all losses as those of one document.
struct without_runs : xtensor_backend {
    void sum_runs(const buffer& losses, const indices& keys, std::span<std::int64_t> sums) const {
        xtensor_backend::sum_runs(losses, indices(keys.size(), 1), sums.first(1));
    }
};

violations loss_violations(forgetful::part left_out) {
    const single_threaded_blas guard;
    const forgetful backend(left_out);
    buffer_book<forgetful> book(backend);
    check_token_losses(book);
    return book.sentences();
}

}  // namespace

TEST_CASE("right losses are not complained of, and each part that logits leave out is told") {
    CHECK(to_lines(loss_violations(forgetful::part::nothing)) == "");
    const auto check = [](forgetful::part left_out, const char* law) {
        const auto told = loss_violations(left_out);
        CHECK(told.size() == 2);
        check_report(told, law);
        check_report(told, "token losses add the bias, then scale, then cap: element ");
    };
    check(forgetful::part::bias, "token losses add the head's bias: element ");
    check(forgetful::part::scale, "token losses scale their logits: element ");
    check(forgetful::part::cap, "token losses cap their logits: element ");
}

TEST_CASE("sums that are not of runs are told") {
    const without_runs backend;
    buffer_book<without_runs> book(backend);
    check_loss_sums(book);
    check_report(book.sentences(), "losses of a run are added in fixed point: run 0: ");
}

TEST_CASE("what losses are compared with is right in cases that are easy") {
    CHECK(token_loss_in_float64(std::vector<double>{3, 3, 3, 3}, 2) == doctest::Approx(std::log(4.0)));
    CHECK(token_loss_in_float64(std::vector<double>{1000, 0}, 1) == doctest::Approx(1000));
}
