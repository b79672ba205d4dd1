// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bouillon {

/// The library's version, as CMakeLists.txt and the packages have it. Provenance of a merge names it.
inline constexpr const char* version = "0.1.0";

}  // namespace bouillon
