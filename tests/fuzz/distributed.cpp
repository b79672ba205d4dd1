// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint.hpp>

#include "checkpoint/files.hpp"
#include "fuzz/target.hpp"

// Any bytes as the .metadata of a directory of four processes' files, with a file outside that none may reach.

namespace {

using namespace bouillon;
using test::promise;

/// ROOT/outside.distcp and ROOT/inside/__0_0.distcp to ROOT/inside/__3_0.distcp.
class chunks {
 public:
    chunks() {
        const auto from = std::filesystem::path(BOUILLON_TEST_DATA) / "distributed" / "four";
        create_directory(inside());
        for (const auto& item : std::filesystem::directory_iterator(from))
            if (item.path().extension() == ".distcp") copy(item.path(), inside() / item.path().filename());
        copy(from / "__0_0.distcp", root_ / "outside.distcp");
    }
    std::filesystem::path inside() const { return root_ / "inside"; }

 private:
    test::temporary_directory root_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const chunks files;
    static const auto inside = canonical(files.inside());
    test::write_text(inside / ".metadata", {reinterpret_cast<const char*>(data), size});
    try {
        const checkpoint opened(inside);
        for (std::size_t i = 0; i < opened.tensors().size(); ++i) {
            promise(canonical(opened.file(i)).parent_path() == inside, "every chunk is in the metadata's directory");
            promise(test::bytes_of(opened, i).size() <= 100'000, "a tensor has no more bytes than its chunks");
        }
    } catch (const input_error&) {
        return 0;
    }
    return 0;
}
