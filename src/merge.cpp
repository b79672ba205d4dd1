// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/recipe.ipp>
#include <bouillon/merge/write_merged.ipp>
#include <bouillon/merge_search/held_out_file.ipp>
