// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <bouillon/kernel/included_late.hpp>
