// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <optional>

namespace bouillon {

/// What a launcher says of the process that it started.
struct launched_process {
    std::size_t rank = 0;  ///< among those that it started
    std::size_t size = 0;  ///< how many those are; 0 where it does not say
};

namespace detail {

/// A whole number of the environment.
inline std::optional<std::size_t> environment_number(const char* name) {
    const char* const text = std::getenv(name);
    if (!text || *text < '0' || *text > '9') return std::nullopt;
    return std::strtoull(text, nullptr, 10);
}

}  // namespace detail

/// Whether a launcher of MPI programs started this process, by its environment: mpirun of Open MPI, of MPICH and its
/// relatives, srun, or another that speaks PMIx.
///
/// A batch script of Slurm is none of a step's processes, although some of the same variables are set there.
/// @returns nothing where none did
inline std::optional<launched_process> launched_by_environment() {
    struct names {
        const char *rank, *size;
    };
    constexpr names launchers[] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                   {"PMI_RANK", "PMI_SIZE"},
                                   {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"}};
    for (const auto& [rank, size] : launchers)
        if (const auto number = detail::environment_number(rank), of = detail::environment_number(size); number && of)
            return launched_process{*number, *of};
    if (const auto number = detail::environment_number("PMIX_RANK")) return launched_process{*number, 0};
    return std::nullopt;
}

}  // namespace bouillon
