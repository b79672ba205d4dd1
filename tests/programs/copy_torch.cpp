// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/torch_bytes.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace {

/// Each tensor of a file, gathered element by element.
std::vector<test::stored_tensor> tensors_of_file(const std::string& path) {
    const auto contents = bouillon::read_pytorch_file(bouillon::input_file(path));
    const std::string text = test::read_text(path);
    std::vector<test::stored_tensor> tensors;
    for (const auto& tensor : contents.tensors) tensors.push_back({tensor, test::gathered(tensor, text)});
    return tensors;
}

/// Each tensor of a directory, read as merges read it.
std::vector<test::stored_tensor> tensors_of_directory(const std::string& path) {
    const bouillon::checkpoint opened(path);
    std::vector<test::stored_tensor> tensors;
    for (std::size_t i = 0; i < opened.tensors().size(); ++i)
        tensors.push_back({opened.tensors()[i], test::as_text(test::bytes_of(opened, i))});
    return tensors;
}

}  // namespace

/// Writes the tensors of each PATH, a file of torch.save or a distributed checkpoint, to PATH.safetensors; for
/// compare_with_torch.py.
///     copy_torch PATH...     prints a line a path: "ok", or the refusal
int main(int argc, char** argv) {
    for (const std::string& path : std::vector<std::string>(argv + 1, argv + argc)) {
        try {
            test::write_tensors(path + ".safetensors", std::filesystem::is_directory(path) ? tensors_of_directory(path)
                                                                                           : tensors_of_file(path));
            std::puts("ok");
        } catch (const bouillon::error& failure) {
            std::puts(failure.what());
        }
    }
    return 0;
}
