// SPDX-License-Identifier: Apache-2.0
#include "bindings/python_evaluator.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include "bindings/python_lock.hpp"
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

namespace {

/// What str() says of an object, if it says anything, with what is no UTF-8 escaped.
std::string text_of(nb::handle object) {
    const auto said = nb::steal(PyObject_Str(object.ptr()));
    const auto encoded =
        nb::steal(said.is_valid() ? PyUnicode_AsEncodedString(said.ptr(), "utf-8", "backslashreplace") : nullptr);
    if (encoded.is_valid())
        return {PyBytes_AsString(encoded.ptr()), static_cast<std::size_t>(PyBytes_Size(encoded.ptr()))};
    const nb::python_error raised;
    if (!raised.matches(PyExc_Exception)) throw raised;
    return {};
}

}  // namespace

merge_evaluation python_evaluator::operator()(std::span<const double> merge_weights, document_set set) {
    if (tests_ && set == document_set::test) return ask(merge_weights, {}, true);
    return documents_.measure(merge_weights, set, chooses_, [&](auto asked) { return ask(merge_weights, asked); });
}

merge_evaluation python_evaluator::operator()(std::span<const double> merge_weights,
                                              std::span<const std::size_t> documents) {
    return documents_.measure(documents, [&](auto asked) { return ask(merge_weights, asked); });
}

merge_evaluation python_evaluator::ask(std::span<const double> merge_weights, std::span<const std::size_t> documents,
                                       bool test) {
    const lock_held held;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    std::tuple<std::vector<double>, double, double> measured;
    try {
        nb::object asked = nb::none();
        if (!documents.empty()) asked = nb::cast(std::vector<std::size_t>(documents.begin(), documents.end()));
        const std::vector<double> weights(merge_weights.begin(), merge_weights.end());
        measured = nb::cast<decltype(measured)>(called(measure_, nb::make_tuple(weights, asked, test)));
    } catch (const nb::python_error& raised) {
        if (!raised.matches(nb::module_::import_("bouillon._core").attr("WorkError"))) throw;
        throw bouillon::work_error(text_of(raised.value()));
    }
    auto& [losses, merge_seconds, score_seconds] = measured;
    if (losses.empty()) throw bouillon::work_error("the scorer gave no loss");
    return {std::move(losses), merge_seconds, score_seconds};
}
