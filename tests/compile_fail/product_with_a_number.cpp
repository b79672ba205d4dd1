// SPDX-License-Identifier: Apache-2.0
// expect: surrogate_kernel
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/product.hpp>

bouillon::product<bouillon::matern52, double> kernel;
