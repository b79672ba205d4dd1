// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal.hpp>

#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/kernel/rational_quadratic.hpp>
#include <bouillon/search/journal_contents.hpp>
#include <bouillon/search/paper_search.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>

#include "guarded_problem.hpp"
#include "objectives.hpp"
#include "scratch.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <string>

using namespace bouillon;

namespace {

const nlohmann::ordered_json settings = {{"kernel", "matern52"}, {"checkpoints", {"a b", "c"}}};

bayesian_search<box> branin_search() { return bayesian_search(box{{-5, 0}, {10, 15}}, {.budget = 9}); }

/// Some trials of the search fail and one has no variance, as in life.
template <class Search>
void end_trial(Search& search, const trial& next) {
    if (next.ticket % 4 == 2) return search.fail(next, "it said \"no\"\n\xff");
    const double loss = branin(std::vector{next.point.front(), next.point.back()});
    if (next.ticket % 4 == 1) return search.observe(next, loss);
    search.observe(next, loss, 0.01);
}

/// Runs a search to its end with a journal, one trial at a time.
template <class Search>
std::string run_with_journal(Search search, const std::filesystem::path& path, journal_mode mode) {
    journaled_search journaled(std::move(search), path, settings, mode);
    while (!journaled.done()) end_trial(journaled, journaled.suggest());
    return read_text(path);
}

/// Kills the search after every line, and in the middle of the next one, and compares how it ends.
template <class MakeSearch>
void check_every_kill(const MakeSearch& make_search) {
    const scratch_folder folder;
    const std::string whole = run_with_journal(make_search(), folder.path / "whole", journal_mode::create);
    for (std::size_t end = 0; end != whole.npos; end = whole.find('\n', end + 1))
        for (const std::size_t torn : {std::size_t{0}, std::size_t{9}}) {
            const auto path = folder.path / "killed";
            write_text(path, whole.substr(0, end + (end > 0) + torn));
            CHECK(run_with_journal(make_search(), path, journal_mode::resume) == whole);
        }
}

/// What a caller with three workers does next depends on the history alone, so that a killed one can go on.
/// False when all is done.
template <class Search>
bool next_step(Search& search, bool known_noise) {
    const auto& trials = search.history();
    std::vector<trial> out;
    for (const auto& [suggested, observed] : trials.records())
        if (observed.status == trial_status::pending) out.push_back(suggested);
    if (!search.done() && out.size() < 3) {
        if (trials.size() == 6)
            search.repeat(trials[0].trial);
        else
            search.suggest();
        return true;
    }
    if (out.empty()) return false;
    const trial& ended = out[(7 * trials.size() + out.size()) % out.size()];
    if (ended.ticket % 5 == 3)
        search.abandon(ended, "its worker died");
    else if (ended.ticket % 5 == 1)
        search.fail(ended, "no memory");
    else if (known_noise)
        search.observe(ended, branin(ended.point), 0.25);
    else
        search.observe(ended, branin(ended.point));
    return true;
}

/// Kills such a caller after every step and compares how it ends.
template <class MakeSearch>
void check_every_step(const MakeSearch& make_search, bool known_noise) {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    {
        journaled_search search(make_search(), path, settings);
        while (next_step(search, known_noise)) {
        }
    }
    const std::string whole = read_text(path);
    CHECK(std::count(whole.begin(), whole.end(), '\n') > 20);
    for (std::size_t end = whole.find('\n'); end != whole.npos; end = whole.find('\n', end + 1)) {
        write_text(path, whole.substr(0, end + 1));
        journaled_search search(make_search(), path, settings, journal_mode::resume);
        for (auto out = search.history().count(trial_status::pending); out > 0; --out) search.suggest();
        CHECK(search.suggested_otherwise() == 0);
        while (next_step(search, known_noise)) {
        }
        CHECK(read_text(path) == whole);
    }
}

std::string first_lines(const std::string& text, int count) {
    std::size_t end = 0;
    for (int i = 0; i < count; ++i) end = text.find('\n', end) + 1;
    return text.substr(0, end);
}

}  // namespace

TEST_CASE("a search with a kernel that is a profile continues bit for bit") {
    check_every_kill([] {
        return bayesian_search(box{{-5, 0}, {10, 15}}, {.budget = 5}, upper_confidence_bound{},
                               rational_quadratic_profile{2});
    });
}

