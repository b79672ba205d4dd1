// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/folder/stored_form.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("weights can be opened unless a reason stands against it") {
    directory_content content;
    CHECK_FALSE(content.is_known());
    content.form = stored_form::pytorch;
    CHECK(content.is_readable());
    content.unfinished = "a shard is missing";
    CHECK_FALSE(content.is_readable());
    CHECK(directory_content{.refused = "zarr"}.is_known());
    CHECK_FALSE(directory_content{.refused = "zarr"}.is_readable());
}
