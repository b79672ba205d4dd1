# SPDX-License-Identifier: Apache-2.0
# The packages that the targets need, a component each. Used by the source tree and by the installed package alike.
#
#     bouillon    the search arm, and what all share
#     merge       the merge and score arms, without a tensor backend
#     xtensor     its backend
#     thrust      its backend
#     mpi         groups of processes by MPI
#     compiled    the library that takes the place of what the headers define; after merge, which it needs
#     compiled_xtensor  the same of scoring on xtensor; after xtensor and compiled, which it needs
#
# bouillon_find(COMPONENT) finds what one needs; bouillon_COMPONENT_FOUND says whether it is all there, and
# bouillon_COMPONENT_MISSING names what is not, with Debian's package in brackets. A macro, because packages set
# variables where they are found.
macro(bouillon_find component)
    set(bouillon_${component}_MISSING)
    if("${component}" STREQUAL "bouillon")
        if(NOT DEFINED BLA_VENDOR)
            set(BLA_VENDOR OpenBLAS)  # xtensor-blas looks for BLAS again and must find the same one
        endif()
        bouillon_find_packages(bouillon Threads nlohmann_json BLAS LAPACK)
    elseif("${component}" STREQUAL "merge")
        bouillon_find_xxhash()
    elseif("${component}" STREQUAL "xtensor")
        bouillon_find_packages(xtensor xtensor xtensor-blas xsimd)
        if(xtensor_FOUND AND xtensor_VERSION VERSION_LESS 0.24)
            list(APPEND bouillon_xtensor_MISSING "xtensor 0.24 (here is ${xtensor_VERSION})")
        endif()
    elseif("${component}" STREQUAL "thrust")
        bouillon_find_thrust()
    elseif("${component}" STREQUAL "mpi")
        bouillon_find_mpi()
    elseif("${component}" STREQUAL "compiled")
        set(bouillon_compiled_MISSING ${bouillon_merge_MISSING})
    elseif("${component}" STREQUAL "compiled_xtensor")
        set(bouillon_compiled_xtensor_MISSING ${bouillon_merge_MISSING} ${bouillon_xtensor_MISSING})
    else()
        list(APPEND bouillon_${component}_MISSING "a component of that name")
    endif()
    if(bouillon_${component}_MISSING)
        set(bouillon_${component}_FOUND FALSE)
    else()
        set(bouillon_${component}_FOUND TRUE)
    endif()
endmacro()

macro(bouillon_miss component package)
    set(bouillon_debian_BLAS libopenblas-dev)
    set(bouillon_debian_CUDAToolkit nvidia-cuda-toolkit)
    set(bouillon_debian_LAPACK liblapack-dev)
    set(bouillon_debian_MPI libopenmpi-dev)
    set(bouillon_debian_Threads libc6-dev)
    set(bouillon_debian_Thrust libthrust-dev)
    set(bouillon_debian_nlohmann_json nlohmann-json3-dev)
    set(bouillon_debian_xsimd libxsimd-dev)
    set(bouillon_debian_xtensor libxtensor-dev)
    set(bouillon_debian_xtensor-blas libxtensor-blas-dev)
    set(bouillon_debian_xxHash libxxhash-dev)
    list(APPEND bouillon_${component}_MISSING "${package} (${bouillon_debian_${package}})")
endmacro()

macro(bouillon_find_packages component)
    foreach(bouillon_package ${ARGN})
        find_package(${bouillon_package} QUIET)
        if(NOT ${bouillon_package}_FOUND)
            bouillon_miss(${component} ${bouillon_package})
        endif()
    endforeach()
endmacro()

# xxHash, whose packages mostly come without a CMake file.
macro(bouillon_find_xxhash)
    if(NOT TARGET xxHash::xxhash)
        find_package(xxHash CONFIG QUIET)
    endif()
    if(NOT TARGET xxHash::xxhash)
        find_path(BOUILLON_XXHASH_INCLUDE_DIR xxhash.h)
        find_library(BOUILLON_XXHASH_LIBRARY xxhash)
        if(BOUILLON_XXHASH_INCLUDE_DIR AND BOUILLON_XXHASH_LIBRARY)
            add_library(xxHash::xxhash UNKNOWN IMPORTED)
            set_target_properties(xxHash::xxhash PROPERTIES
                IMPORTED_LOCATION "${BOUILLON_XXHASH_LIBRARY}"
                INTERFACE_INCLUDE_DIRECTORIES "${BOUILLON_XXHASH_INCLUDE_DIR}")
            if(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL)
                set_target_properties(xxHash::xxhash PROPERTIES IMPORTED_GLOBAL TRUE)
            endif()
        else()
            bouillon_miss(merge xxHash)
        endif()
    endif()
endmacro()

# MPI's C interface, from C++.
macro(bouillon_find_mpi)
    set(MPI_CXX_SKIP_MPICXX TRUE)
    find_package(MPI QUIET COMPONENTS CXX)
    if(NOT MPI_CXX_FOUND)
        bouillon_miss(mpi MPI)
    endif()
endmacro()

# Thrust: CCCL from the CUDA toolkit where there is one, else Debian's; never both in reach of one build.
# Host Thrust has one device system a build, so it is a setting of the build.
macro(bouillon_find_thrust)
    set(BOUILLON_THRUST_SYSTEM OMP CACHE STRING "Thrust's device system: CPP, OMP, TBB or CUDA")
    if(NOT TARGET bouillon_thrust_system)
        find_program(BOUILLON_NVCC nvcc HINTS /usr/local/cuda/bin)
        if(BOUILLON_NVCC)
            get_filename_component(bouillon_cuda_root "${BOUILLON_NVCC}" DIRECTORY)
            get_filename_component(bouillon_cuda_root "${bouillon_cuda_root}" DIRECTORY)
            find_package(CCCL CONFIG QUIET HINTS "${bouillon_cuda_root}")
        endif()
        if(NOT CCCL_FOUND)
            find_package(Thrust CONFIG QUIET)
        endif()
        if(CCCL_FOUND OR Thrust_FOUND)
            thrust_create_target(bouillon_thrust_system HOST CPP DEVICE ${BOUILLON_THRUST_SYSTEM})
            if(BOUILLON_THRUST_SYSTEM STREQUAL "CUDA")
                bouillon_find_packages(thrust CUDAToolkit)
                target_link_libraries(bouillon_thrust_system INTERFACE CUDA::cublas)
            endif()
        else()
            bouillon_miss(thrust Thrust)
        endif()
    endif()
endmacro()
