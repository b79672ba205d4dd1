// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.ipp>
#include <bouillon/checkpoint/folder/run_folder.ipp>
#include <bouillon/checkpoint/read_checkpoint.ipp>
#include <bouillon/checkpoint/read_stored.ipp>
