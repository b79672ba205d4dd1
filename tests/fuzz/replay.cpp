// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/files.hpp"
#include "fuzz/target.hpp"

// A fuzz target's corpus once through, with any compiler: replay DIRECTORY.

int main(int count, char** arguments) {
    if (count != 2) return 2;
    std::size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator(arguments[1])) {
        const std::string text = test::read_text(file);
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
        ++files;
    }
    std::printf("%zu inputs\n", files);
    return files > 0 ? 0 : 1;
}
