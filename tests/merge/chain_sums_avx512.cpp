// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/chain_sums_avx512.hpp>

#include "merge/chain_laws.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("AVX-512 gives the sums of the plain loop, for every type, length and alignment") {
#if defined(__x86_64__)
    if (detail::has_avx512()) return test::check_chain_sums(detail::sum_chain_avx512);
#endif
    MESSAGE("no AVX-512 here");
}
