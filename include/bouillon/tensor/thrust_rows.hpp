// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>
#include <bouillon/tensor/thrust_system.hpp>

#include <cstddef>

/// Reductions of rows by a monoid, which norms, softmax and losses are.
///
/// An `Operation` has `value`, what a row is reduced to; `nothing()` and `merge(a, b)`, a commutative monoid but for
/// rounding; `steps()`, into how many steps a row is cut; `read(row, step)`, the value of one; `finish(row, total)`,
/// which may store the total and returns what `write(row, step, total)` is called with for each step then. All of a row
/// is read before any of it is written.
namespace bouillon::detail {

/// Values of a row that are merged side by side; on a device its threads.
inline constexpr std::size_t row_lanes = 256;

/// Reduces one row in a loop, in the order of a block of threads: each lane takes every 256th step, and lanes are
/// merged as a tree. So sums of many numbers are as exact as on a device.
template <class Operation>
struct reduce_row_in_loop {
    Operation operation;

    BOUILLON_HOST_DEVICE void operator()(std::size_t row) const {
        using value = typename Operation::value;
        value lanes[row_lanes];
        const std::size_t steps = operation.steps();
        for (std::size_t lane = 0; lane < row_lanes; ++lane) {
            lanes[lane] = operation.nothing();
            for (std::size_t step = lane; step < steps; step += row_lanes)
                lanes[lane] = operation.merge(lanes[lane], operation.read(row, step));
        }
        constexpr std::size_t together = 32;
        for (std::size_t apart = 1; apart < together; apart *= 2)
            for (std::size_t lane = 0; lane < row_lanes; lane += 2 * apart)
                lanes[lane] = operation.merge(lanes[lane], lanes[lane + apart]);
        for (std::size_t lane = together; lane < row_lanes; lane += together)
            lanes[0] = operation.merge(lanes[0], lanes[lane]);
        const value total = operation.finish(row, lanes[0]);
        for (std::size_t step = 0; step < steps; ++step) operation.write(row, step, total);
    }
};

/// Reduces rows [0, rows): as the system does it, or a row at a time by its loop.
template <class System, class Operation>
void reduce_rows(const System& system, std::size_t rows, const Operation& operation) {
    if (rows == 0) return;
    if constexpr (requires { system.reduce_rows(rows, operation); })
        system.reduce_rows(rows, operation);
    else
        thrust_loop<System>{system}(rows, reduce_row_in_loop<Operation>{operation});
}

}  // namespace bouillon::detail