TEST_CASE("a search that is killed while it climbs elsewhere continues bit for bit") {
    const scratch_folder folder;
    const auto run = [](const std::filesystem::path& path, journal_mode mode, bool elsewhere = true) {
        bayesian_search plain(box{{0, 0}, {1, 1}}, {.budget = 36, .seed = 3, .climbs = {.elsewhere = elsewhere}});
        journaled_search search(std::move(plain), path, settings, mode);
        while (!search.done()) {
            const trial next = search.suggest();
            search.observe(next, two_basins(next.point), 0);
        }
        return read_text(path);
    };
    const std::string whole = run(folder.path / "whole", journal_mode::create);
    CHECK(run(folder.path / "stays", journal_mode::create, false) != whole);  // so it did climb, from trial 15 on
    std::size_t end = 0;
    for (int line = 0; end != whole.npos; ++line, end = whole.find('\n', end + 1)) {
        if (line % 8 != 5) continue;
        write_text(folder.path / "killed", whole.substr(0, end + 1));
        CHECK(run(folder.path / "killed", journal_mode::resume) == whole);
    }
}

TEST_CASE("a journal is the same whether trials are ended by themselves or by their tickets") {
    const scratch_folder folder;
    const auto text = [&](const char* name, const auto& key) {
        journaled_search search(branin_search(), folder.path / name, settings);
        std::vector<trial> out;
        for (int i = 0; i < 6; ++i) out.push_back(search.suggest());
        search.observe(key(out[2]), 1.5, 0.25);
        search.observe(key(out[0]), std::vector{1.0, 2.0});
        search.observe(key(out[1]), loss_estimate{1, 0.5}, std::vector{1.0});
        search.fail(key(out[3]), "no");
        search.abandon(key(out[4]), "gone");
        for (int i = 0; i < 3; ++i) search.repeat(key(out[2]));
        return read_text(folder.path / name);
    };
    CHECK(text("trials", [](const trial& one) { return one; }) ==
          text("tickets", [](const trial& one) { return one.ticket; }));
}

TEST_CASE("trials that were out may be ended after a resume instead of being handed out again") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    {
        journaled_search begun(branin_search(), path, settings);
        for (int i = 0; i < 4; ++i) begun.suggest();
    }
    journaled_search search(branin_search(), path, settings, journal_mode::resume);
    std::vector<trial> out;
    for (const auto& [suggested, observed] : search.history().records()) out.push_back(suggested);
    search.abandon(out[0], "its worker died with the program");
    search.fail(out[1], "no memory");
    search.observe(out[3], branin(out[3].point), 0.0);
    CHECK(search.suggest().ticket == 2);
    CHECK(search.suggest().ticket == 4);
}

TEST_CASE("a search killed after any step, or within a line, continues bit for bit") {
    check_every_kill(branin_search);
}

TEST_CASE("a trial's document losses come back with its journal") {
    const scratch_folder folder;
    const std::vector<double> losses = {2.125, 1.0 / 3, 7};
    const auto open = [&](journal_mode mode) {
        return journaled_search(branin_search(), folder.path / "journal", settings, mode);
    };
    {
        auto journaled = open(journal_mode::create);
        journaled.observe(journaled.suggest(), losses);
        journaled.observe(journaled.suggest(), loss_estimate{0.5, 0.25}, std::vector{2.0});
        journaled.observe(journaled.suggest(), 1.0);
    }
    const auto text = read_text(folder.path / "journal");
    CHECK(text.find(R"("documents":3,"losses":[2.125,)") != text.npos);
    const auto resumed = open(journal_mode::resume);
    const auto& trials = resumed.history();
    CHECK(trials[0].observation.document_losses == losses);
    CHECK(trials[0].observation.loss == mean_loss(losses).mean);
    CHECK(trials[1].observation.document_losses == std::vector{2.0});
    CHECK(trials[1].observation.variance == 0.25);
    CHECK(trials[2].observation.document_losses.empty());
}

TEST_CASE("a hedge's gains come back with its journal") {
    check_every_kill([] { return paper_search(0.0, {.budget = 8}); });
}

TEST_CASE("several trials that were out are handed out again, then the search goes on as it would have") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    std::vector<trial> out;
    {
        journaled_search search(branin_search(), path, settings);
        for (int i = 0; i < 3; ++i) out.push_back(search.suggest());
        search.abandon(out[1], "its worker died");
    }
    journaled_search search(branin_search(), path, settings, journal_mode::resume);
    CHECK(search.resumed() == 1);
    CHECK(search.suggest().ticket == 0);
    CHECK(search.suggest().ticket == 2);
    const trial again = search.suggest();
    CHECK(again.ticket == 3);
    CHECK(again.unit_point == out[1].unit_point);  // of the first design, and free again
}

