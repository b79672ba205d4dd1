# SPDX-License-Identifier: Apache-2.0
# Passes where a command fails and says what is expected; either alone is not enough.
#     cmake [-D EXPECTED=<regex> | -D CASE=<file with a line "// expect: <regex>">] -P refused.cmake -- <command>...
cmake_minimum_required(VERSION 3.25)

if(CASE)
    file(STRINGS "${CASE}" EXPECTED REGEX "^// expect: " LIMIT_COUNT 1)
    string(REPLACE "// expect: " "" EXPECTED "${EXPECTED}")
endif()
if(NOT EXPECTED)
    message(FATAL_ERROR "no message to expect was given${CASE}")
endif()

include("${CMAKE_CURRENT_LIST_DIR}/command_after_dashes.cmake")

execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
    message(FATAL_ERROR "succeeded, but must fail with: ${EXPECTED}\n${output}")
elseif(NOT output MATCHES "${EXPECTED}")
    message(FATAL_ERROR "failed with another message than: ${EXPECTED}\n${output}")
endif()
