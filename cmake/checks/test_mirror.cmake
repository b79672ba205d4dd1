# SPDX-License-Identifier: Apache-2.0
# Fails where a header lacks its two opening lines, or tests/<same path>.cpp whose first include is that header; for
# what only nvcc compiles it is tests/<same path>.cu.
#     cmake -D SOURCE=<repository> -P test_mirror.cmake
cmake_minimum_required(VERSION 3.25)

set(root "${SOURCE}/include/bouillon")
file(GLOB_RECURSE headers RELATIVE "${root}" "${root}/*.hpp")
set(violations 0)
macro(violation text)
    message("include/bouillon/${header}: ${text}")
    math(EXPR violations "${violations} + 1")
endmacro()

foreach(header IN LISTS headers)
    file(READ "${root}/${header}" opening LIMIT 100)
    if(NOT opening MATCHES "^// SPDX-License-Identifier: Apache-2\\.0\n#pragma once\n")
        violation("does not begin with the licence line and #pragma once")
    endif()

    string(REGEX REPLACE "\\.hpp$" ".cpp" test "tests/${header}")
    string(REGEX REPLACE "\\.cpp$" ".cu" device_test "${test}")
    if(NOT EXISTS "${SOURCE}/${test}" AND EXISTS "${SOURCE}/${device_test}")
        set(test "${device_test}")
    endif()
    if(NOT EXISTS "${SOURCE}/${test}")
        violation("has no ${test}")
        continue()
    endif()
    file(STRINGS "${SOURCE}/${test}" first REGEX "^[ \t]*#[ \t]*include" LIMIT_COUNT 1)
    if(NOT first STREQUAL "#include <bouillon/${header}>")
        violation("is not the first include of ${test}, which is ${first}")
    endif()
endforeach()

list(LENGTH headers count)
if(count EQUAL 0)
    message(FATAL_ERROR "no headers under ${root}")
elseif(violations GREATER 0)
    message(FATAL_ERROR "${violations} headers without their mirror")
endif()
message("${count} headers have their tests")
