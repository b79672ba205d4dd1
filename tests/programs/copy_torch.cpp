// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/safetensors_writer.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/torch_bytes.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace {

void copy(const std::string& path) {
    const auto contents = bouillon::read_pytorch_file(bouillon::input_file(path));
    const std::string text = test::read_text(path);
    std::vector<test::stored_tensor> tensors;
    for (const auto& tensor : contents.tensors) tensors.push_back({tensor, test::gathered(tensor, text)});
    test::write_tensors(path + ".safetensors", tensors);
}

}  // namespace

/// Writes the tensors of each FILE of torch.save to FILE.safetensors; for compare_with_torch.py.
///     copy_torch FILE...     prints a line a file: "ok", or the refusal
int main(int argc, char** argv) {
    for (const std::string& path : std::vector<std::string>(argv + 1, argv + argc)) {
        try {
            copy(path);
            std::puts("ok");
        } catch (const bouillon::error& failure) {
            std::puts(failure.what());
        }
    }
    return 0;
}
