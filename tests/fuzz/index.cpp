// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint.hpp>

#include "checkpoint/files.hpp"
#include "fuzz/target.hpp"

// Any bytes as the index of a directory of two shards, with a third file outside that no index may reach.

namespace {

using namespace bouillon;
using test::promise;

/// ROOT/outside.safetensors, ROOT/inside/a.safetensors and ROOT/inside/b.safetensors, of one tensor each.
class shards {
 public:
    shards() {
        for (const char* name : {"outside", "inside/a", "inside/b"})
            test::write_tensors(root_ / (std::string(name) + ".safetensors"), {{{name, dtype::u8, {1}}, "x"}});
    }
    std::filesystem::path inside() const { return root_ / "inside"; }

 private:
    test::temporary_directory root_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const shards files;
    static const auto inside = canonical(files.inside());
    test::write_text(inside / detail::safetensors_names.index(), {reinterpret_cast<const char*>(data), size});
    try {
        const checkpoint opened(inside);
        for (std::size_t i = 0; i < opened.tensors().size(); ++i) {
            promise(canonical(opened.file(i)).parent_path() == inside, "every shard is in the index's directory");
            promise(opened.tensors()[i].name != "outside", "nothing outside is read");
            promise(test::as_text(test::bytes_of(opened, i)) == "x", "a tensor is its shard's");
        }
    } catch (const input_error&) {
        return 0;
    }
    return 0;
}
