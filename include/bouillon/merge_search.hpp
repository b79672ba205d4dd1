// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where the three arms meet: merges are measured, trials run, baselines compared, and the verdict is drawn.
#include <bouillon/merge_search/choose_merge.hpp>
#include <bouillon/merge_search/confirmed_documents.hpp>
#include <bouillon/merge_search/defaults.hpp>
#include <bouillon/merge_search/document_split.hpp>
#include <bouillon/merge_search/domain_gains.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/external_evaluator.hpp>
#include <bouillon/merge_search/guard_verdict.hpp>
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/merge_search/layered_evaluator.hpp>
#include <bouillon/merge_search/make_report.hpp>
#include <bouillon/merge_search/measured_merges.hpp>
#include <bouillon/merge_search/paired_gain.hpp>
#include <bouillon/merge_search/question_evaluator.hpp>
#include <bouillon/merge_search/racing.hpp>
#include <bouillon/merge_search/report.hpp>
#include <bouillon/merge_search/resident_evaluator.hpp>
#include <bouillon/merge_search/run.hpp>
#include <bouillon/merge_search/served_evaluator.hpp>
#include <bouillon/merge_search/side_by_side_evaluator.hpp>
#include <bouillon/merge_search/warnings.hpp>
#include <bouillon/merge_search/written_merges.hpp>
