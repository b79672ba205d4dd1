# SPDX-License-Identifier: Apache-2.0
# What the checks of the documentation read: `documents`, relative to SOURCE, those that are there.
file(GLOB_RECURSE documents RELATIVE "${SOURCE}" "${SOURCE}/docs/*.md")
foreach(document README.md CONTRIBUTING.md)
    if(EXISTS "${SOURCE}/${document}")
        list(APPEND documents "${document}")
    endif()
endforeach()
