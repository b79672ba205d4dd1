# SPDX-License-Identifier: Apache-2.0
# What a header includes and how it writes numbers are checked in every build; tests/checks holds the other checks.
foreach(check include_edges number_texts)
    add_custom_target(check_${check} ALL
        COMMAND "${CMAKE_COMMAND}" -D "SOURCE=${PROJECT_SOURCE_DIR}" -P "${PROJECT_SOURCE_DIR}/cmake/checks/${check}.cmake"
        COMMENT "Checking: ${check}"
        VERBATIM)
endforeach()
