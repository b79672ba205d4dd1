// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "choices/any_acquisition.hpp"
#include "choices/any_space.hpp"
#include "report/posterior_slice.hpp"

#include <span>
#include <string>
#include <vector>

/// One slice a coordinate.
/// @param space that is searched
/// @param model fitted
/// @param recommended (d), a unit point
/// @param newest_loss of the newest checkpoint where losses are modelled; 0 where they are differences to it
/// @param names (d), of the coordinates
std::vector<posterior_slice> posterior_slices(const any_space& space, const any_surrogate& model,
                                              std::span<const double> recommended, double newest_loss,
                                              const std::vector<std::string>& names);
