# SPDX-License-Identifier: Apache-2.0
# Passes where the README's compiler line and the one after it, run as they stand there, print what a file holds.
#     cmake -D SOURCE=<repository> -D EXPECTED=<file> -D FOLDER=<scratch> -P plain_compiler_line.cmake
cmake_minimum_required(VERSION 3.25)

file(READ "${SOURCE}/README.md" text)
if(NOT text MATCHES "\n```sh\n(g\\+\\+ [^\n]+\n[^\n]+)\n```\n")
    message(FATAL_ERROR "README.md has no block of a compiler line and what it makes")
endif()
set(lines "${CMAKE_MATCH_1}")

# A folder that looks like the repository, so that nothing is written to that.
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
foreach(part include examples)
    file(CREATE_LINK "${SOURCE}/${part}" "${FOLDER}/${part}" SYMBOLIC)
endforeach()
execute_process(COMMAND sh -e -c "${lines}" WORKING_DIRECTORY "${FOLDER}" INPUT_FILE /dev/null
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "${lines}\nended with ${status}\n${output}${errors}")
endif()
file(READ "${EXPECTED}" expected)
if(NOT output STREQUAL expected)
    message(FATAL_ERROR "${lines}\nprinted\n${output}\nnot the content of ${EXPECTED}:\n${expected}")
endif()
