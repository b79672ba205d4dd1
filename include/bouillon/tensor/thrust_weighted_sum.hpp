// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/device_weighted_sum.hpp>
#include <bouillon/tensor/term_sum.hpp>
#include <bouillon/tensor/thrust_array.hpp>
#include <bouillon/tensor/thrust_system.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

/// Weighted sums on a Thrust system's device.
namespace bouillon::detail {

/// Up to Candidates checked sums of the same inputs, with outputs of one type: one pass over the inputs.
template <class System, class Real, std::size_t Candidates>
class device_sums {
    using term = device_term<Real, Candidates>;

 public:
    device_sums(const System& system, std::span<const term_sum> sums)
        : system_(system), sums_(sums), output_(sums[0].output) {
        for (std::size_t k = 0; k < sums[0].terms.size(); ++k) {
            const weighted_term& shared = sums[0].terms[k];
            terms_.push_back({shared.data, shared.type, {}});
            for (std::size_t c = 0; c < sums.size(); ++c)
                terms_.back().coefficients[c] = static_cast<Real>(sums[c].terms[k].coefficient);
        }
    }

    /// In packets, where all inputs are of one type and all addresses allow it, else not at all.
    ///
    /// Compiled is what is common: no change of type, but for the parameters of a model.
    bool run_packets() const {
        const auto run = [&]<dtype In, dtype Out>() { return run_packets_of<In, Out>(); };
        if constexpr (std::is_same_v<Real, double>)
            return run.template operator()<dtype::f64, dtype::f64>();
        else
            return run.template operator()<dtype::f32, dtype::f32>() ||
                   run.template operator()<dtype::bf16, dtype::bf16>() ||
                   run.template operator()<dtype::f16, dtype::f16>() ||
                   run.template operator()<dtype::bf16, dtype::f32>() ||
                   run.template operator()<dtype::f16, dtype::f32>() ||
                   run.template operator()<dtype::f32, dtype::bf16>() ||
                   run.template operator()<dtype::f16, dtype::bf16>();
    }

    /// Element by element, which is for any types and addresses.
    void run_elements() const requires(Candidates == 1) {
        const thrust_array<System, term> list(system_, std::span<const term>(terms_));
        const auto run = [&]<bool Aligned>() {
            thrust_loop<System>{system_}(
                output_.size, sum_element<Real, Aligned>{list.data(), terms_.size(), output_.data, output_.type});
        };
        const auto is_aligned = [](const term& t) {
            return reinterpret_cast<std::uintptr_t>(t.data) % bytes(t.type) == 0;
        };
        std::ranges::all_of(terms_, is_aligned) ? run.template operator()<true>() : run.template operator()<false>();
    }

 private:
    template <dtype In, dtype Out>
    bool run_packets_of() const {
        const auto is_in = [](const term& t) { return t.type == In; };
        if (terms_.empty() || output_.type != Out || !std::all_of(terms_.begin(), terms_.end(), is_in)) return false;
        const auto head = aligned_head<In, Out>();
        if (!head) return false;
        constexpr std::size_t few = 4, some = 16;
        if constexpr (Candidates == 1)
            if (terms_.size() <= few) return launch<In, Out, few>(*head);
        if constexpr (In == Out) {
            if (terms_.size() <= some) return launch<In, Out, some>(*head);
            if constexpr (Candidates == 1) return launch<In, Out, 0>(*head);
        }
        return false;
    }

    template <dtype In, dtype Out, std::size_t Terms>
    bool launch(std::size_t head) const {
        using functor = sum_packet<In, Out, Real, Candidates, Terms>;
        functor sum{};
        const thrust_array<System, term> list(system_,
                                              std::span<const term>(terms_).first(Terms == 0 ? terms_.size() : 0));
        if constexpr (Terms == 0)
            sum.terms = list.data();
        else
            std::copy(terms_.begin(), terms_.end(), sum.terms);
        sum.count = terms_.size();
        for (std::size_t c = 0; c < sums_.size(); ++c) sum.outputs[c] = sums_[c].output.data;
        sum.head = std::min(head, output_.size);
        sum.packets = (output_.size - sum.head) / functor::width;
        thrust_loop<System>{system_}(output_.size - sum.packets * (functor::width - 1), sum);
        return true;
    }

    /// The first element at which every input and every output may have a packet, if there is one.
    template <dtype In, dtype Out>
    std::optional<std::size_t> aligned_head() const {
        const auto fits = [](const std::byte* data, std::size_t offset) {
            return (reinterpret_cast<std::uintptr_t>(data) + offset) % packet_bytes == 0;
        };
        for (std::size_t head = 0; head < packet_bytes / bytes(In); ++head) {
            const auto input_fits = [&](const term& t) { return fits(t.data, head * bytes(In)); };
            const auto output_fits = [&](const term_sum& s) { return fits(s.output.data, head * bytes(Out)); };
            if (std::all_of(terms_.begin(), terms_.end(), input_fits) &&
                std::all_of(sums_.begin(), sums_.end(), output_fits))
                return head;
        }
        return std::nullopt;
    }

    const System& system_;
    std::span<const term_sum> sums_;  // (1 to Candidates)
    mutable_tensor_view output_;      // the first's
    std::vector<term> terms_;
};

/// Computes one checked sum.
template <class System, class Real>
void sum_alone(const System& system, const term_sum& sum) {
    const device_sums<System, Real, 1> alone(system, {&sum, 1});
    if (!alone.run_packets()) alone.run_elements();
}

/// Computes checked sums on the system's device, four candidates in a pass where they have the same inputs.
template <class System>
void sum_on_device(const System& system, std::span<const term_sum> sums) {
    constexpr std::size_t candidates = 4;
    for (std::size_t done = 0; done < sums.size();) {
        const term_sum& first = sums[done];
        std::size_t together = 1;
        while (together < candidates && done + together < sums.size() &&
               sums[done + together].output.type == first.output.type && have_same_inputs(first, sums[done + together]))
            ++together;
        if (together > 1 &&
            device_sums<System, float, candidates>(system, sums.subspan(done, together)).run_packets()) {
            done += together;
            continue;
        }
        sums_in_double(first.terms, first.output.type) ? sum_alone<System, double>(system, first)
                                                       : sum_alone<System, float>(system, first);
        ++done;
    }
}

}  // namespace bouillon::detail
