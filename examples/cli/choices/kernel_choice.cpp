// SPDX-License-Identifier: Apache-2.0
#include "choices/kernel_choice.hpp"

#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/hellinger.hpp>
#include <bouillon/kernel/matern12.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/quadratic.hpp>
#include <bouillon/kernel/rational_quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/kernel/sum.hpp>
#include <bouillon/kernel/trended.hpp>

#include <algorithm>
#include <array>

namespace {

using bouillon::matern52;

template <class Kernel>
any_kernel make() {
    return any_kernel(Kernel{});
}

using trend = bouillon::sum<matern52, bouillon::quadratic>;

constexpr std::array choices = {
    kernel_choice{"auto", make<bouillon::trended<matern52>>},
    kernel_choice{"matern52", make<bouillon::ard<matern52>>},
    kernel_choice{"matern32", make<bouillon::ard<bouillon::matern32>>},
    kernel_choice{"matern12", make<bouillon::ard<bouillon::matern12>>},
    kernel_choice{"squared-exponential", make<bouillon::ard<bouillon::squared_exponential>>},
    kernel_choice{"rational-quadratic", make<bouillon::rational_quadratic>},
    kernel_choice{"matern52+quadratic", make<trend>},
    kernel_choice{"hellinger", make<bouillon::hellinger<matern52>>},
};

}  // namespace

std::span<const kernel_choice> kernel_choices() { return choices; }

const kernel_choice& default_kernel(std::size_t dimension) {
    const bool few = dimension <= bouillon::trended<matern52>::few_dimensions;
    return *std::ranges::find(choices, few ? &make<bouillon::ard<matern52>> : &make<trend>, &kernel_choice::make);
}
