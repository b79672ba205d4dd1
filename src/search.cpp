// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal_header.ipp>
#include <bouillon/search/journal_json.ipp>
