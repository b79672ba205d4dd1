// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/activation_laws.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <testing/reports.hpp>

#include <cmath>
#include <cstddef>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

/// A SiLU that overflows, a ReLU that loses NaN, and gates that nothing holds to the limit.
struct wrong : xtensor_backend {
    void activate(const activation_function& f, buffer& x, const row_shape& shape) const {
        for (std::size_t i = 0; i < shape.rows * shape.width; ++i) {
            const float value = x[i];
            if (f.kind == activation::silu)
                x[i] = value * std::exp(value) / (1 + std::exp(value));
            else if (f.kind == activation::relu)
                x[i] = value > 0 ? value : 0;
            else
                x[i] = detail::activate(f, value);
        }
    }
    void activate_gated(const activation_function& f, buffer& gate, const buffer& up, const row_shape& shape) const {
        for (std::size_t i = 0; i < shape.rows * shape.width; ++i)
            gate[i] = detail::activate(f, gate[i]) * (f.kind == activation::clipped_silu ? 1 + up[i] : up[i]);
    }
};

template <class Backend>
violations activation_violations() {
    const Backend backend;
    buffer_book<Backend> book(backend);
    check_activations(book);
    return book.sentences();
}

}  // namespace

TEST_CASE("right activations are not complained of, and wrong ones are told by name") {
    CHECK(to_lines(activation_violations<xtensor_backend>()) == "");
    const auto told = activation_violations<wrong>();
    CHECK(told.size() == 3);
    check_report(told, "an activation agrees with float64 and survives the largest numbers: SiLU of 90 is ");
    check_report(told, "an activation of NaN is NaN: ReLU of nan is not");
    check_report(told, "a gate agrees with float64 and survives the largest numbers: clipped SiLU of ");
}

TEST_CASE("there is an activation of every kind") {
    for (std::size_t i = 0; i < activation_functions.size(); ++i)
        CHECK(activation_functions[i].kind == static_cast<activation>(i));
    CHECK(activation_functions.back().kind == activation::clipped_silu);
}

TEST_CASE("what activations are compared with is right where it is known") {
    const auto at = [](activation kind, double x) {
        return activation_in_float64(activation_functions[static_cast<std::size_t>(kind)], x);
    };
    CHECK(at(activation::silu, 1) == doctest::Approx(0.7310585786));
    CHECK(at(activation::gelu, 1) == doctest::Approx(0.8413447461));
    CHECK(at(activation::gelu_tanh, 1) == doctest::Approx(0.8411919906));
    CHECK(at(activation::gelu_sigmoid, 1) == doctest::Approx(0.8457957659));
    CHECK(at(activation::tanh, 1) == doctest::Approx(0.7615941560));
    CHECK(at(activation::relu, -1) == 0);
    CHECK(at(activation::relu_squared, 3) == 9);
    CHECK(at(activation::xielu, 2) == doctest::Approx(0.8 * 4 + 0.5 * 2));
    CHECK(at(activation::xielu, -2) == doctest::Approx(0.3 * (std::exp(-2.0) - 1 + 2) - 0.5 * 2));
    CHECK(at(activation::clipped_silu, 100) == at(activation::clipped_silu, 7));
    for (const auto& f : activation_functions) CHECK(gated_in_float64(f, 9) == (f.limit > 0 ? 8 : 9));
}
