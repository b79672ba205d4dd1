// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/merge_search.hpp>
