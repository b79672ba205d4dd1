// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/cpp/execution_policy.h>

#include <cstddef>
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
/// A system has `memory`, Thrust's tag of where its arrays lie; `policy()`, how its algorithms run; and `on_device`:
/// false where a functor may run the library's host code on a block of elements, true where it must be a device functor
/// on one element. A system on a device also has `gemm`, the single-precision matrix product of core/blas.hpp; and
/// where the host cannot write its memory, `fill(to, size, read)`, which writes it with what a reader gives (fill.hpp),
/// and `free_memory()`, in bytes.
namespace bouillon {

/// One host thread.
struct thrust_sequential {
    using memory = thrust::cpp::tag;
    static constexpr bool on_device = false;
    static auto policy() { return thrust::cpp::par; }
};

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
/// OpenMP's threads: as many as OMP_NUM_THREADS or omp_set_num_threads says.
struct thrust_openmp {
    using memory = thrust::omp::tag;
    static constexpr bool on_device = false;
    static auto policy() { return thrust::omp::par; }
};
#endif

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
/// The threads of oneTBB's arena.
struct thrust_tbb {
    using memory = thrust::tbb::tag;
    static constexpr bool on_device = false;
    static auto policy() { return thrust::tbb::par; }
};
#endif

namespace detail {

/// body(i) for each i in [0, count), by the system's algorithm.
template <class System>
struct thrust_loop {
    template <class Body>
    void operator()(std::size_t count, Body body) const {
        thrust::for_each_n(System::policy(), thrust::counting_iterator<std::size_t>(0), count, body);
    }
};

}  // namespace detail
}  // namespace bouillon
