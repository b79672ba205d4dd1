// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/checkpoint/safetensors_writer.hpp>

#include <cstdio>
#include <vector>

/// Checks safetensors files, or copies one through bouillon's reader and writer; for compare_with_safetensors.py.
///     round_trip check FILE...     prints a line a file: "ok", or the refusal
///     round_trip copy FILE NEW
int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() >= 2 && arguments[0] == "check") {
        for (std::size_t i = 1; i < arguments.size(); ++i) {
            try {
                const bouillon::safetensors_file file(arguments[i]);
                std::puts("ok");
            } catch (const bouillon::input_error& failure) {
                std::puts(failure.what());
            }
        }
        return 0;
    }
    if (arguments.size() != 3 || arguments[0] != "copy") return 2;
    try {
        const bouillon::safetensors_file from(arguments[1]);
        const std::vector<bouillon::checkpoint_tensor> tensors(from.tensors().begin(), from.tensors().end());
        bouillon::safetensors_writer to(arguments[2], tensors, from.metadata());
        for (const auto& tensor : to.tensors()) {
            std::vector<std::byte> bytes(tensor.size);
            from.read(*from.find(tensor.name), 0, bytes);
            to.append(bytes);
        }
        to.close();
    } catch (const bouillon::error& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
    return 0;
}