TEST_CASE("a search with several trials out, ended in any way and order, continues bit for bit from every step") {
    const auto check = [](auto acquisition, bool known_noise) {
        check_every_step(
            [&] {
                return bayesian_search(box{{-5, 0}, {10, 15}}, {.budget = 9}, acquisition);
            },
            known_noise);
    };
    check(log_noisy_expected_improvement{}, true);
    check(log_noisy_expected_improvement{}, false);
    check(gp_hedge<expected_improvement, upper_confidence_bound>{}, false);
    check(thompson_sampling{}, true);
}

TEST_CASE("a search whose numbers changed resumes, and says how many trials it would have suggested elsewhere") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const auto search_with = [](double beta) {
        return bayesian_search(box{{-5, 0}, {10, 15}}, {.budget = 9}, upper_confidence_bound{beta});
    };
    run_with_journal(search_with(1.8), path, journal_mode::create);
    CHECK(journaled_search(search_with(1.8), path, settings, journal_mode::resume).suggested_otherwise() == 0);
    CHECK(journaled_search(search_with(4), path, settings, journal_mode::resume).suggested_otherwise() > 0);
}

TEST_CASE("a journal of a space with other bounds is refused") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    run_with_journal(branin_search(), path, journal_mode::create);
    CHECK_THROWS_AS(
        journaled_search(bayesian_search(box{{-5, 0}, {10, 14}}, {.budget = 9}), path, settings, journal_mode::resume),
        input_error);
}

TEST_CASE("a finished journal resumes to the same recommendation and to nothing left to do") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    std::vector<double> recommended;
    {
        journaled_search search(branin_search(), path, settings);
        while (!search.done()) end_trial(search, search.suggest());
        recommended = search.recommendation().point;
    }
    journaled_search again(branin_search(), path, settings, journal_mode::resume);
    CHECK(again.done());
    CHECK(again.resumed() == 9);
    CHECK(again.recommendation().point == recommended);
    CHECK(std::isnan(again.history()[1].observation.variance));
    CHECK(again.history()[2].observation.status == trial_status::failed);
}

TEST_CASE("a search continues after the result with which its caller ended the journal") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const std::string whole = run_with_journal(branin_search(), path, journal_mode::create);
    const std::string result = "{\"event\":\"result\"}\n";
    const auto half = first_lines(whole, 7);
    write_text(path, half + result);
    CHECK(run_with_journal(branin_search(), path, journal_mode::resume) == half + result + whole.substr(half.size()));
}

TEST_CASE("recorded points stand, even where this machine would have rounded otherwise") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    write_text(path,
               first_lines(run_with_journal(branin_search(), folder.path / "whole", journal_mode::create), 1) +
                   R"({"event":"suggest","ticket":0,"unit_point":[0.5,0.25],"point":[2.5,3.75],"merge_weights":[]})"
                   "\n");
    journaled_search search(branin_search(), path, settings, journal_mode::resume);
    CHECK(search.suggest().unit_point == std::vector{0.5, 0.25});
}

TEST_CASE("a journal of other options or settings is refused with the field and both values") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    run_with_journal(branin_search(), path, journal_mode::create);
    const auto resume = [&](std::size_t budget, const nlohmann::ordered_json& with) {
        journaled_search(bayesian_search(box{{-5, 0}, {10, 15}}, {.budget = budget}), path, with, journal_mode::resume);
    };
    const std::string name = "journal " + path.string() + ": ";
    CHECK_THROWS_WITH_AS(resume(7, settings),
                         (name + "budget is 9 there, but 7 here: it can grow, but not shrink").c_str(), input_error);
    auto other = settings;
    other["kernel"] = "matern32";
    CHECK_THROWS_WITH_AS(resume(9, other), (name + R"(kernel is "matern52" there, but "matern32" here)").c_str(),
                         input_error);
    other = settings;
    other.erase("kernel");
    CHECK_THROWS_WITH_AS(resume(9, other), (name + R"(kernel is "matern52" there, but missing here)").c_str(),
                         input_error);
    CHECK_NOTHROW(resume(9, settings));
}

