// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pytorch_file.hpp>

#include "fuzz/target.hpp"

#include <algorithm>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

// Any bytes as a file of torch.save, as an item of a distributed checkpoint and as a zip archive. What is not refused
// has its records and tensors inside the file.

namespace {

using namespace bouillon;
using test::promise;

/// A file in memory that gets new bytes again and again.
class memory_file {
 public:
    memory_file() : number_(::memfd_create("input", 0)) { promise(number_ >= 0, "there is a file in memory"); }

    void write(std::span<const std::byte> bytes) const {
        promise(::ftruncate(number_, 0) == 0, "the file is emptied");
        promise(::pwrite(number_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
                "the file is written");
    }
    std::string path() const { return "/proc/self/fd/" + to_string(number_); }

 private:
    int number_;
};

template <class Check>
void unless_refused(const Check& check) {
    try {
        check();
    } catch (const input_error&) {
        return;
    }
}

void check_archive(const input_file& file) {
    detail::zip_archive archive(detail::file_part(file, 0, file.size()));
    auto records = archive.records();
    for (std::size_t i = 0; i < records.size(); ++i) {
        promise(i == 0 || records[i - 1].name < records[i].name, "records are sorted, and each is there once");
        promise(records[i].begin <= file.size() && records[i].size <= file.size() - records[i].begin,
                "a record is inside its archive");
        promise(archive.find(records[i].name)->begin == records[i].begin, "a record is found by its name");
        promise(archive.read(records[i]).size() == records[i].size, "a record is read");
    }
    std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    for (std::size_t i = 1; i < records.size(); ++i)
        promise(records[i - 1].begin + records[i - 1].size <= records[i].begin, "records do not overlap");
}

void check_tensor(const pytorch_tensor& tensor, std::size_t file_size) {
    promise(tensor.begin <= file_size, "a tensor begins inside the file");
    if (std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end()) return;
    std::size_t last = tensor.elements() - 1;
    if (!tensor.strides.empty()) {
        promise(tensor.strides.size() == tensor.shape.size(), "a tensor has as many strides as dimensions");
        last = 0;
        for (std::size_t d = 0; d < tensor.shape.size(); ++d) last += (tensor.shape[d] - 1) * tensor.strides[d];
    }
    promise(last < file_size && (last + 1) * bytes(tensor.type) <= file_size - tensor.begin,
            "a tensor ends inside the file");
    promise(tensor.elements() <= last + 1, "a tensor repeats nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const memory_file memory;
    memory.write(std::as_bytes(std::span(data, size)));
    const input_file file(memory.path());
    unless_refused([&] { check_archive(file); });
    unless_refused([&] {
        for (const auto& tensor : read_pytorch_file(file).tensors) check_tensor(tensor, size);
    });
    unless_refused([&] { check_tensor(read_pytorch_item(file, 0, size), size); });
    return 0;
}
