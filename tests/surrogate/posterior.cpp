// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/posterior.hpp>

// The order in which structured bindings take them apart.
static_assert(bouillon::posterior{1, 4}.variance == 4);
static_assert(bouillon::prediction{1, 2}.deviation == 2);
