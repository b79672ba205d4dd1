// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/objective.hpp>
#include <bouillon/compare/problems/bbob_ill_conditioned.hpp>
#include <bouillon/compare/problems/bbob_instance.hpp>
#include <bouillon/compare/problems/bbob_moderate.hpp>
#include <bouillon/compare/problems/bbob_multimodal.hpp>
#include <bouillon/compare/problems/bbob_separable.hpp>
#include <bouillon/compare/problems/bbob_weakly_structured.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/box.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail::bbob {

inline bbob_function make_bbob_function(const bbob_instance& of) {
    switch (of.function) {
        case 1:
            return sphere_function(of);
        case 2:
            return separable_ellipsoid_function(of);
        case 3:
            return separable_rastrigin_function(of);
        case 4:
            return bueche_rastrigin_function(of);
        case 5:
            return linear_slope_function(of);
        case 6:
            return attractive_sector_function(of);
        case 7:
            return step_ellipsoid_function(of);
        case 8:
            return rosenbrock_function(of);
        case 9:
            return rotated_rosenbrock_function(of);
        case 10:
            return ellipsoid_function(of);
        case 11:
            return discus_function(of);
        case 12:
            return bent_cigar_function(of);
        case 13:
            return sharp_ridge_function(of);
        case 14:
            return different_powers_function(of);
        case 15:
            return rastrigin_function(of);
        case 16:
            return weierstrass_function(of);
        case 17:
            return schaffers_function(of, 10);
        case 18:
            return schaffers_function(of, 1000);
        case 19:
            return griewank_rosenbrock_function(of);
        case 20:
            return schwefel_function(of);
        case 21:
            return gallagher_function(of, 101, std::sqrt(1000.0), 10);
        case 22:
            return gallagher_function(of, 21, 1000, 9.8);
        case 23:
            return katsuura_function(of);
        default:
            return lunacek_function(of);
    }
}

}  // namespace detail::bbob

inline constexpr std::size_t bbob_functions = 24;  ///< how many there are

/// One of the 24 noiseless functions of the BBOB test bed, over [-5, 5]^d, with its minimum and minimizer.
///
/// Its values are those of the COCO platform to about 1e-10 of them. The name is "bbob_f07_d5_i1" and the like; the
/// budget is 20 trials a coordinate, and 10 from 10 coordinates on.
/// @param function from 1 to 24
/// @param dimension d, at least 2
/// @param instance from 1; each has its own minimum, place of it and rotations
/// @throws input_error for any other number
/// Cost of a value: O(d^2); O(101 d) beside it for f21.
/// Reference: Hansen, Finck, Ros and Auger (2009), "Real-parameter black-box optimization benchmarking 2009: noiseless
/// functions definitions", INRIA research report 6829.
template <class Space = box>
objective<Space> bbob(std::size_t function, std::size_t dimension, std::size_t instance = 1) {
    if (function < 1 || function > bbob_functions)
        throw input_error("bbob: function " + to_string(function) + " is none of 1 to 24");
    if (dimension < 2) throw input_error("bbob: dimension " + to_string(dimension) + " is below 2");
    if (instance < 1) throw input_error("bbob: instance " + to_string(instance) + " is below 1");
    const detail::bbob::bbob_instance of{function, dimension, instance};
    auto [minimizer, excess] = detail::bbob::make_bbob_function(of);
    const double minimum = of.minimum();
    return {.name = std::string(function < 10 ? "bbob_f0" : "bbob_f") + to_string(function) + "_d" +
                    to_string(dimension) + "_i" + to_string(instance),
            .space = box{std::vector<double>(dimension, -5.0), std::vector<double>(dimension, 5.0)},
            .value = [minimum, excess = std::move(excess)](std::span<const double> x) { return minimum + excess(x); },
            .budget = (dimension < 10 ? 20 : 10) * dimension,
            .minimum = minimum,
            .minimizer = std::move(minimizer)};
}

}  // namespace bouillon