TEST_CASE("losses that are measured otherwise now are told, and the recorded ones stand") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const auto search_of = [](double shift) {
        search_options options{.budget = 6, .reference_losses = {2, 3 + shift}};
        options.known = {{.point = {0, 5}, .loss = 0.25 + 2 * shift, .variance = 0.01}};
        return bayesian_search(box{{-5, 0}, {10, 15}}, options);
    };
    const auto run = [&](double shift, journal_mode mode, int trials) {
        journaled_search search(search_of(shift), path, settings, mode);
        for (int i = 0; i < trials; ++i) {
            const trial next = search.suggest();
            const double loss = branin(next.point) / 100;
            search.observe(next, std::vector{loss, loss + 1});
        }
        return search.changed_losses();
    };
    CHECK(run(0, journal_mode::create, 6).differing == 0);
    const std::string whole = read_text(path);
    write_text(path, first_lines(whole, 7));
    const auto changes = run(1e-6, journal_mode::resume, 3);
    CHECK(changes.compared == 3);
    CHECK(changes.differing == 2);
    CHECK(changes.largest == doctest::Approx(2e-6));
    CHECK(read_text(path) == whole);
}

TEST_CASE("a search that is given more trials goes on as one that had them from the start") {
    const scratch_folder folder;
    const auto path = folder.path / "journal", other = folder.path / "other";
    const auto run = [&](const std::filesystem::path& file, std::size_t budget, journal_mode mode) {
        bayesian_search plain(box{{-5, 0}, {10, 15}}, {.budget = budget, .climbs = {.elsewhere = false}});
        journaled_search search(std::move(plain), file, settings, mode);
        CHECK(search.suggested_otherwise() == 0);
        while (!search.done()) end_trial(search, search.suggest());
        return read_text(file);
    };
    // A first design of four points, as large as any.
    const std::string small = run(path, 9, journal_mode::create), large = run(other, 12, journal_mode::create);
    const std::string grown = run(path, 12, journal_mode::resume);
    const std::string growth = "{\"event\":\"budget\",\"budget\":12}\n";
    CHECK(grown == small + growth + large.substr(small.size() + 1));  // "12" is longer than "9"
    CHECK(run(path, 12, journal_mode::resume) == grown);
    CHECK_THROWS_WITH_AS(
        run(path, 9, journal_mode::resume),
        ("journal " + path.string() + ": budget is 12 there, but 9 here: it can grow, but not shrink").c_str(),
        input_error);
}

TEST_CASE("a finished journal that is resumed with a larger budget goes on as the search that was extended") {
    const scratch_folder folder;
    const auto whole = folder.path / "whole", path = folder.path / "journal";
    const auto search_of = [](std::size_t budget) { return bayesian_search(interval{}, {.budget = budget}); };
    const auto run_all = [](auto& search) {  // climbs elsewhere after some ten trials
        while (!search.done()) {
            const trial next = search.suggest();
            search.observe(next, std::cos(12 * next.point[0]) - next.point[0], 0);
        }
    };
    {
        journaled_search search(search_of(12), whole, settings);
        for (const std::size_t more : {6, 4}) {
            run_all(search);
            search.extend(more);
        }
        run_all(search);
    }
    for (const std::size_t budget : {12, 18, 22}) {
        const auto mode = budget == 12 ? journal_mode::create : journal_mode::resume;
        journaled_search search(search_of(budget), path, settings, mode);
        CHECK(search.suggested_otherwise() == 0);
        CHECK(search.options().budget == budget);
        run_all(search);
    }
    CHECK(read_text(path) == read_text(whole));
    check_every_kill([&] { return search_of(22); });
}

TEST_CASE("a search without a budget is asked until its caller stops and resumes as such") {
    const scratch_folder folder;
    const auto path = folder.path / "journal", whole = folder.path / "whole";
    const auto run = [&](const std::filesystem::path& file, std::size_t trials, journal_mode mode) {
        bayesian_search plain(interval{}, {.budget = 5});
        plain.extend(no_budget);
        journaled_search search(std::move(plain), file, settings, mode);
        for (std::size_t i = 0; i < trials; ++i) {
            CHECK_FALSE(search.done());
            end_trial(search, search.suggest());
        }
    };
    run(whole, 9, journal_mode::create);
    run(path, 4, journal_mode::create);
    run(path, 5, journal_mode::resume);
    CHECK(read_text(path) == read_text(whole));
    CHECK(read_text(path).find("\"budget\":null") != std::string::npos);
}

