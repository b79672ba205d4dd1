// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything but the tensor backends, which need libraries of their own: include tensor/xtensor_backend.hpp or
/// tensor/thrust_backend.hpp beside this; and compare/ and testing/, which compare and test what is written with it.
#include <bouillon/checkpoint/folder/run_folder.hpp>
#include <bouillon/checkpoint/folder/run_selection.hpp>
#include <bouillon/core/schedule_weights.hpp>
#include <bouillon/merge/compare.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge/resident.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/merge_search.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/score/loss_summary.hpp>
#include <bouillon/score/multiple_choice.hpp>
#include <bouillon/search.hpp>
#include <bouillon/search/journal.hpp>
#include <bouillon/version.hpp>
