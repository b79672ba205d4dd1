// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a definition in a file *.ipp begins with. A header NAME.hpp ends with NAME.ipp, inline like all else here;
/// where BOUILLON_COMPILED is defined, as the target bouillon::compiled defines it, that library has the definition
/// instead.
#ifdef BOUILLON_COMPILED
#    define BOUILLON_DEFINITION
#else
#    define BOUILLON_DEFINITION inline
#endif
