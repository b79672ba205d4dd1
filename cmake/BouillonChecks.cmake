# SPDX-License-Identifier: Apache-2.0
# The include edges are checked in every build; tests/checks holds the other checks.
add_custom_target(check_include_edges ALL
    COMMAND "${CMAKE_COMMAND}" -D "SOURCE=${PROJECT_SOURCE_DIR}" -P "${PROJECT_SOURCE_DIR}/cmake/checks/include_edges.cmake"
    COMMENT "Checking the include edges"
    VERBATIM)
