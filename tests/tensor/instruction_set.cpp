// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/instruction_set.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <string>

using namespace bouillon;

TEST_CASE("AVX2 is found where the kernel lists it with FMA and F16C, and nowhere else") {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line))
        if (line.starts_with("flags")) break;
    if (!line.starts_with("flags")) {
        MESSAGE("skipped: no list of processor flags here");
        return;
    }
    line += ' ';
    const auto has = [&](const char* flag) { return line.find(std::string(" ") + flag + " ") != std::string::npos; };
    CHECK(detail::has_avx2() == (has("avx2") && has("fma") && has("f16c")));
}
