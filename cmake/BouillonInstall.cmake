# SPDX-License-Identifier: Apache-2.0
# The headers and the compiled library, with a package that find_package(bouillon) finds. The program's own install rule stands beside it.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/bouillon")

foreach(component bouillon merge xtensor thrust mpi)
    if(TARGET bouillon_${component})
        install(TARGETS bouillon_${component} EXPORT bouillon_${component}Targets FILE_SET HEADERS COMPONENT headers)
        install(EXPORT bouillon_${component}Targets NAMESPACE bouillon:: DESTINATION "${package_dir}" COMPONENT headers)
    endif()
endforeach()

foreach(library compiled compiled_xtensor)
    if(TARGET bouillon_${library} AND BOUILLON_BUILD_COMPILED)
        install(TARGETS bouillon_${library} EXPORT bouillon_${library}Targets COMPONENT ${library})
        install(EXPORT bouillon_${library}Targets NAMESPACE bouillon:: DESTINATION "${package_dir}" COMPONENT ${library})
    endif()
endforeach()

configure_package_config_file(cmake/bouillonConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/bouillonConfig.cmake"
    INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/bouillonConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/bouillonConfig.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/bouillonConfigVersion.cmake"
    cmake/BouillonDependencies.cmake
    DESTINATION "${package_dir}" COMPONENT headers)
