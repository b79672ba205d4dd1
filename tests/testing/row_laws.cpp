// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/row_laws.hpp>

#include <bouillon/core/blas.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <testing/reports.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

/// Every operation of rows, each wrong in a way that a backend may be.
struct wrong : xtensor_backend {
    wrong() : xtensor_backend({.threads = 1}) {}

    void embed(const buffer& table, const indices& rows, const index_range& range, std::size_t width,
               buffer& output) const {
        xtensor_backend::embed(table, indices(rows.size(), 3), range, width, output);
    }
    void add_rows(const buffer& x, const indices& rows, const buffer& factors, const index_range& range,
                  std::size_t width, buffer& output) const {
        xtensor_backend::add_rows(x, rows, factors, {range.first - 1, range.count}, width, output);
    }
    void rms_norm(const buffer& x, const buffer& weight, norm_shape shape, buffer& output) const {
        shape.weights = 1;
        xtensor_backend::rms_norm(x, weight, shape, output);
    }
    void layer_norm(const buffer& x, const buffer& weight, const buffer&, const norm_shape& shape,
                    buffer& output) const {
        xtensor_backend::layer_norm(x, weight, weight, shape, output);
    }
    void linear(const buffer& x, const buffer& weight, const linear_shape& shape, bool, buffer& output) const {
        xtensor_backend::linear(x, weight, shape, false, output);
    }
    void add_bias(const buffer& bias, row_shape shape, buffer& x) const {
        --shape.rows;
        xtensor_backend::add_bias(bias, shape, x);
    }
    void add_scaled(const buffer& x, float factor, const row_shape& shape, buffer& output) const {
        xtensor_backend::add_scaled(x, -factor, shape, output);
    }
    void scale(float factor, row_shape shape, buffer& x) const {
        --shape.width;
        xtensor_backend::scale(factor, shape, x);
    }
    void clamp(float limit, const row_shape& shape, buffer& x) const {
        for (std::size_t i = 0; i < shape.rows * shape.width; ++i) x[i] = std::fmin(std::fmax(x[i], -limit), limit);
    }
    void rotate(buffer& x, const rotation_shape& shape, const buffer& cosines, const buffer& sines,
                const indices& positions) const {
        const indices reversed(positions.rbegin(), positions.rend());
        xtensor_backend::rotate(x, shape, cosines, sines, reversed);
    }
};

template <class Backend>
violations row_violations(const Backend& backend) {
    detail::buffer_book<Backend> book(backend);
    check_rows(book);
    return book.sentences();
}

}  // namespace

TEST_CASE("right operations of rows are not complained of") {
    const detail::single_threaded_blas guard;
    CHECK(to_lines(row_violations(xtensor_backend({.threads = 1}))) == "");
}

TEST_CASE("each wrong operation of rows is told") {
    const detail::single_threaded_blas guard;
    const auto told = row_violations(wrong());
    CHECK(told.size() == 12);
    check_report(told, "an embedding is a row of its table, of those in a range: element 0 is ");
    check_report(told, "rows are added by their factors, and the others left: element ");
    check_report(told, "RMS normalisation takes its weights in turn: element ");
    check_report(told, "RMS normalisation may be in place: element ");
    check_report(told, "layer normalisation agrees with float64, in place: element ");
    check_report(told, "layer normalisation takes its weights and biases in turn: element ");
    check_report(told, "a bias is added to every row: element 910 is ");
    check_report(told, "a multiple is added: element ");
    check_report(told, "a scale multiplies every element: element 786 is ");
    check_report(told, "a clamp holds elements to its limit, and leaves NaN: element 2 is -0.75, but should be nan");
    check_report(told, "a linear map agrees with float64, written or added: element ");
    check_report(told, "a rotation turns the first pairs of each head by their row's position: element ");
}
