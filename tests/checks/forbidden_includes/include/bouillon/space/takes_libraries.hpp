// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "concept.hpp"

#include <cblas.h>
#include <nlohmann/json.hpp>
#include <xtensor/xtensor.hpp>

#include <iostream>
