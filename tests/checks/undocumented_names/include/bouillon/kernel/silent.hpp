// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Of the file, not of the namespace.
namespace bouillon {

struct silent {
    int first = 0, second = 0;  ///< both have it
    int third = 0;
    void check() const;  // as a concept asks
};

/// Says what it is.
/// @param one is explained, so that the other must be
double heard(double one, double other);

}  // namespace bouillon
