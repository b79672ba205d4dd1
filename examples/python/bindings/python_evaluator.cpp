// SPDX-License-Identifier: Apache-2.0
#include "bindings/python_evaluator.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace nb = nanobind;

using bouillon::document_set;
using bouillon::merge_evaluation;

merge_evaluation python_evaluator::operator()(std::span<const double> merge_weights, document_set set) {
    if (const auto* kept = documents_.kept(merge_weights); kept && set == document_set::test) return {*kept};
    const auto& [search, confirm] = documents_.split();
    if (chooses_ && !confirm.empty()) {
        auto result = ask(merge_weights, set == document_set::search ? search : confirm);
        if (set == document_set::test) documents_.keep(merge_weights, result.losses);
        return result;
    }
    merge_evaluation result = ask(merge_weights, {});
    documents_.expect(result.losses.size());
    return documents_.part(merge_weights, std::move(result), set);
}

merge_evaluation python_evaluator::operator()(std::span<const double> merge_weights,
                                              std::span<const std::size_t> documents) {
    const auto& search = documents_.split().search;
    std::vector<std::size_t> asked;  // (scored), as the function counts them
    for (const std::size_t document : documents) asked.push_back(search.empty() ? document : search[document]);
    return ask(merge_weights, asked);
}

merge_evaluation python_evaluator::ask(std::span<const double> merge_weights,
                                       std::optional<std::span<const std::size_t>> documents) {
    const nb::gil_scoped_acquire held;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    std::tuple<std::vector<double>, double, double> measured;
    try {
        nb::object asked = nb::none();
        if (documents) asked = nb::cast(std::vector<std::size_t>(documents->begin(), documents->end()));
        const std::vector<double> weights(merge_weights.begin(), merge_weights.end());
        measured = nb::cast<decltype(measured)>(measure_(weights, asked));
    } catch (const nb::python_error& raised) {
        if (!raised.matches(PyExc_Exception)) throw;  // as Ctrl-C
        const auto name = nb::cast<std::string>(raised.type().attr("__name__"));
        throw bouillon::work_error("the scorer raised " + name + ": " + nb::cast<std::string>(nb::str(raised.value())));
    }
    auto& [losses, merge_seconds, score_seconds] = measured;
    if (documents && losses.size() != documents->size())
        throw bouillon::work_error("the scorer gave " + bouillon::to_string(losses.size()) + " losses, but " +
                                   bouillon::to_string(documents->size()) + " documents were asked for");
    return {std::move(losses), merge_seconds, score_seconds};
}
