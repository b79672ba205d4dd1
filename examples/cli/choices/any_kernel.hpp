// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/name_of.hpp>
#include <bouillon/kernel/concept.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Any kernel, as a covariance that fills whole matrices: the choice is made once for a matrix.
class any_kernel {
 public:
    template <class Kernel>
    requires(!std::same_as<Kernel, any_kernel> && bouillon::batched_kernel<Kernel> &&
             bouillon::kernel_with_prior<Kernel>) explicit any_kernel(Kernel kernel)
        : chosen_(std::make_shared<const wrapped<Kernel>>(std::move(kernel))) {}

    std::string name() const { return chosen_->name(); }
    std::size_t hyper_parameters(std::size_t dimension) const { return chosen_->hyper_parameters(dimension); }
    std::vector<bouillon::hyper_parameter_prior> prior(std::size_t dimension) const {
        return chosen_->prior(dimension);
    }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        return chosen_->covariance(x, y, logs);
    }
    void fill(std::size_t dimension, std::span<const double> points, std::span<const double> others,
              std::span<const double> logs, std::span<double> filled) const {
        chosen_->fill(dimension, points, others, logs, filled);
    }
    void fill_lower(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                    std::span<double> filled) const {
        chosen_->fill_lower(dimension, points, logs, filled);
    }
    void contract_gradient(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                           std::span<double> weights, std::span<double> gradient) const {
        chosen_->contract_gradient(dimension, points, logs, weights, gradient);
    }
    void fill_point_gradients(std::span<const double> x, std::span<const double> points, std::span<const double> logs,
                              std::span<double> filled) const {
        chosen_->fill_point_gradients(x, points, logs, filled);
    }

 private:
    struct interface {
        virtual ~interface() = default;
        virtual std::string name() const = 0;
        virtual std::size_t hyper_parameters(std::size_t dimension) const = 0;
        virtual std::vector<bouillon::hyper_parameter_prior> prior(std::size_t dimension) const = 0;
        virtual double covariance(std::span<const double> x, std::span<const double> y,
                                  std::span<const double> logs) const = 0;
        virtual void fill(std::size_t dimension, std::span<const double> points, std::span<const double> others,
                          std::span<const double> logs, std::span<double> filled) const = 0;
        virtual void fill_lower(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                                std::span<double> filled) const = 0;
        virtual void contract_gradient(std::size_t dimension, std::span<const double> points,
                                       std::span<const double> logs, std::span<double> weights,
                                       std::span<double> gradient) const = 0;
        virtual void fill_point_gradients(std::span<const double> x, std::span<const double> points,
                                          std::span<const double> logs, std::span<double> filled) const = 0;
    };

    template <class Kernel>
    struct wrapped final : interface {
        explicit wrapped(Kernel chosen) : kernel(std::move(chosen)) {}

        std::string name() const override { return bouillon::name_of(kernel); }
        std::size_t hyper_parameters(std::size_t dimension) const override {
            return kernel.hyper_parameters(dimension);
        }
        std::vector<bouillon::hyper_parameter_prior> prior(std::size_t dimension) const override {
            return kernel.prior(dimension);
        }
        double covariance(std::span<const double> x, std::span<const double> y,
                          std::span<const double> logs) const override {
            return kernel(x, y, logs);
        }
        void fill(std::size_t dimension, std::span<const double> points, std::span<const double> others,
                  std::span<const double> logs, std::span<double> filled) const override {
            kernel.fill(dimension, points, others, logs, filled);
        }
        void fill_lower(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                        std::span<double> filled) const override {
            kernel.fill_lower(dimension, points, logs, filled);
        }
        void contract_gradient(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                               std::span<double> weights, std::span<double> gradient) const override {
            kernel.contract_gradient(dimension, points, logs, weights, gradient);
        }
        void fill_point_gradients(std::span<const double> x, std::span<const double> points,
                                  std::span<const double> logs, std::span<double> filled) const override {
            kernel.fill_point_gradients(x, points, logs, filled);
        }

        Kernel kernel;
    };

    std::shared_ptr<const interface> chosen_;
};

static_assert(bouillon::batched_kernel<any_kernel> && bouillon::kernel_with_prior<any_kernel>);
