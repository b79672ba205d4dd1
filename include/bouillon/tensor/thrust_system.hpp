// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/cpp/execution_policy.h>

#include <cstddef>
#include <utility>
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
#    include <thrust/system/omp/execution_policy.h>
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
#    include <thrust/system/tbb/execution_policy.h>
#endif

/// The systems that thrust_backend computes on.
///
/// Beside the sequential one a build has Thrust's device system, which its BOUILLON_THRUST_SYSTEM names; thrust_cuda is
/// in thrust_cuda.hpp, for nvcc only.
///
/// A system is a value whose copies are one and the same. It has `memory`, Thrust's tag of where its arrays lie;
/// `policy()`, how its algorithms run; and `on_device`: false where a functor may run the library's host code on a
/// block of elements, true where it must be a device functor on one element. A system on a device also has
/// - `precision()`, how it multiplies matrices (precision.hpp);
/// - `multiply(product)`, a batch of matrix products (device_product.hpp).
///
/// It may have, where the host cannot reach its memory or it works while the host goes on:
/// - `allocate(bytes)` and `release(memory)`, at multiples of 256 bytes, the latter without exceptions;
/// - `upload(host, destination)`, which has read the host's bytes when it returns, and `download(source, host)`, which
///   has written them;
/// - `wait()`, until all that was asked for is done;
/// - `run(call)`, which calls `call()` and throws what Thrust throws there as work_error;
/// - `reduce_rows(rows, operation)`, as thrust_rows.hpp has it;
/// - `fill(destination, size, read)`, which writes its memory with what a reader gives (fill.hpp);
/// - `check_readable(memory)`, which throws input_error for an address that it cannot read;
/// - `free_memory()`, in bytes.
namespace bouillon {

/// One host thread.
struct thrust_sequential {
    /// Thrust's tag of where its arrays lie.
    using memory = thrust::cpp::tag;
    static constexpr bool on_device = false;  ///< A functor may run the library's host code.
    /// How its algorithms run.
    static auto policy() { return thrust::cpp::par; }
};

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
/// OpenMP's threads: as many as OMP_NUM_THREADS or omp_set_num_threads says.
struct thrust_openmp {
    /// Thrust's tag of where its arrays lie.
    using memory = thrust::omp::tag;
    static constexpr bool on_device = false;  ///< A functor may run the library's host code.
    /// How its algorithms run.
    static auto policy() { return thrust::omp::par; }
};
#endif

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
/// The threads of oneTBB's arena.
struct thrust_tbb {
    /// Thrust's tag of where its arrays lie.
    using memory = thrust::tbb::tag;
    static constexpr bool on_device = false;  ///< A functor may run the library's host code.
    /// How its algorithms run.
    static auto policy() { return thrust::tbb::par; }
};
#endif

namespace detail {

/// Calls call(), an algorithm of Thrust's, as the system would have it called.
template <class System, class Call>
auto run_on(const System& system, const Call& call) {
    if constexpr (requires { system.run(call); })
        return system.run(call);
    else
        return call();
}

/// body(i) for each i in [0, count), by the system's algorithm.
template <class System>
struct thrust_loop {
    [[no_unique_address]] System system = {};

    template <class Body>
    void operator()(std::size_t count, Body body) const {
        if (count == 0) return;
        run_on(system,
               [&] { thrust::for_each_n(system.policy(), thrust::counting_iterator<std::size_t>(0), count, body); });
    }
};

}  // namespace detail
}  // namespace bouillon
