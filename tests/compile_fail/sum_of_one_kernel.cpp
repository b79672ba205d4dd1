// SPDX-License-Identifier: Apache-2.0
// expect: sizeof *\.\.\. *\(Kernels[ .]*\) >= 2
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/sum.hpp>

bouillon::sum<bouillon::matern52> kernel;
