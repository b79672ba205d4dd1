// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__CUDACC__)
#    include <bouillon/core/error.hpp>
#    include <bouillon/core/to_string.hpp>
#    include <bouillon/tensor/cuda_error.hpp>

#    include <cub/block/block_reduce.cuh>
#    include <cub/util_type.cuh>
#    include <cuda_runtime.h>

#    include <cstddef>
#    include <limits>

namespace bouillon::detail {

inline constexpr int block_threads = 256;  ///< that reduce a row together

/// A row operation's merge() as a functor.
template <class Operation>
struct merge_of {
    const Operation& operation;

    __device__ typename Operation::value operator()(typename Operation::value a, typename Operation::value b) const {
        return operation.merge(a, b);
    }
};

/// Block r reduces row r: thread t reads steps t, t + 256, ...; CUB merges neighbouring threads of a warp, pairs of
/// them, pairs of those, and so on, then the warps one after the other; and thread t writes steps t, t + 256, ...
template <class Operation>
__global__ __launch_bounds__(block_threads) void reduce_row_by_block(const Operation operation) {
    using value = typename Operation::value;
    using block_reduce = cub::BlockReduce<value, block_threads>;
    __shared__ typename block_reduce::TempStorage storage;
    __shared__ cub::Uninitialized<value> total;
    const std::size_t row = blockIdx.x, steps = operation.steps();

    value mine = operation.nothing();
    for (std::size_t step = threadIdx.x; step < steps; step += block_threads)
        mine = operation.merge(mine, operation.read(row, step));
    const value all = block_reduce(storage).Reduce(mine, merge_of<Operation>{operation});
    if (threadIdx.x == 0) total.Alias() = operation.finish(row, all);
    __syncthreads();  // so the row has been read as well, and may be written
    const value result = total.Alias();
    for (std::size_t step = threadIdx.x; step < steps; step += block_threads) operation.write(row, step, result);
}

/// Asks a stream of the current device for the reduction of rows [0, rows), each by a block of threads.
///
/// `Operation` is a functor of device functions, copied to the device:
/// - `value`, trivially copyable, with `nothing()` and an associative and commutative `merge(value, value)`;
/// - `steps()` in a row, each with a value, `read(row, step)`;
/// - `finish(row, value)`, called once with the row's total, which makes of it what is written;
/// - `write(row, step, value)`, called after all of the row has been read.
/// @throws input_error for 2^31 rows or more; work_error, device_lost
template <class Operation>
void reduce_rows_by_blocks(std::size_t rows, const Operation& operation, cudaStream_t stream) {
    if (rows == 0) return;
    if (rows > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw input_error("rows: " + to_string(rows) + " of them, but a CUDA launch has less than 2^31 blocks");
    Operation copy = operation;
    void* arguments[] = {&copy};
    check_cuda(cudaLaunchKernel(reduce_row_by_block<Operation>, dim3(static_cast<unsigned>(rows)), dim3(block_threads),
                                arguments, 0, stream),
               "reduce rows");
}

}  // namespace bouillon::detail
#endif
