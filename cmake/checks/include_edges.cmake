# SPDX-License-Identifier: Apache-2.0
# Fails where a header includes what its place in the design forbids.
#     cmake -D SOURCE=<repository> -P include_edges.cmake
cmake_minimum_required(VERSION 3.25)

# Which modules a module may include, beside itself. Three arms that meet only in the headers at the top.
set(may_include_core)
set(may_include_process core)  # for all that may be divided over processes
set(may_include_config core)
set(may_include_checkpoint core config)  # merge arm
set(may_include_tensor core)
set(may_include_merge core process config checkpoint tensor)
set(may_include_model core config tensor)  # score arm
set(may_include_score core tensor model)
set(may_include_space core)  # search arm
set(may_include_kernel core)
set(may_include_surrogate core space kernel)
set(may_include_acquisition core space kernel surrogate)
set(may_include_search core space kernel surrogate acquisition)
set(may_include_compare core space kernel surrogate acquisition search)  # above the search arm
set(may_include_merge_search core process config checkpoint tensor merge model score space kernel surrogate acquisition search)  # the join
set(may_include_testing core tensor space kernel surrogate acquisition)  # the laws of the axes, for users' tests

# Which headers may include a third party's, or what costs too much of the standard library: a pattern of what is
# included, then a pattern of who may.
set(third_party
    "^(xtensor|xsimd)/|^thrust/|^cub/|^cu(da|blas)"    "^tensor/"
    "^(xflens|xtensor-blas)/"                     "^tensor/xtensor_product\\.hpp$"
    "^nlohmann/"                                  "^((checkpoint|config)/|compare/(comparison_json|problems/recorded_merges)\\.hpp|merge/(recipe\\.ipp|shards\\.hpp|side_files\\.hpp|write_merged\\.ipp)|merge_search/measurement_event\\.hpp|score/(printed_losses|served_command)\\.hpp|search/journal(_contents|_event|_header|_json)?\\.[hi]pp)"
    "^xxh(ash|_x86dispatch)\\.h$"                "^checkpoint/content_hash\\.hpp$"
    "^(cblas|lapacke?|omp)\\.h$|^(tbb|oneapi)/"   "^$"
    "^mpi(-ext)?\\.h$"                           "^process/mpi_processes\\.hpp$"
    "^doctest/|^CLI/|^benchmark/"                 "^$"
    "^(iomanip|iostream|regex|sstream)$"          "^$")

set(root "${SOURCE}/include/bouillon")
file(GLOB_RECURSE headers RELATIVE "${root}" "${root}/*")
set(violations 0)
macro(violation text)
    message("include/bouillon/${header}: ${text}")
    math(EXPR violations "${violations} + 1")
endmacro()

foreach(header IN LISTS headers)
    get_filename_component(module "${header}" DIRECTORY)
    string(REGEX REPLACE "/.*" "" module "${module}")  # a folder within a module is of the module
    file(STRINGS "${root}/${header}" lines REGEX "^[ \t]*#[ \t]*include")
    foreach(line IN LISTS lines)
        if(NOT line MATCHES "<([^>]+)>")
            violation("includes by a relative path; write <bouillon/...>: ${line}")
            continue()
        endif()
        set(included "${CMAKE_MATCH_1}")
        string(REGEX REPLACE "hpp$" "ipp" definitions "bouillon/${header}")
        if(included MATCHES "\\.ipp$" AND NOT included STREQUAL "${definitions}")
            violation("only the header of that name may include <${included}>")
        endif()
        if(included MATCHES "^bouillon/([a-z_]+)/")
            set(target "${CMAKE_MATCH_1}")
            if(module AND NOT target STREQUAL module AND NOT target IN_LIST may_include_${module})
                list(JOIN may_include_${module} ", " allowed)
                violation("${module} may not include ${target} (<${included}>); it may include: ${allowed}")
            endif()
        elseif(included MATCHES "^bouillon/" AND module AND NOT included STREQUAL "bouillon/version.hpp")
            violation("<${included}> joins the arms; only a header beside it may include it")
        endif()
        set(rules ${third_party})
        while(rules)
            list(POP_FRONT rules pattern users)
            if(included MATCHES "${pattern}" AND NOT header MATCHES "${users}")
                violation("may not include <${included}>")
            endif()
        endwhile()
    endforeach()
endforeach()

list(LENGTH headers count)
if(count EQUAL 0)
    message(FATAL_ERROR "no headers under ${root}")
elseif(violations GREATER 0)
    message(FATAL_ERROR "${violations} includes against the allowed edges")
endif()
message("${count} headers keep to the allowed edges")
