// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

/// What each fuzz target defines, and what libFuzzer (or replay.cpp, with any compiler) calls with its inputs.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace test {

/// Ends the program, as a finding, where a promise is broken.
inline void promise(bool kept, const char* text) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n", text);
    std::abort();
}

}  // namespace test
