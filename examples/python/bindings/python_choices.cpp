// SPDX-License-Identifier: Apache-2.0
#include "bindings/python_choices.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/kernel/ard.hpp>

#include "bindings/python_lock.hpp"
#include <nanobind/ndarray.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace nb = nanobind;

namespace {

using numbers = nb::ndarray<nb::numpy, double, nb::ndim<1>>;
using read_numbers = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// A Python function that any thread may call and drop.
class shared_callable {
 public:
    explicit shared_callable(nb::object function)
        : function_(new nb::object(std::move(function)), [](nb::object* dropped) {
              const lock_held held;
              delete dropped;
          }) {}

    /// Calls it with copies of arrays (m) and with further values.
    /// @param values (m), written with what it returns
    /// @throws input_error for a result of another size, and what it raises
    template <class... More>
    void operator()(const std::string& name, std::initializer_list<std::span<const double>> arrays,
                    std::span<double> values, const More&... more) const {
        const lock_held held;
        nb::list arguments;
        for (const auto array : arrays) arguments.append(copied(array));
        (arguments.append(more), ...);
        read_numbers given;
        if (!is_row(called(*function_, nb::tuple(arguments)), given) || given.shape(0) != values.size())
            throw bouillon::input_error(name + " must return an array of " + bouillon::to_string(values.size()) +
                                        " numbers, one for each that it is given");
        std::copy_n(given.data(), values.size(), values.begin());
    }

 private:
    /// Takes what NumPy makes a row of numbers of.
    static bool is_row(const nb::object& result, read_numbers& row) {
        try {
            const nb::object convert = nb::module_::import_("numpy").attr("ascontiguousarray");
            return nb::try_cast(called(convert, nb::make_tuple(result, "float64")), row);
        } catch (const nb::python_error& raised) {
            if (!raised.matches(PyExc_Exception)) throw;  // as Ctrl-C
            return false;
        }
    }

    static nb::object copied(std::span<const double> values) {
        auto owned = std::make_unique<double[]>(values.size());
        std::ranges::copy(values, owned.get());
        double* const data = owned.release();
        const nb::capsule owner(data, [](void* dropped) noexcept { delete[] static_cast<double*>(dropped); });
        const std::size_t size = values.size();
        return nb::cast(numbers(data, {size}, owner));
    }

    std::shared_ptr<nb::object> function_;
};

/// A formula of the surrogate's belief, which asks for it at many points at once.
class formula_at_points final : public any_prepared {
 public:
    formula_at_points(const shared_callable& formula, const std::string& name, const any_surrogate& surrogate,
                      double best)
        : formula_(formula), name_(name), surrogate_(surrogate), best_(best) {}

    void evaluate(std::span<const double> points, std::span<double> values) const override {
        std::vector<double> means(values.size()), deviations(values.size());  // (m)
        surrogate_.predict(points, means, deviations);
        for (double& deviation : deviations) deviation = std::max(deviation, smallest_deviation);
        formula_(name_, {means, deviations}, values, best_);
    }

    /// By the chain rule; the formula's own slopes are central differences.
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const override {
        std::vector<double> deviation_gradient(point.size());  // (d)
        const auto [mean, believed] = surrogate_.predict_gradient(point, gradient, deviation_gradient);
        const double deviation = std::max(believed, smallest_deviation);
        const double step = 1e-5 * std::max(1.0, std::abs(mean)), ratio = 1e-5 * deviation;
        const std::array means = {mean, mean - step, mean + step, mean, mean};
        const std::array deviations = {deviation, deviation, deviation, deviation - ratio, deviation + ratio};
        std::array<double, 5> values;
        formula_(name_, {means, deviations}, values, best_);
        const double by_mean = (values[2] - values[1]) / (2 * step);
        const double by_deviation = (values[4] - values[3]) / (2 * ratio);
        for (std::size_t i = 0; i < gradient.size(); ++i)
            gradient[i] = by_mean * gradient[i] + by_deviation * deviation_gradient[i];
        return values[0];
    }

 private:
    static constexpr double smallest_deviation = 1e-10;  // so that a formula may divide by it

    const shared_callable& formula_;
    const std::string& name_;
    const any_surrogate& surrogate_;
    double best_;
};

class python_acquisition final : public any_acquisition::interface {
 public:
    python_acquisition(shared_callable formula, std::string name)
        : formula_(std::move(formula)), name_(std::move(name)) {}

    std::unique_ptr<interface> copy() const override { return std::make_unique<python_acquisition>(*this); }
    std::string name() const override { return name_; }
    std::vector<double> choose(const any_surrogate& surrogate, const bouillon::search_state& state,
                               bouillon::random_engine&, const any_acquisition::maximizer& maximize) override {
        return maximize(formula_at_points(formula_, name_, surrogate, state.best));
    }

