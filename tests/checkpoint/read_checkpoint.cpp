// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/read_checkpoint.hpp>
