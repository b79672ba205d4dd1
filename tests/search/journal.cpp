// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal.hpp>
#include <bouillon/search/paper_search.hpp>
#include <bouillon/space/box.hpp>

#include "objectives.hpp"
#include "scratch.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

const std::map<std::string, std::string> settings = {{"kernel", "matern52"}, {"checkpoints", "a b"}};

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

std::string first_lines(const std::string& text, int count) {
    std::size_t end = 0;
    for (int i = 0; i < count; ++i) end = text.find('\n', end) + 1;
    return text.substr(0, end);
}

}  // namespace

TEST_CASE("a search killed after any step, or within a line, continues bit for bit") {
    check_every_kill(branin_search);
}

TEST_CASE("a hedge's gains come back with its journal") {
    check_every_kill([] { return paper_search(0.0, {.budget = 8}); });
}

TEST_CASE("several trials that were out are handed out again, then the search goes on as it would have") {
    const scratch_folder folder;
    const auto in_pairs = [](auto& search) {
        while (!search.done()) {
            const trial first = search.suggest();
            if (search.done()) return end_trial(search, first);
            const trial second = search.suggest();
            end_trial(search, second);
            end_trial(search, first);
        }
    };
    std::string whole;
    {
        journaled_search search(branin_search(), folder.path / "whole", settings);
        in_pairs(search);
        whole = read_text(folder.path / "whole");
    }
    for (const int lines : {3, 7, 15}) {  // two suggestions after whole pairs
        write_text(folder.path / "killed", first_lines(whole, lines));
        journaled_search search(branin_search(), folder.path / "killed", settings, journal_mode::resume);
        CHECK(search.resumed() == static_cast<std::size_t>(lines - 3) / 2);
        in_pairs(search);
        CHECK(read_text(folder.path / "killed") == whole);
    }
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
    const auto resume = [&](std::size_t budget, const std::map<std::string, std::string>& with) {
        journaled_search(bayesian_search(box{{-5, 0}, {10, 15}}, {.budget = budget}), path, with, journal_mode::resume);
    };
    const std::string name = "journal " + path.string() + ": ";
    CHECK_THROWS_WITH_AS(resume(7, settings), (name + "budget is 9 there, but 7 here").c_str(), input_error);
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

TEST_CASE("a journal with a wrong line is refused with the line's number") {
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    const std::string header =
        first_lines(run_with_journal(branin_search(), folder.path / "whole", journal_mode::create), 1);
    for (const std::string line :
         {"not JSON", "[]", "{}", R"({"event":"dance"})", R"({"event":"observe","ticket":0,"loss":1})",
          R"({"event":"fail","ticket":0,"reason":""})", R"({"event":"suggest","ticket":"a"})",
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
