# SPDX-License-Identifier: Apache-2.0
# Passes where a command fails and says what is expected; either alone is not enough.
#     cmake [-D EXPECTED=<regex> | -D CASE=<file with a line "// expect: <regex>">] -P refused.cmake -- <command>...
# What a CASE expects must stand in the first 20 lines, which is as far as a compiler's message is read.
cmake_minimum_required(VERSION 3.25)

if(CASE)
    file(STRINGS "${CASE}" EXPECTED REGEX "^// expect: " LIMIT_COUNT 1)
    string(REPLACE "// expect: " "" EXPECTED "${EXPECTED}")
endif()
if(NOT EXPECTED)
    message(FATAL_ERROR "no message to expect was given${CASE}")
endif()

include("${CMAKE_CURRENT_LIST_DIR}/command_after_dashes.cmake")

function(keep_lines text count)
    set(length 0)
    foreach(line RANGE 1 ${count})
        string(SUBSTRING "${${text}}" ${length} -1 rest)
        string(FIND "${rest}" "\n" line_end)
        if(line_end EQUAL -1)
            return()
        endif()
        math(EXPR length "${length} + ${line_end} + 1")
    endforeach()
    string(SUBSTRING "${${text}}" 0 ${length} kept)
    set(${text} "${kept}" PARENT_SCOPE)
endfunction()

execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(CASE)
    keep_lines(output 20)
endif()
if(status EQUAL 0)
    message(FATAL_ERROR "succeeded, but must fail with: ${EXPECTED}\n${output}")
elseif(NOT output MATCHES "${EXPECTED}")
    message(FATAL_ERROR "failed with another message than: ${EXPECTED}\n${output}")
endif()
