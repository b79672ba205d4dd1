// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/unlicensed.hpp>