TEST_CASE("a search that is given more trials keeps the first design that it was begun with") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    for (const std::size_t budget : {4, 9, 14}) {
        const auto mode = budget == 4 ? journal_mode::create : journal_mode::resume;
        journaled_search search(
            bayesian_search(box{{-5, 0}, {10, 15}}, {.budget = budget, .climbs = {.elsewhere = false}}), path, settings,
            mode);
        CHECK(search.suggested_otherwise() == 0);
        CHECK(search.options().initial_trials == (budget == 4 ? 0 : 2));
        while (!search.done()) end_trial(search, search.suggest());
        CHECK(search.history().size() == budget);
    }
}

TEST_CASE("a caller may add lines of its own to the journal that it opened") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const auto open = [&](journal_mode mode) { return std::make_shared<journal_file>(path, mode); };
    {
        const auto file = open(journal_mode::create);
        journaled_search search(branin_search(), file, settings);
        end_trial(search, search.suggest());
        file->append(R"({"event":"measured","merge_weights":[1,0],"search":[2]})");
        end_trial(search, search.suggest());
    }
    journaled_search search(branin_search(), open(journal_mode::resume), settings);
    CHECK(search.resumed() == 2);
}

TEST_CASE("a journal with a wrong line is refused with the line's number") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const std::string header =
        first_lines(run_with_journal(branin_search(), folder.path / "whole", journal_mode::create), 1);
    for (const std::string line :
         {"not JSON", "[]", "{}", R"({"event":"dance"})", R"({"event":3})", R"({"event":"budget"})",
          R"({"event":"observe","ticket":0,"loss":1})", R"({"event":"fail","ticket":0,"reason":""})",
          R"({"event":"suggest","ticket":"a"})", R"({"event":"repeat","ticket":0,"of":0})",
          R"({"event":"abandon","ticket":0,"reason":""})",
          R"({"event":"suggest","ticket":3,"unit_point":[0,0],"point":[0,0],"merge_weights":[]})"}) {
        CAPTURE(line);
        write_text(path, header + line + "\n");
        const auto resume = [&] { journaled_search(branin_search(), path, settings, journal_mode::resume); };
        const std::string begin = "journal " + path.string() + ": line 2: ";
        try {
            resume();
            FAIL("it was read");
        } catch (const input_error& problem) {
            CHECK(std::string(problem.what()).substr(0, begin.size()) == begin);
        }
    }
}

TEST_CASE("a journal that exists is not overwritten by a new search") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const std::string whole = run_with_journal(branin_search(), path, journal_mode::create);
    CHECK_THROWS_AS(run_with_journal(branin_search(), path, journal_mode::create), input_error);
    CHECK(read_text(path) == whole);
}

TEST_CASE("a search with guards is resumed as if it had never stopped, with what it was told of them") {
    const guarded_problem problem;
    const scratch_folder folder;
    using guarded_search = bayesian_search<box, guarded<log_noisy_expected_improvement>>;
    const auto run = [&](const std::filesystem::path& path, journal_mode mode) {
        auto options = problem.options(8);
        options.known = {{.point = {0, 0}}};
        journaled_search search(guarded_search(box{{0, 0}, {1, 1}}, options), path, settings, mode);
        CHECK(search.suggested_otherwise() == 0);
        while (!search.done()) {
            const trial next = search.suggest();
            const auto losses = problem.losses(next.point);
            if (next.ticket % 3 == 0) {
                search.observe(next, losses);
                continue;
            }
            const auto all = paired_difference(losses, search.options().reference_losses, search.options().domains);
            const loss_estimate of_guard{guarded_problem::guarded_loss(next.point), 1e-4};
            search.observe(next, all, std::span(&of_guard, 1), std::span(losses).first(5));
        }
        CHECK(search.recommendation().keeps_guards);
        return read_text(path);
    };
    const std::string whole = run(folder.path / "whole", journal_mode::create);
    CHECK(whole.find(R"("guards":[{"loss":)") != std::string::npos);
    for (const int lines : {1, 4, 9, 15}) {
        write_text(folder.path / "killed", first_lines(whole, lines));
        CHECK(run(folder.path / "killed", journal_mode::resume) == whole);
    }
    const auto contents = read_journal(folder.path / "whole");
    CHECK(contents.trials[1].observation.guard_losses.size() == 1);
    CHECK(contents.trials[1].observation.document_losses.size() == 5);
}
