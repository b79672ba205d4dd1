// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/error.hpp>
#include <bouillon/search/journal_file.hpp>
#include <bouillon/search/search_options.hpp>
#include <bouillon/space/affine.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/same_point.hpp>
#include <bouillon/space/schedule.hpp>
#include <bouillon/space/simplex.hpp>

#include "bindings/module.hpp"
#include "bindings/python_choices.hpp"
#include "bindings/python_lock.hpp"
#include "choices/acquisition_choice.hpp"
#include "choices/choice.hpp"
#include "choices/kernel_choice.hpp"
#include "search/running_search.hpp"
#include <nanobind/ndarray.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace nb = nanobind;

namespace {

using reals = std::vector<double>;
using real_array = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

std::span<const double> span_of(const real_array& array) { return {array.data(), array.shape(0)}; }

/// A search that several threads of Python may call: one at a time, without Python's lock.
class shared_search {
 public:
    /// @param dimension of its space
    shared_search(running_search search, std::size_t dimension) : search_(std::move(search)), dimension_(dimension) {}

    std::size_t dimension() const { return dimension_; }

    template <class Call>
    auto run(const Call& call) {
        const lock_released released;
        const auto here = std::this_thread::get_id();
        if (caller_ == here) throw bouillon::input_error("a search is called by its own acquisition or kernel");
        const std::lock_guard one_at_a_time(mutex_);
        const in_use used(caller_, here);
        return call(search_);
    }

 private:
    struct in_use {
        std::atomic<std::thread::id>& caller;
        in_use(std::atomic<std::thread::id>& caller_of_search, std::thread::id here) : caller(caller_of_search) {
            caller = here;
        }
        ~in_use() { caller = std::thread::id(); }
    };

    running_search search_;
    std::size_t dimension_;
    std::mutex mutex_;
    std::atomic<std::thread::id> caller_ = std::thread::id();
};

/// A trial as Python names it: by its ticket, and by its unit point (d) where it has the whole trial.
using trial_name = std::tuple<std::size_t, std::optional<reals>>;

class named {
 public:
    explicit named(const trial_name& name)
        : trial_{std::get<0>(name), std::get<1>(name).value_or(reals())}, whole_(std::get<1>(name).has_value()) {}

    operator bouillon::named_trial() const { return whole_ ? bouillon::named_trial(trial_) : trial_.ticket; }

