// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/weighted_sum.ipp>
#include <bouillon/tensor/weighted_sum_batch.ipp>