 private:
    shared_callable formula_;
    std::string name_;
};

/// Stands for a profile in `ard`, which asks it for one distance after the other, always in the same order: the first
/// pass notes the distances, the second is told what the profile is there.
struct noting_profile {
    std::vector<double>* squared_distances;
    double operator()(double r2) const { return squared_distances->push_back(r2), 0.0; }
    double derivative(double r2) const { return (*this)(r2); }
};
struct telling_profile {
    const double** next;
    double operator()(double) const { return *(*next)++; }
    double derivative(double r2) const { return (*this)(r2); }
};

class python_kernel {
 public:
    python_kernel(shared_callable profile, std::shared_ptr<const shared_callable> derivative, std::string name)
        : profile_(std::move(profile)), derivative_(std::move(derivative)), name_(std::move(name)) {}

    std::string name() const { return name_; }
    std::size_t hyper_parameters(std::size_t dimension) const { return dimension; }
    std::vector<bouillon::hyper_parameter_prior> prior(std::size_t dimension) const {
        return bouillon::ard<telling_profile>{}.prior(dimension);
    }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        double covariance = 0;
        fill(x.size(), x, y, logs, {&covariance, 1});
        return covariance;
    }
    void fill(std::size_t d, std::span<const double> points, std::span<const double> others,
              std::span<const double> logs, std::span<double> filled) const {
        in_two_passes(false, [&](const auto& kernel) { kernel.fill(d, points, others, logs, filled); });
    }
    void fill_lower(std::size_t d, std::span<const double> points, std::span<const double> logs,
                    std::span<double> filled) const {
        in_two_passes(false, [&](const auto& kernel) { kernel.fill_lower(d, points, logs, filled); });
    }
    void contract_gradient(std::size_t d, std::span<const double> points, std::span<const double> logs,
                           std::span<double> weights, std::span<double> gradient) const {
        const std::vector<double> given(weights.begin(), weights.end());  // (n, n), which a pass overwrites
        in_two_passes(true, [&](const auto& kernel) {
            std::ranges::copy(given, weights.begin());
            kernel.contract_gradient(d, points, logs, weights, gradient);
        });
    }
    void fill_point_gradients(std::span<const double> x, std::span<const double> points, std::span<const double> logs,
                              std::span<double> filled) const {
        in_two_passes(true, [&](const auto& kernel) { kernel.fill_point_gradients(x, points, logs, filled); });
    }

 private:
    template <class Use>
    void in_two_passes(bool slopes, const Use& use) const {
        std::vector<double> r2;  // (calls)
        use(bouillon::ard<noting_profile>{{&r2}});
        const std::vector<double> told = slopes ? slopes_at(r2) : values_at(r2);
        const double* next = told.data();
        use(bouillon::ard<telling_profile>{{&next}});
    }

    std::vector<double> values_at(std::span<const double> r2) const {
        std::vector<double> values(r2.size());
        profile_(name_, {r2}, values);
        return values;
    }

    std::vector<double> slopes_at(std::span<const double> r2) const {
        std::vector<double> slopes(r2.size());
        if (derivative_) {
            (*derivative_)(name_ + "'s derivative", {r2}, slopes);
            return slopes;
        }
        std::vector<double> moved;  // (2, calls): below, but not below 0, and above
        for (const double at : r2) moved.push_back(at - std::min(step_at(at), at));
        for (const double at : r2) moved.push_back(at + step_at(at));
        const auto values = values_at(moved);
        for (std::size_t i = 0; i < r2.size(); ++i)
            slopes[i] = (values[r2.size() + i] - values[i]) / (moved[r2.size() + i] - moved[i]);
        return slopes;
    }

    static double step_at(double r2) { return 1e-5 * std::max(r2, 0.01); }

    shared_callable profile_;
    std::shared_ptr<const shared_callable> derivative_;
    std::string name_;
};

}  // namespace

any_acquisition acquisition_of(nb::callable formula, std::string name) {
    return any_acquisition(
        std::make_unique<python_acquisition>(shared_callable(nb::object(std::move(formula))), std::move(name)));
}

any_kernel kernel_of(nb::callable profile, nb::object derivative, std::string name) {
    std::shared_ptr<const shared_callable> slopes;
    if (!derivative.is_none()) slopes = std::make_shared<const shared_callable>(std::move(derivative));
    return any_kernel(
        python_kernel(shared_callable(nb::object(std::move(profile))), std::move(slopes), std::move(name)));
}