 private:
    bouillon::trial trial_;
    bool whole_;
};

any_kernel make_kernel(nb::handle kernel, nb::object derivative, std::size_t dimension) {
    if (nb::isinstance<nb::str>(kernel)) {
        const auto* const chosen = &choice_named(kernel_choices(), nb::cast<std::string>(kernel), "kernel");
        return (chosen == &kernel_choices().front() ? default_kernel(dimension) : *chosen).make();
    }
    return kernel_of(nb::cast<nb::callable>(kernel), std::move(derivative),
                     nb::cast<std::string>(kernel.attr("__name__")));
}

any_acquisition make_acquisition(nb::handle acquisition) {
    if (nb::isinstance<nb::str>(acquisition))
        return choice_named(acquisition_choices(), nb::cast<std::string>(acquisition), "acquisition").make();
    return acquisition_of(nb::cast<nb::callable>(acquisition), nb::cast<std::string>(acquisition.attr("__name__")));
}

/// @param text what json.dumps() gave, which also writes halves of characters and numbers of any size
nlohmann::ordered_json parsed_settings(const std::string& text) {
    try {
        return nlohmann::ordered_json::parse(text);
    } catch (const nlohmann::ordered_json::exception& problem) {
        throw bouillon::input_error(std::string("settings must be an object of JSON: ") + problem.what());
    }
}

struct journal_choice {
    std::optional<std::filesystem::path> file;
    bool resume;
    std::string settings;  // JSON
};

std::unique_ptr<shared_search> make_search(const any_space& space, const bouillon::search_options& options,
                                           nb::handle kernel, nb::object derivative, nb::handle acquisition,
                                           const journal_choice& journal) {
    auto chosen_kernel = make_kernel(kernel, std::move(derivative), space.dimension());
    auto chosen_acquisition = make_acquisition(acquisition);
    const lock_released released;
    const auto settings = parsed_settings(journal.settings);
    std::optional<search_journal> written;
    if (journal.file)
        written.emplace(search_journal{
            std::make_shared<bouillon::journal_file>(
                *journal.file, journal.resume ? bouillon::journal_mode::resume : bouillon::journal_mode::create),
            settings});
    return std::make_unique<shared_search>(running_search(space, options, std::move(chosen_acquisition),
                                                          std::move(chosen_kernel), written ? &*written : nullptr),
                                           space.dimension());
}

bouillon::search_options options_of(std::optional<std::size_t> budget, std::uint64_t seed, std::size_t initial_trials,
                                    reals reference_losses,
                                    const std::vector<std::tuple<reals, double, double>>& known) {
    bouillon::search_options options;
    options.budget = budget.value_or(bouillon::no_budget);
    options.seed = seed;
    options.initial_trials = initial_trials;
    options.reference_losses = std::move(reference_losses);
    for (const auto& [point, loss, variance] : known) options.known.push_back({point, loss, variance});
    return options;
}

const char* name_of_status(bouillon::trial_status status) {
    using enum bouillon::trial_status;
    if (status == pending) return "pending";
    if (status == observed) return "observed";
    return status == failed ? "failed" : "abandoned";
}

/// Merge weights (checkpoints) of a point (d) of a space.
reals merge_weights_of(const any_space& space, const reals& point) {
    space.check();
    bouillon::detail::require_coordinates("a point", point, space.dimension());
    bouillon::detail::require_same_point("a point", point, space.point(space.unit_point(point)));
    return space.merge_weights(point);
}

void add_spaces(nb::module_& module) {
    nb::class_<any_space>(module, "Space")
        .def_prop_ro("dimension", &any_space::dimension)
        .def("merge_weights", merge_weights_of);
    module.def("interval", [](double lower, double upper) { return any_space(bouillon::interval{lower, upper}); });
    module.def("simplex", [](std::size_t checkpoints) { return any_space(bouillon::simplex{checkpoints}); });
    module.def("affine", [](std::size_t checkpoints, double lower, double upper) {
        return any_space(bouillon::affine{.checkpoints = checkpoints, .lower = lower, .upper = upper});
    });
    module.def("schedule", [](std::size_t checkpoints, double step) {
        return any_space(bouillon::schedule{.checkpoints = checkpoints, .largest_step = step});
    });
    module.def("box",
               [](reals lower, reals upper, const std::vector<bool>& logarithmic, const std::vector<bool>& integer) {
                   bouillon::box box{.lower = std::move(lower), .upper = std::move(upper)};
                   for (std::size_t i = 0; i < logarithmic.size(); ++i)
                       box.coordinates.push_back({.logarithmic = logarithmic[i], .integer = integer.at(i)});
                   return any_space(std::move(box));
               });
}

// What a search tells, as the fields of the package's dataclasses in their order.

auto fields_of(const bouillon::trial& suggested) {
    return std::make_tuple(suggested.ticket, suggested.point, suggested.unit_point, suggested.merge_weights);
}

auto fields_of(const bouillon::recommendation& recommended) {
    return std::make_tuple(recommended.point, recommended.merge_weights, recommended.loss, recommended.standard_error,
                           recommended.ticket);
}

auto fields_of(const bouillon::record& record) {
    const auto& [suggested, observed] = record;
    return std::make_tuple(suggested.ticket, suggested.point, suggested.merge_weights, name_of_status(observed.status),
                           observed.loss, observed.variance, observed.reason, observed.document_losses);
}

auto records_of(shared_search& search) {
    return search.run([](auto& one) {
        std::vector<decltype(fields_of(std::declval<bouillon::record>()))> rows;
        for (const auto& record : one.history().records()) rows.push_back(fields_of(record));
        return rows;
    });
}

void observe_number(shared_search& search, const trial_name& trial, double loss, double variance) {
    search.run([&](auto& one) { one.observe(named(trial), loss, variance); });
}

void observe_documents(shared_search& search, const trial_name& trial, const real_array& losses) {
    search.run([&](auto& one) { one.observe(named(trial), span_of(losses)); });
}

void add_calls(nb::class_<shared_search>& type) {
    type.def("suggest",
             [](shared_search& search) { return search.run([](auto& one) { return fields_of(one.suggest()); }); })
        .def("repeat",
             [](shared_search& search, const trial_name& trial) {
                 return search.run([&](auto& one) { return fields_of(one.repeat(named(trial))); });
             })
        .def("observe_number", observe_number)
        .def("observe_documents", observe_documents)
        .def("fail", [](shared_search& search, const trial_name& trial,
                        const std::string& reason) { search.run([&](auto& one) { one.fail(named(trial), reason); }); })
        .def("abandon",
             [](shared_search& search, const trial_name& trial, const std::string& reason) {
                 search.run([&](auto& one) { one.abandon(named(trial), reason); });
             })
        .def("extend",
             [](shared_search& search, std::size_t trials) { search.run([&](auto& one) { one.extend(trials); }); });
}

void add_answers(nb::class_<shared_search>& type) {
    type.def("done", [](shared_search& search) { return search.run([](auto& one) { return one.done(); }); })
        .def(
            "recommendation",
            [](shared_search& search) { return search.run([](auto& one) { return fields_of(one.recommendation()); }); })
        .def("history", records_of)
        .def("budget",
             [](shared_search& search) -> std::optional<std::size_t> {
                 const auto budget = search.run([](auto& one) { return one.options().budget; });
                 return budget == bouillon::no_budget ? std::nullopt : std::optional(budget);
             })
        .def("resumed", [](shared_search& search) { return search.run([](auto& one) { return one.resumed(); }); })
        .def("dimension", &shared_search::dimension)
        .def("belief", [](shared_search& search, const real_array& points) {
            const auto losses = search.run([&](auto& one) { return one.believed_losses(span_of(points)); });
            std::pair<reals, reals> means_and_errors;  // (m) each
            for (const auto& loss : losses) {
                means_and_errors.first.push_back(loss.mean);
                means_and_errors.second.push_back(std::sqrt(loss.variance));
            }
            return std::make_tuple(means_and_errors.first, means_and_errors.second);
        });
}

template <class Choice>
std::vector<std::string> names_of(std::span<const Choice> choices) {
    std::vector<std::string> names;
    for (const auto& choice : choices) names.emplace_back(choice.name);
    return names;
}

}  // namespace

void add_search(nb::module_& module) {
    add_spaces(module);
    module.def("kernels", [] { return names_of(kernel_choices()); });
    module.def("acquisitions", [] { return names_of(acquisition_choices()); });
    nb::class_<shared_search> type(module, "Search");
    add_calls(type);
    add_answers(type);
    module.def(
        "make_search",
        [](const any_space& space, std::optional<std::size_t> budget, std::uint64_t seed, std::size_t initial_trials,
           reals reference_losses, const std::vector<std::tuple<reals, double, double>>& known, nb::handle kernel,
           nb::object derivative, nb::handle acquisition, std::optional<std::filesystem::path> journal, bool resume,
           const std::string& settings) {
            return make_search(space, options_of(budget, seed, initial_trials, std::move(reference_losses), known),
                               kernel, std::move(derivative), acquisition, {std::move(journal), resume, settings});
        },
        nb::arg("space"), nb::arg("budget").none(), nb::arg("seed"), nb::arg("initial_trials"),
        nb::arg("reference_losses"), nb::arg("known"), nb::arg("kernel"), nb::arg("derivative").none(),
        nb::arg("acquisition"), nb::arg("journal").none(), nb::arg("resume"), nb::arg("settings"));
}
