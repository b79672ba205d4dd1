# SPDX-License-Identifier: Apache-2.0
# How bouillon's own programs are compiled; never part of what a user of the headers gets.
option(BOUILLON_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)
option(BOUILLON_SANITIZE "Build with the address and undefined-behaviour sanitizers" OFF)
option(BOUILLON_NATIVE "Use every instruction of this machine's processor" ON)

add_library(bouillon_warnings INTERFACE)
set(host_cxx "$<COMPILE_LANGUAGE:CXX>")
target_compile_options(bouillon_warnings INTERFACE
    "$<${host_cxx}:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wno-sign-conversion>"
    "$<$<AND:${host_cxx},$<BOOL:${BOUILLON_WARNINGS_AS_ERRORS}>>:-Werror>"
    "$<$<AND:${host_cxx},$<BOOL:${BOUILLON_NATIVE}>>:-march=native>")
if(BOUILLON_SANITIZE)
    # Thrust's reduce takes the address of a null reference, hence no null check.
    target_compile_options(bouillon_warnings INTERFACE -fsanitize=address,undefined -fno-sanitize=null
        -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    target_link_options(bouillon_warnings INTERFACE -fsanitize=address,undefined)
endif()
