// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Functions marked BOUILLON_AVX2 are compiled for AVX2, FMA and F16C whatever the build's own flags, and called only
/// where `has_avx2()`.
///
/// BOUILLON_INLINE bodies are compiled into their callers, each for its caller's instructions.
#define BOUILLON_INLINE __attribute__((always_inline)) inline
#if defined(__x86_64__)
#    define BOUILLON_AVX2 __attribute__((target("avx2,fma,f16c")))

#    include <cpuid.h>
#else
#    define BOUILLON_AVX2
#endif

namespace bouillon::detail {

/// Whether this processor has AVX2, FMA and F16C.
///
/// Asked once.
inline bool has_avx2() {
#if defined(__x86_64__)
    static const bool answer = [] {
        unsigned a = 0, b = 0, c = 0, d = 0;
        const bool f16c = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
        return f16c && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    }();
    return answer;
#else
    return false;
#endif
}

}  // namespace bouillon::detail
