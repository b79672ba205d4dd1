// SPDX-License-Identifier: Apache-2.0
// expect: gp_hedge needs at least one acquisition to choose from
#include <bouillon/acquisition/gp_hedge.hpp>

bouillon::gp_hedge<> portfolio;
