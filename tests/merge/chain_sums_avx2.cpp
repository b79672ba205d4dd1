// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/chain_sums_avx2.hpp>

#include "merge/chain_laws.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("AVX2 gives the sums of the plain loop, for every type, length and alignment") {
#if defined(__x86_64__)
    if (detail::has_avx2()) return test::check_chain_sums(detail::sum_chain_avx2);
#endif
    MESSAGE("no AVX2 here");
}
