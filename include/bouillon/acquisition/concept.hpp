// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dual.hpp>
#include <bouillon/core/random.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace bouillon {

/// What an acquisition may know about the search beside the surrogate's belief.
///
/// Scores are maximised, and standardised.
struct search_state {
    double best = 0;            ///< the largest posterior mean at a point tried so far that may be the best
    std::size_t trial = 0;      ///< trials suggested before this one
    std::size_t dimension = 1;  ///< of the space
    /// (r, dimension): unit points spread evenly over the space, a grid in one dimension; for acquisitions that ask
    /// where the maximum may lie. It may be empty, which leaves them the points tried so far.
    std::vector<double> region = {};
    /// (e, dimension): unit points tried, or out, that may be the best, because they probably keep all guards; where it
    /// is empty, all may.
    std::vector<double> eligible = {};
};

/// Whether a formula takes any number type, dual numbers as well as plain ones: it must be a template over it.
template <class F>
concept takes_any_number_type = requires(const F formula, dual belief, const search_state& state) {
    { formula(belief, belief, state) } -> std::convertible_to<dual>;
};

/// What a user usually writes: a pure function of belief and state, larger where a trial is worth more.
///
///     template <class Real> Real operator()(Real mean, Real deviation, const search_state& state) const;
///
/// It is called with plain numbers for values and with dual numbers for gradients. The deviation is positive.
template <class F>
concept acquisition_formula = std::copy_constructible<F> &&
    requires(const F formula, double number, const search_state& state) {
    { formula(number, number, state) } -> std::convertible_to<double>;
} && takes_any_number_type<F>;

/// An acquisition made ready for one suggestion: values at a batch of unit points, and value and gradient at one.
///
/// `prepared_violations` (testing/acquisition.hpp) checks its laws.
template <class P>
concept prepared_acquisition = requires(const P prepared, std::span<const double> points, std::span<double> values,
                                        std::span<double> gradient) {
    prepared.evaluate(points, values);                                         // points (m, d), values (m)
    { prepared.evaluate_gradient(points, gradient) } -> std::same_as<double>;  // point (d), gradient (d)
};

/// The full concept: prepared once per suggestion from the surrogate (fantasies, a sample path), then evaluated many
/// times.
///
/// A formula is adapted to it by `prepare` in acquisition/formula.hpp.
template <class A, class Surrogate>
concept acquisition_function = std::copy_constructible<A> &&
    requires(const A acquisition, const Surrogate& surrogate, const search_state& state, random_engine& engine) {
    { acquisition.prepare(surrogate, state, engine) } -> prepared_acquisition;
};

/// An acquisition that takes account of the trials that are still out by itself.
///
/// For any other the search lets the surrogate believe that they end as expected.
template <class A, class Surrogate>
concept pending_acquisition_function = acquisition_function<A, Surrogate> &&
    requires(const A acquisition, const Surrogate& surrogate, const search_state& state,
             std::span<const double> pending, random_engine& engine) {
    { acquisition.prepare(surrogate, state, pending, engine) } -> prepared_acquisition;  // pending (p, d), unit points
};

namespace detail {

/// Stands for the maximiser that a search hands to a portfolio.
struct any_maximizer {
    template <prepared_acquisition Prepared>
    std::vector<double> operator()(const Prepared&) const;
};

}  // namespace detail

/// An acquisition that chooses the point itself, because it weighs the maximisers of several others and learns from
/// what became of them.
///
/// It is asked once per suggestion, so it may change; `maximize(prepared)` gives a unit point.
template <class A, class Surrogate>
concept acquisition_portfolio = std::copy_constructible<A> &&
    requires(A portfolio, const Surrogate& surrogate, const search_state& state, random_engine& engine,
             detail::any_maximizer maximize) {
    { portfolio.choose(surrogate, state, engine, maximize) } -> std::same_as<std::vector<double>>;
};

