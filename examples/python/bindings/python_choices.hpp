// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "choices/any_acquisition.hpp"
#include "choices/any_kernel.hpp"
#include <nanobind/nanobind.h>

#include <string>

// An acquisition and a kernel that a user writes in Python: functions of NumPy arrays. Each call goes through Python,
// so a search by them is slower than by those that are compiled.

/// An acquisition by a formula.
/// @param formula called with mean (m), deviation (m) and best, standardised scores, larger is better; returns (m)
/// @param name in journals
any_acquisition acquisition_of(nanobind::callable formula, std::string name);

/// A stationary covariance by its profile, with one length scale for each coordinate.
/// @param profile called with squared distances in length scales (m); returns covariances (m), 1 at distance 0
/// @param derivative of the profile by its argument; none: by finite differences
/// @param name in journals
any_kernel kernel_of(nanobind::callable profile, nanobind::object derivative, std::string name);
