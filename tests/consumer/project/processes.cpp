// SPDX-License-Identifier: Apache-2.0
// Only where MPI is.
#include <bouillon/process/mpi_processes.hpp>

static_assert(bouillon::process_group<bouillon::mpi_processes>);
