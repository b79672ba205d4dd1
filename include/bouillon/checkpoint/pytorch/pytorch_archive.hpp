// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/pytorch/file_part.hpp>
#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>
#include <bouillon/checkpoint/pytorch/pytorch_tensors.hpp>
#include <bouillon/checkpoint/pytorch/zip_archive.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace bouillon::detail {

/// The most bytes that the pickle of a file of torch.save may take. 100,000 tensors take about 10 million.
inline constexpr std::size_t pytorch_pickle_limit = 256 << 20;

/// A zip archive of torch.save, which is a file or a part of one, and what its data.pkl is of.
class pytorch_archive {
 public:
    explicit pytorch_archive(const file_part& part) : archive_(part), file_(part.file().path().string()) {
        if (const auto* order = archive_.find("byteorder"); order && order->size <= 16)
            if (archive_.read(*order) == "big") fail("was written by a big-endian machine, which is not read");
        const zip_record* record = archive_.find("data.pkl");
        if (!record) fail("is a zip archive without a record data.pkl, not a file of torch.save");
        if (record->size > pytorch_pickle_limit)
            fail("has a pickle of " + to_string(record->size) + " bytes, above the limit of " +
                 to_string(pytorch_pickle_limit));
        pickle_ = archive_.read(*record);
        read_.emplace(read_pickle(std::as_bytes(std::span(pickle_)), file_));
    }
    pytorch_archive(const pytorch_archive&) = delete;  // the values are views of the pickle
    pytorch_archive& operator=(const pytorch_archive&) = delete;

    const std::string& file() const { return file_; }
    const pickle_values& values() const { return read_->values; }
    pickle_id root() const { return read_->root; }

    /// Where a tensor is, whose storage must be a record of just its size.
    pytorch_tensor place(const stored_pytorch_tensor& tensor) const {
        const auto name = "data/" + std::string(tensor.storage.key);
        const auto refuse = [&](const std::string& what) {
            fail("tensor " + in_quotes(tensor.name) + " is stored in the record " + in_quotes(name) + what);
        };
        const zip_record* record = archive_.find(name);
        if (!record) refuse(", which is missing");
        if (record->size != tensor.storage.bytes())
            refuse(" of " + to_string(record->size) + " bytes, where " + to_string(tensor.storage.bytes()) +
                   " are expected");
        return {tensor, record->begin + tensor.begin, tensor.strides};
    }

 private:
    [[noreturn]] void fail(const std::string& what) const { throw input_error(file_ + ": " + what); }

    zip_archive archive_;
    std::string file_;
    std::string pickle_;
    std::optional<unpickled> read_;
};

}  // namespace bouillon::detail
