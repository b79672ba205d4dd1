# SPDX-License-Identifier: Apache-2.0
# The libraries that bouillon's headers include. Used by the source tree and by the installed package alike.
include(CMakeFindDependencyMacro)

find_dependency(Threads)
find_dependency(nlohmann_json)
if(NOT DEFINED BLA_VENDOR)
    set(BLA_VENDOR OpenBLAS)  # xtensor-blas looks for BLAS again and must find the same one
endif()
find_dependency(BLAS)
find_dependency(LAPACK)
find_dependency(xtensor 0.24)
find_dependency(xtensor-blas)
find_dependency(xsimd)

# xxHash, whose packages mostly come without a CMake file.
if(NOT TARGET xxHash::xxhash)
    find_package(xxHash CONFIG QUIET)
endif()
if(NOT TARGET xxHash::xxhash)
    find_path(BOUILLON_XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
    find_library(BOUILLON_XXHASH_LIBRARY xxhash REQUIRED)
    add_library(xxHash::xxhash UNKNOWN IMPORTED)
    set_target_properties(xxHash::xxhash PROPERTIES
        IMPORTED_LOCATION "${BOUILLON_XXHASH_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${BOUILLON_XXHASH_INCLUDE_DIR}")
    if(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL)
        set_target_properties(xxHash::xxhash PROPERTIES IMPORTED_GLOBAL TRUE)
    endif()
endif()

# Thrust: CCCL from the CUDA toolkit where there is one, else Debian's; never both in reach of one build.
# Host Thrust has one device system a build, so it is a setting of the build.
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
            find_dependency(CUDAToolkit)
            target_link_libraries(bouillon_thrust_system INTERFACE CUDA::cublas)
        endif()
    endif()
endif()
