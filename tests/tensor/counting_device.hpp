// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/thrust_rows.hpp>

#include <tensor/device_on_host.hpp>

#include <cstddef>
#include <cstring>
#include <span>

/// What a device was asked for.
struct device_calls {
    std::size_t launches = 0, products = 0, allocations = 0, uploads = 0, waits = 0;
};

/// A device that is the host, and counts what a GPU would be asked for.
struct counting_device : device_on_host {
    device_calls* calls = nullptr;

    std::byte* allocate(std::size_t bytes) const {
        ++calls->allocations;
        return new std::byte[bytes];
    }
    void release(std::byte* allocated) const noexcept { delete[] allocated; }

    void upload(std::span<const std::byte> host, std::byte* destination) const {
        ++calls->uploads;
        std::memcpy(destination, host.data(), host.size());
    }
    void download(const std::byte* source, std::span<std::byte> host) const {
        ++calls->waits;
        std::memcpy(host.data(), source, host.size());
    }

    template <class Call>
    auto run(const Call& call) const {
        ++calls->launches;
        return call();
    }
    template <class Operation>
    void reduce_rows(std::size_t rows, const Operation& operation) const {
        ++calls->launches;
        for (std::size_t row = 0; row < rows; ++row) bouillon::detail::reduce_row_in_loop<Operation>{operation}(row);
    }
    void multiply(const bouillon::detail::device_product& product) const {
        ++calls->products;
        device_on_host::multiply(product);
    }
};
