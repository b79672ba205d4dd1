// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include "choices/any_kernel.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// What is believed of merges, whatever the kernel.
using any_surrogate = bouillon::gaussian_process<any_kernel>;
extern template class bouillon::gaussian_process<any_kernel>;  // any_surrogate.cpp

/// Whichever acquisition was prepared, while it is maximised.
class any_prepared {
 public:
    virtual ~any_prepared() = default;
    /// Values (m) at unit points (m, d).
    virtual void evaluate(std::span<const double> points, std::span<double> values) const = 0;
    /// Value and gradient (d) at a unit point (d).
    virtual double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const = 0;
    /// Whether values are 0 or more, of which guards take the logarithm.
    virtual bool nonnegative() const { return false; }
};

/// Any acquisition. It chooses the point itself, as a portfolio does: one that is none maximises what it prepares. None
/// is told of the trials that are out: the search has the surrogate believe that they end as expected.
class any_acquisition {
 public:
    /// Gives the unit point (d) at which a prepared acquisition is largest.
    using maximizer = std::function<std::vector<double>(const any_prepared&)>;

    class interface {
     public:
        virtual ~interface() = default;
        virtual std::unique_ptr<interface> copy() const = 0;
        virtual std::string name() const = 0;
        virtual std::vector<double> choose(const any_surrogate& surrogate, const bouillon::search_state& state,
                                           bouillon::random_engine& engine, const maximizer& maximize) = 0;
    };

    explicit any_acquisition(std::unique_ptr<interface> chosen) : chosen_(std::move(chosen)) {}
    any_acquisition(const any_acquisition& other) : chosen_(other.chosen_->copy()) {}
    any_acquisition(any_acquisition&&) noexcept = default;
    any_acquisition& operator=(any_acquisition other) noexcept {
        chosen_ = std::move(other.chosen_);
        return *this;
    }
    ~any_acquisition() = default;

    std::string name() const { return chosen_->name(); }

    template <class Maximize>
    std::vector<double> choose(const any_surrogate& surrogate, const bouillon::search_state& state,
                               bouillon::random_engine& engine, const Maximize& maximize) {
        return chosen_->choose(surrogate, state, engine,
                               [&](const any_prepared& prepared) { return maximize(prepared); });
    }

 private:
    std::unique_ptr<interface> chosen_;
};

static_assert(bouillon::acquisition_portfolio<any_acquisition, any_surrogate>);
