// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/name_of.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/space/concept.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

// The library chooses space, kernel and acquisition at compile time. A program that lets its user choose wraps the
// choice in a type that is a space, a kernel or an acquisition like any other; what it wraps is compiled where it is
// made, and the search once.

/// Any space: of merge weights, or a box of other objectives, whose merge weights are none.
class any_space {
 public:
    template <class Space>
    requires(!std::same_as<Space, any_space> && bouillon::search_space<Space>) explicit any_space(Space space)
        : chosen_(std::make_shared<const wrapped<Space>>(std::move(space))) {}

    /// @throws input_error for numbers that no such space can have
    void check() const { chosen_->check(); }
    std::string name() const { return chosen_->name(); }
    std::size_t dimension() const { return chosen_->dimension(); }
    void project(std::span<double> unit_point) const { chosen_->project(unit_point); }
    std::size_t cube_dimension() const { return chosen_->cube_dimension(); }
    std::vector<double> from_cube(std::span<const double> cube_point) const { return chosen_->from_cube(cube_point); }
    std::vector<std::vector<double>> initial_design(std::size_t n, bouillon::random_engine& engine) const {
        return chosen_->initial_design(n, engine);
    }
    std::vector<double> point(std::span<const double> unit_point) const { return chosen_->point(unit_point); }
    std::vector<double> unit_point(std::span<const double> point) const { return chosen_->unit_point(point); }
    std::vector<double> merge_weights(std::span<const double> point) const { return chosen_->merge_weights(point); }
    /// Nothing where the space is not one that can be counted.
    std::optional<std::size_t> points() const { return chosen_->points(); }
    std::vector<double> nth_unit_point(std::size_t n) const { return chosen_->nth_unit_point(n); }
    bool steps(std::size_t coordinate) const { return chosen_->steps(coordinate); }
    void relax(std::span<double> unit_point) const { chosen_->relax(unit_point); }
    std::vector<double> neighbours(std::span<const double> unit_point) const { return chosen_->neighbours(unit_point); }
    /// None where the space has no bounds that a user can go beyond.
    std::vector<bouillon::reached_bound> reached_bounds(std::span<const double> point) const {
        return chosen_->reached_bounds(point);
    }

 private:
    struct interface {
        virtual ~interface() = default;
        virtual void check() const = 0;
        virtual std::string name() const = 0;
        virtual std::size_t dimension() const = 0;
        virtual void project(std::span<double> unit_point) const = 0;
        virtual std::size_t cube_dimension() const = 0;
        virtual std::vector<double> from_cube(std::span<const double> cube_point) const = 0;
        virtual std::vector<std::vector<double>> initial_design(std::size_t n,
                                                                bouillon::random_engine& engine) const = 0;
        virtual std::vector<double> point(std::span<const double> unit_point) const = 0;
        virtual std::vector<double> unit_point(std::span<const double> point) const = 0;
        virtual std::vector<double> merge_weights(std::span<const double> point) const = 0;
        virtual std::optional<std::size_t> points() const = 0;
        virtual std::vector<double> nth_unit_point(std::size_t n) const = 0;
        virtual bool steps(std::size_t coordinate) const = 0;
        virtual void relax(std::span<double> unit_point) const = 0;
        virtual std::vector<double> neighbours(std::span<const double> unit_point) const = 0;
        virtual std::vector<bouillon::reached_bound> reached_bounds(std::span<const double> point) const = 0;
    };

    template <class Space>
    struct wrapped final : interface {
        explicit wrapped(Space chosen) : space(std::move(chosen)) {}

        void check() const override {
            if constexpr (requires { space.check(); }) space.check();
        }
        std::string name() const override { return bouillon::name_of(space); }
        std::size_t dimension() const override { return space.dimension(); }
        void project(std::span<double> unit_point) const override { space.project(unit_point); }
        std::size_t cube_dimension() const override { return space.cube_dimension(); }
        std::vector<double> from_cube(std::span<const double> cube_point) const override {
            return space.from_cube(cube_point);
        }
        std::vector<std::vector<double>> initial_design(std::size_t n, bouillon::random_engine& engine) const override {
            return space.initial_design(n, engine);
        }
        std::vector<double> point(std::span<const double> unit_point) const override { return space.point(unit_point); }
        std::vector<double> unit_point(std::span<const double> point) const override { return space.unit_point(point); }
        std::vector<double> merge_weights(std::span<const double> point) const override {
            return bouillon::detail::merge_weights(space, point);
        }
        std::optional<std::size_t> points() const override {
            if constexpr (bouillon::countable_space<Space>) return space.points();
            return std::nullopt;
        }
        std::vector<double> nth_unit_point([[maybe_unused]] std::size_t n) const override {
            if constexpr (bouillon::countable_space<Space>) return space.nth_unit_point(n);
            return {};
        }
        bool steps([[maybe_unused]] std::size_t coordinate) const override {
            if constexpr (bouillon::stepped_space<Space>) return space.steps(coordinate);
            return false;
        }
        void relax([[maybe_unused]] std::span<double> unit_point) const override {
            if constexpr (bouillon::stepped_space<Space>) space.relax(unit_point);
        }
        std::vector<double> neighbours([[maybe_unused]] std::span<const double> unit_point) const override {
            if constexpr (bouillon::stepped_space<Space>) return space.neighbours(unit_point);
            return {};
        }
        std::vector<bouillon::reached_bound> reached_bounds(std::span<const double> point) const override {
            if constexpr (bouillon::bounded_space<Space>)
                return space.reached_bounds(point);
            else
                return {};
        }

        Space space;
    };

    std::shared_ptr<const interface> chosen_;
};

static_assert(bouillon::merge_space<any_space> && bouillon::bounded_space<any_space>);
static_assert(bouillon::countable_space<any_space> && bouillon::stepped_space<any_space>);
