// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pytorch_archive.hpp>

#include "checkpoint/files.hpp"
#include "checkpoint/pickle_text.hpp"
#include "checkpoint/zip_text.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

namespace {

/// Records of a tensor of six floats.
std::vector<test::zip_field> records() {
    return {{"m/data.pkl", test::pickle::whole(test::pickle::tensor({2, 3}, {3, 1}))},
            {"m/data/0", std::string(24, 'd')},
            {"m/version", "3\n"}};
}

/// Where the tensor of an archive begins, which is in a file with something before it.
std::size_t place(const std::vector<test::zip_field>& of) {
    const test::temporary_directory directory;
    test::write_text(directory / "f", "before" + test::zip_text(of));
    const input_file file(directory / "f");
    const detail::pytorch_archive archive(detail::file_part(file, 6, file.size() - 6));
    CHECK(archive.file() == file.path().string());
    return archive.place(detail::pytorch_tensor_reader(archive.values(), "a", "f").read(archive.root())).begin;
}

std::string refusal(const std::vector<test::zip_field>& of) {
    const std::string message = test::message_of<input_error>([&] { place(of); });
    const auto end = message.find(": ");
    return end == message.npos ? message : message.substr(end + 2);
}

}  // namespace

TEST_CASE("a tensor of an archive begins where its storage's record does") {
    CHECK(place(records()) == 6 + test::zip_text(records()).find("dddd"));
}

TEST_CASE("a storage is a record of just its size") {
    auto changed = records();
    changed[1].name = changed[1].local_name = "m/data/1";
    CHECK(refusal(changed) == "tensor \"a\" is stored in the record \"data/0\", which is missing");
    for (const std::size_t size : {23, 25}) {
        changed = records();
        changed[1] = {"m/data/0", std::string(size, 'd')};
        CHECK(refusal(changed) == "tensor \"a\" is stored in the record \"data/0\" of " + to_string(size) +
                                      " bytes, where 24 are expected");
    }
}

TEST_CASE("an archive that is none of torch.save or was written on another kind of machine is refused") {
    CHECK(refusal({{"m/x", ""}}) == "is a zip archive without a record data.pkl, not a file of torch.save");
    auto ordered = records();
    ordered.push_back({"m/byteorder", "little"});
    CHECK(refusal(ordered).empty());
    ordered.back() = {"m/byteorder", "big"};
    CHECK(refusal(ordered) == "was written by a big-endian machine, which is not read");
}

TEST_CASE("a pickle above the limit is refused before it is read") {
    constexpr std::size_t size = 300 << 20;
    test::zip_field pickle{"m/data.pkl", ""};
    pickle.flags = pickle.local_flags = 0x800;
    pickle.size = pickle.packed = size;
    const std::size_t header = test::zip_local_header(pickle).size();
    const std::string text = test::zip_text({pickle}, {.hole = size});
    const test::temporary_directory directory;
    test::write_text(directory / "f", text.substr(0, header));
    std::filesystem::resize_file(directory / "f", header + size);  // a hole takes no room
    std::ofstream(directory / "f", std::ios::binary | std::ios::app) << text.substr(header);
    const input_file file(directory / "f");
    CHECK(test::message_of<input_error>([&] {
              detail::pytorch_archive archive(detail::file_part(file, 0, file.size()));
          }) == file.path().string() + ": has a pickle of 314572800 bytes, above the limit of 268435456");
}
