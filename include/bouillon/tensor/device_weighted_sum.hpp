// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/element.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

/// Weighted sums as functors for a device: the arithmetic of the host's tiles, in the same order.
///
/// A sum starts at -0, to which the first product is added without a trace; a sum of nothing is +0.
namespace bouillon::detail {

/// One input, and the coefficient that each of the candidates gives it.
template <class Real, std::size_t Candidates>
struct device_term {
    const std::byte* data;
    dtype type;
    Real coefficients[Candidates];
};

inline constexpr std::size_t packet_bytes = 16;  // what a thread loads or stores at once

/// Count elements in registers.
///
/// In memory they lie at a multiple of a packet's bytes, or of an element's where they are fewer bytes than a packet.
template <dtype Type, std::size_t Count>
struct element_run {
    static constexpr std::size_t size = Count * bytes(Type);
    static constexpr std::size_t step = size < packet_bytes ? size : packet_bytes;
    alignas(size < 4 ? 4 : step) std::uint32_t words[(size + 3) / 4];

    BOUILLON_HOST_DEVICE std::byte* data() { return reinterpret_cast<std::byte*>(words); }

    BOUILLON_HOST_DEVICE void load(const std::byte* source) {
        for (std::size_t offset = 0; offset < size; offset += step)
            std::memcpy(data() + offset, __builtin_assume_aligned(source + offset, step), step);
    }
    BOUILLON_HOST_DEVICE void store(std::byte* destination) {
        for (std::size_t offset = 0; offset < size; offset += step)
            std::memcpy(__builtin_assume_aligned(destination + offset, step), data() + offset, step);
    }
};

/// Sums of inputs of one type, a packet of each input at a time and the loads of four inputs under way together.
///
/// Index i is a packet; what lies before the first packet and behind the last one follows, an element an index.
///
/// Up to Terms inputs travel with the functor, and are in registers once the loop over them is unrolled; where Terms is
/// 0, any number of them lies in the device's memory.
template <dtype In, dtype Out, class Real, std::size_t Candidates, std::size_t Terms>
struct sum_packet {
    using term = device_term<Real, Candidates>;
    static constexpr std::size_t width = packet_bytes / bytes(In);  ///< elements a packet

    std::conditional_t<Terms == 0, const term*, term[Terms == 0 ? 1 : Terms]> terms;  ///< (count)
    std::size_t count;                                                                ///< not 0
    std::byte* outputs[Candidates];  ///< null where there are fewer candidates
    std::size_t head, packets;       ///< elements before the first packet; packets

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        if (i < packets) return sum<width>(head + i * width);
        const std::size_t edge = i - packets;
        sum<1>(edge < head ? edge : edge + packets * width);
    }

 private:
    template <std::size_t Count>
    BOUILLON_HOST_DEVICE void sum(std::size_t first) const {
        Real sums[Candidates][Count];
        for (std::size_t c = 0; c < Candidates; ++c)
            for (std::size_t e = 0; e < Count; ++e) sums[c][e] = Real(-0.0);
        if constexpr (Terms == 0) {
            for (std::size_t k = 0; k < count; k += 4) add(k, first, sums);
        } else {
#if defined(__CUDA_ARCH__)
#    pragma unroll
#endif
            for (std::size_t k = 0; k < Terms; k += 4) add(k, first, sums);
        }
        for (std::size_t c = 0; c < Candidates; ++c) {
            if (!outputs[c]) continue;
            element_run<Out, Count> run;
            for (std::size_t e = 0; e < Count; ++e) store_element(Out, run.data(), e, sums[c][e]);
            run.store(outputs[c] + first * bytes(Out));
        }
    }

    /// Adds inputs k to k + 3, as far as there are any.
    template <std::size_t Count>
    BOUILLON_HOST_DEVICE void add(std::size_t k, std::size_t first, Real (&sums)[Candidates][Count]) const {
        element_run<In, Count> runs[4];
        for (std::size_t t = 0; t < 4; ++t)
            if (k + t < count) runs[t].load(terms[k + t].data + first * bytes(In));
        for (std::size_t t = 0; t < 4; ++t) {
            if (k + t >= count) return;
            Real x[Count];
            for (std::size_t e = 0; e < Count; ++e) x[e] = load_element<Real>(In, runs[t].data(), e);
            for (std::size_t c = 0; c < Candidates; ++c)
                for (std::size_t e = 0; e < Count; ++e)
                    sums[c][e] = std::fma(terms[k + t].coefficients[c], x[e], sums[c][e]);
        }
    }
};

/// Element i of a tensor whose address is a multiple of its elements' bytes: one load.
template <class Real, dtype Type>
BOUILLON_HOST_DEVICE Real load_aligned(const std::byte* data, std::size_t i) {
    element_run<Type, 1> run;
    run.load(data + i * bytes(Type));
    return load_element<Real>(Type, run.data(), 0);
}
template <class Real>
BOUILLON_HOST_DEVICE Real load_aligned(dtype type, const std::byte* data, std::size_t i) {
    switch (type) {
        case dtype::f64:
            return load_aligned<Real, dtype::f64>(data, i);
        case dtype::f16:
            return load_aligned<Real, dtype::f16>(data, i);
        case dtype::bf16:
            return load_aligned<Real, dtype::bf16>(data, i);
        default:
            return load_aligned<Real, dtype::f32>(data, i);
    }
}

/// One element of a sum of any number of inputs, of any types, at any addresses or, where Aligned, at multiples of
/// their elements' bytes.
template <class Real, bool Aligned>
struct sum_element {
    const device_term<Real, 1>* terms;  ///< (count), in the device's memory
    std::size_t count;
    std::byte* output;
    dtype type;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        Real sum = count == 0 ? Real(0) : Real(-0.0);
        for (std::size_t k = 0; k < count; ++k) sum = std::fma(terms[k].coefficients[0], load(terms[k], i), sum);
        store_element(type, output, i, sum);
    }

 private:
    BOUILLON_HOST_DEVICE static Real load(const device_term<Real, 1>& term, std::size_t i) {
        if constexpr (Aligned)
            return load_aligned<Real>(term.type, term.data, i);
        else
            return load_element<Real>(term.type, term.data, i);
    }
};

}  // namespace bouillon::detail
