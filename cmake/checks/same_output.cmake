# SPDX-License-Identifier: Apache-2.0
# Passes where a program, run in an empty folder, succeeds and prints exactly what a file holds.
#     cmake -D EXPECTED=<file> -D FOLDER=<scratch> -P same_output.cmake -- <program> <argument>...
cmake_minimum_required(VERSION 3.25)

include("${CMAKE_CURRENT_LIST_DIR}/command_after_dashes.cmake")

file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
execute_process(COMMAND ${command} WORKING_DIRECTORY "${FOLDER}" INPUT_FILE /dev/null
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "ended with ${status}\n${output}${errors}")
endif()
file(READ "${EXPECTED}" expected)
if(NOT output STREQUAL expected)
    message(FATAL_ERROR "printed\n${output}\nnot the content of ${EXPECTED}:\n${expected}")
endif()