/// An acquisition whose values are logarithms: it has `static constexpr bool logarithmic = true`.
template <class A>
concept logarithmic_acquisition = requires {
    requires A::logarithmic;
};

/// An acquisition whose values are 0 or more, and what is wanted in proportion to them: an expectation or a
/// probability. It has `static constexpr bool nonnegative = true`.
template <class A>
concept nonnegative_acquisition = requires {
    requires A::nonnegative;
};

/// What is believed of a guard: of its scores, minus the loss that it watches, by a surrogate of their own.
template <class Surrogate>
struct guard_belief {
    const Surrogate* surrogate;  ///< of the guard's scores
    double least_score = 0;      ///< that keeps the guard, standardised as the surrogate's scores are
};

/// An acquisition that weighs whether guards are kept (acquisition/guarded.hpp).
///
/// A search has surrogates of its guards where its acquisition is such a one.
template <class A, class Surrogate>
concept guarded_acquisition = std::copy_constructible<A> &&(
    requires(const A acquisition, const Surrogate& surrogate, const search_state& state,
             std::span<const guard_belief<Surrogate>> guards, std::span<const double> pending, random_engine& engine) {
        { acquisition.prepare(surrogate, state, guards, pending, engine) } -> prepared_acquisition;
    } ||
    requires(A portfolio, const Surrogate& surrogate, const search_state& state,
             std::span<const guard_belief<Surrogate>> guards, random_engine& engine, detail::any_maximizer maximize) {
        { portfolio.choose(surrogate, state, guards, engine, maximize) } -> std::same_as<std::vector<double>>;
    });

namespace detail {

/// Models every form of an acquisition: stands for the forms that a type does not take.
struct any_form {
    struct prepared {
        void evaluate(std::span<const double> points, std::span<double> values) const;
        double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const;
    };

    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const;
    template <class Surrogate>
    prepared prepare(const Surrogate& surrogate, const search_state& state, random_engine& engine) const;
    template <class Surrogate, class Maximize>
    std::vector<double> choose(const Surrogate& surrogate, const search_state& state, random_engine& engine,
                               const Maximize& maximize);
};

struct with_prepare {
    void prepare();
};
struct with_choose {
    void choose();
};

/// Inherits the other class's names beside those of A; one that both have is then ambiguous.
template <class A, class Other>
struct beside : A, Other {};

/// Whether A has a member of that name, whatever its form: a template, overloaded, or called with something else.
template <class A>
concept has_prepare = std::is_class_v<A> && !std::is_final_v<A> && !requires {
    &beside<A, with_prepare>::prepare;
};
template <class A>
concept has_choose = std::is_class_v<A> && !std::is_final_v<A> && !requires {
    &beside<A, with_choose>::choose;
};

enum class acquisition_form { formula, function, portfolio };

/// The form that a type has, or else is meant to have.
template <class A, class Surrogate>
constexpr acquisition_form form_of() {
    if (acquisition_formula<A>) return acquisition_form::formula;
    if (acquisition_function<A, Surrogate>) return acquisition_form::function;
    if (acquisition_portfolio<A, Surrogate> || has_choose<A>) return acquisition_form::portfolio;
    return has_prepare<A> ? acquisition_form::function : acquisition_form::formula;
}

/// A itself where its form is the wanted one.
template <class A, class Surrogate, acquisition_form Wanted>
using if_form = std::conditional_t<form_of<A, Surrogate>() == Wanted, A, any_form>;

}  // namespace detail

/// What a search accepts: a formula, a function or a portfolio.
///
/// It asks for the one that a type is meant as, because of three that fail a compiler says little.
template <class A, class Surrogate>
concept acquisition = acquisition_formula<detail::if_form<A, Surrogate, detail::acquisition_form::formula>> &&
    acquisition_function<detail::if_form<A, Surrogate, detail::acquisition_form::function>, Surrogate> &&
    acquisition_portfolio<detail::if_form<A, Surrogate, detail::acquisition_form::portfolio>, Surrogate>;

}  // namespace bouillon
