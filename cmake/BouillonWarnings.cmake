# SPDX-License-Identifier: Apache-2.0
# How bouillon's own programs are compiled; never part of what a user of the headers gets.
option(BOUILLON_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)
set(BOUILLON_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread; none where empty")

set(bouillon_warning_flags -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    -Wno-missing-field-initializers)  # aggregates with defaults are meant to be given in part
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    list(APPEND bouillon_warning_flags -Wno-restrict)  # a false alarm for "text" + std::string, GCC bug 105651
endif()
if(BOUILLON_WARNINGS_AS_ERRORS)
    list(APPEND bouillon_warning_flags -Werror)
endif()

add_library(bouillon_warnings INTERFACE)
target_compile_options(bouillon_warnings INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${bouillon_warning_flags}>")
# Kernels keep what they compute with in registers: memory of a thread's own is slow.
set(bouillon_device_warning_flags --warn-on-spills,--warn-on-local-memory-usage)
if(BOUILLON_WARNINGS_AS_ERRORS)
    string(APPEND bouillon_device_warning_flags ",--warning-as-error")
endif()
target_compile_options(bouillon_warnings INTERFACE
    "$<$<COMPILE_LANGUAGE:CUDA>:-Xptxas=${bouillon_device_warning_flags}>")
if(BOUILLON_SANITIZE)
    target_compile_options(bouillon_warnings INTERFACE -fsanitize=${BOUILLON_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(bouillon_warnings INTERFACE -fsanitize=${BOUILLON_SANITIZE})
    if(BOUILLON_SANITIZE MATCHES "undefined")
        # Thrust's reduce takes the address of a null reference, hence no null check.
        target_compile_options(bouillon_warnings INTERFACE -fno-sanitize=null -fno-sanitize-recover=undefined)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # The instrumentation hides from g++ what was initialised: false alarms, as its manual says of -fsanitize.
        target_compile_options(bouillon_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>)
    endif()
endif()
