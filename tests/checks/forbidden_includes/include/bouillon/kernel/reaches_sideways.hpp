// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/kernel/matern52.ipp>
#include <bouillon/space/concept.hpp>
