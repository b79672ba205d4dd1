// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/backend.hpp>

#include <testing/reports.hpp>

#include <check_laws.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

/// A backend of few words, right but for what is asked of it.
struct vectors {
    bool swaps_coefficients = false, widens_always = false, overruns = false, rounds_twice = false;

    struct tensor {
        std::vector<std::byte> bytes;
        dtype stored = dtype::f32;
        std::size_t size() const { return 8 * bytes.size() / bits(stored); }
        dtype type() const { return stored; }
    };

    tensor allocate(std::size_t elements, dtype type) const {
        return {std::vector<std::byte>((elements * bits(type) + 7) / 8), type};
    }
    tensor upload(std::span<const std::byte> host, dtype type) const { return {{host.begin(), host.end()}, type}; }
    void download(const tensor& stored, std::span<std::byte> host) const {
        if (!overruns && host.size() != stored.bytes.size()) throw input_error("the sizes differ");
        std::copy_n(stored.bytes.begin(), std::min(host.size(), stored.bytes.size()), host.begin());
    }
    void weighted_sum(std::span<const tensor* const> inputs, std::span<const double> coefficients,
                      tensor& output) const {
        std::vector<tensor_view> views;  // (inputs)
        for (const tensor* input : inputs) views.push_back({input->bytes.data(), input->size(), input->stored});
        std::vector<double> used(coefficients.begin(), coefficients.end());
        if (swaps_coefficients && used.size() > 1) std::swap(used[0], used[1]);
        if (!widens_always && !rounds_twice) {
            bouillon::weighted_sum(views, used, {output.bytes.data(), output.size(), output.stored});
            return;
        }
        tensor wide = allocate(output.size(), widens_always ? dtype::f64 : dtype::f32);
        bouillon::weighted_sum(views, used, {wide.bytes.data(), wide.size(), wide.stored});
        const tensor_view sum = {wide.bytes.data(), wide.size(), wide.stored};
        bouillon::weighted_sum({&sum, 1}, std::vector{1.0}, {output.bytes.data(), output.size(), output.stored});
    }
};

}  // namespace

TEST_CASE("a backend that keeps all laws is not complained of") { check_laws(backend_violations(vectors{})); }

TEST_CASE("sums of other bits are told with both numbers, inputs and coefficients") {
    const auto swapped = backend_violations(vectors{.swaps_coefficients = true});
    check_report(swapped, "a weighted sum has the pinned bits: ");
    check_report(swapped, "a sum of F64 F64 with coefficients (");
    check_report(swapped, "infinities, NaN, subnormal numbers and ties come out as they should: ");
    check_report(swapped, "a sum may overwrite any of its inputs: ");
    check_report(backend_violations(vectors{.rounds_twice = true}), "a weighted sum has the pinned bits: ");
}

TEST_CASE("a sum that is always wide is told") {
    check_report(backend_violations(vectors{.widens_always = true}),
                 "an F64 input with coefficient 0 does not widen the sum: F32 element ");
}

TEST_CASE("a download into too few bytes, or too many, must be refused") {
    check_report(
        backend_violations(vectors{.overruns = true}),
        "what does not fit is refused with input_error: a download of 12 bytes to 11: nothing is thrown (and 1 more)");
}
