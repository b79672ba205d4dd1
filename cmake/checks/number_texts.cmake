# SPDX-License-Identifier: Apache-2.0
# Fails where the library, the program or a benchmark writes a number with std::to_string, which gives floating point
# six digits after the point: two numbers that differ look equal, and small ones look like 0. bouillon::to_string gives
# the shortest text that reads back exactly. Integers go the same way, so that no line depends on a variable's type.
#     cmake -D SOURCE=<repository> -P number_texts.cmake
cmake_minimum_required(VERSION 3.25)

file(GLOB_RECURSE sources RELATIVE "${SOURCE}"
    "${SOURCE}/include/*" "${SOURCE}/examples/*.[ch]*" "${SOURCE}/benchmarks/*.[ch]*")
set(violations 0)
foreach(source IN LISTS sources)
    file(STRINGS "${SOURCE}/${source}" lines REGEX "std::to_string|using namespace std;")
    foreach(line IN LISTS lines)
        string(REGEX REPLACE "//.*" "" code "${line}")
        if(code MATCHES "std::to_string|using namespace std;")
            string(STRIP "${code}" code)
            message("${source}: std::to_string loses digits, bouillon::to_string does not: ${code}")
            math(EXPR violations "${violations} + 1")
        endif()
    endforeach()
endforeach()

list(LENGTH sources count)
if(count EQUAL 0)
    message(FATAL_ERROR "no sources under ${SOURCE}")
elseif(violations GREATER 0)
    message(FATAL_ERROR "${violations} lines with std::to_string")
endif()
message("${count} files write their numbers with bouillon::to_string")
