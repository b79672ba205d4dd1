// SPDX-License-Identifier: Apache-2.0
// The program as several processes.
#include "cli/program.hpp"
#include "cli/tiny_run.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <regex>
#include <set>

namespace fs = std::filesystem;

namespace {

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

/// A search of a tiny run, with its journal and output in a folder of its own.
std::string search(const tiny_run& run, const fs::path& folder, const std::string& more = "") {
    fs::create_directories(folder);
    return "search " + quoted(run.step(0)) + ' ' + quoted(run.step(1)) + ' ' + quoted(run.step(2)) + " --held-out " +
           quoted(run.held_out()) + " --test " + quoted(run.test()) + " --threads 1 --journal " +
           quoted(folder / "search.jsonl") + " --out " + quoted(folder / "merged") + more;
}

/// A text without the names of the folder that it was written in.
std::string without_folder(std::string output, const fs::path& folder) {
    for (std::size_t at; (at = output.find(folder.string())) != output.npos;) output.erase(at, folder.string().size());
    return output;
}

/// Every file below a folder, by name.
std::map<std::string, std::string> files_below(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& item : fs::recursive_directory_iterator(folder))
        if (item.is_regular_file())
            files[item.path().lexically_relative(folder).string()] = without_folder(read_text(item.path()), folder);
    return files;
}

}  // namespace

TEST_CASE("a program that is started as one process of several says what it lacks once") {
    // The environment of mpirun, though nothing else of it is there.
    const auto first = run_program("--version", "OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0 ");
    CHECK(first.status == 0);
#if !defined(BOUILLON_MPIRUN)
    const std::string two = "OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=";
    const auto leader = run_program("inspect nothing", two + "0 "), other = run_program("inspect nothing", two + "1 ");
    CHECK(leader.status == 2);
    CHECK(leader.errors == "bouillon: started as 2 processes, but this bouillon was built without MPI\n");
    CHECK(other.status == 2);
    CHECK(other.errors.empty());
#endif
}

#if defined(BOUILLON_MPIRUN)

namespace {

program_run run_together(std::size_t processes, const std::string& arguments) {
    return run_program(arguments, "OMP_NUM_THREADS=1 " BOUILLON_MPIRUN " " + std::to_string(processes) + " ");
}

/// The lines of a journal that are events of a kind.
std::vector<std::string> lines_with(const std::string& event, const fs::path& journal) {
    std::vector<std::string> lines;
    std::ifstream file(journal);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("{\"event\":\"" + event + '"'))
            lines.push_back(without_folder(line, journal.parent_path()));
    return lines;
}

}  // namespace

TEST_CASE("a search by several processes is the search of one, to the last byte") {
    const tiny_run run("processes");
    const auto alone = run_program(search(run, run / "1", " --budget 4"));
    REQUIRE(alone.status == 0);
    for (const std::size_t processes : {2, 3, 4}) {
        const auto folder = run / std::to_string(processes);
        const auto together = run_together(processes, search(run, folder, " --budget 4"));
        INFO(together.errors);
        REQUIRE(together.status == 0);
        CHECK(without_folder(together.output, folder) == without_folder(alone.output, run / "1"));
        CHECK(files_below(folder) == files_below(run / "1"));
    }
}

TEST_CASE("groups of processes measure merges at once, each with the losses that one process has") {
    const tiny_run run("processes-groups");
    const std::string full = " --full --budget 9 --json";
    REQUIRE(run_program(search(run, run / "1", full)).status == 0);
    const auto losses_in = [](const fs::path& journal) {
        std::map<nlohmann::json, nlohmann::json> losses, weights;
        std::ifstream file(journal);
        for (std::string line; std::getline(file, line);) {
            const auto event = nlohmann::json::parse(line);
            if (event.at("event") == "suggest") weights[event.at("ticket")] = event.at("merge_weights");
            if (event.at("event") == "observe") losses[weights.at(event.at("ticket"))] = event.at("losses");
        }
        return losses;
    };
    const auto by_one = losses_in(run / "1" / "search.jsonl");
    for (const auto& [processes, each] : {std::pair{2, 1}, {4, 2}, {3, 1}}) {
        const auto folder = run / (std::to_string(processes) + "-" + std::to_string(each));
        const auto found =
            run_together(std::size_t(processes), search(run, folder, full + " --groups-of " + std::to_string(each)));
        INFO(found.errors);
        REQUIRE(found.status == 0);
        const auto by_groups = losses_in(folder / "search.jsonl");
        CHECK(by_groups.size() == 9);
        std::size_t common = 0;  // the first points of both
        for (const auto& [weights, losses] : by_groups)
            if (const auto same = by_one.find(weights); same != by_one.end()) {
                CHECK(losses == same->second);
                ++common;
            }
        CHECK(common > 2);
    }
    const auto refused = run_together(3, search(run, run / "x", " --groups-of 2"));
    CHECK(refused.status == 2);
    CHECK(refused.errors.find("bouillon: 3 processes cannot be parted into groups of 2") != std::string::npos);
}

TEST_CASE("a merge and what is told of checkpoints are the same by several processes") {
    const tiny_run run("processes-merge");
    const auto inputs = quoted(run.step(0)) + ":0.3 " + quoted(run.step(2)) + ":0.7 --shard-size 600 --memory 64KiB";
    const auto both = quoted(run.step(0)) + ' ' + quoted(run.step(2));
    const std::vector<std::string> told = {"inspect --tensors " + both, "inspect --json " + quoted(run.step(1)),
                                           "score " + both + " --held-out " + quoted(run.held_out())};
    REQUIRE(run_program("merge " + inputs + " --out " + quoted(run / "alone")).status == 0);
    for (const std::size_t processes : {2, 3}) {
        const auto out = run / ("merged" + std::to_string(processes));
        CHECK(run_together(processes, "merge " + inputs + " --out " + quoted(out)).status == 0);
        CHECK(files_below(out) == files_below(run / "alone"));
        for (const auto& command : told) {
            const auto together = run_together(processes, command);
            CHECK(together.status == 0);
            CHECK(together.output == run_program(command).output);
        }
    }
}

TEST_CASE("what none of the processes can use is one error") {
    const auto refused = run_together(3, "inspect /nowhere/step-1");
    CHECK(refused.status == 2);
    const std::regex error("bouillon: [^\n]*");
    CHECK(std::distance(std::sregex_iterator(refused.errors.begin(), refused.errors.end(), error), {}) == 1);
    const tiny_run run("processes-score");
    const auto scored = run_together(2, "search " + quoted(run.step(0)) + ' ' + quoted(run.step(1)) + " --score true");
    CHECK(scored.status == 2);
    CHECK(scored.errors.find("a scorer's command is run by one process, but 2 were started") != std::string::npos);
}

TEST_CASE("a process that has other files is refused by its number and its machine") {
    const tiny_run run("processes-differ");
    fs::copy(run.held_out(), run / "documents0");
    run.write_documents("documents1", 9, 12);
    const auto script = run / "start";
    std::ofstream(script) << "#!/bin/sh\nln -sf " << (run / "documents").string()
                          << "$OMPI_COMM_WORLD_RANK held_out\nexec \"$@\"\n";
    fs::permissions(script, fs::perms::owner_all);
    for (int rank = 0; rank < 2; ++rank) fs::create_directories(run / ("of" + std::to_string(rank)));
    const auto started = std::string("OMP_NUM_THREADS=1 " BOUILLON_MPIRUN " 2 sh -c 'cd ") + (run / "of").string() +
                         "$OMPI_COMM_WORLD_RANK && exec " + script.string() + " \"$@\"' sh ";
    const auto refused =
        run_program("search " + quoted(run.step(0)) + ' ' + quoted(run.step(1)) + " --held-out held_out", started);
    CHECK(refused.status == 2);
    CHECK(std::regex_search(refused.errors,
                            std::regex("bouillon: rank 1 \\([^)]*\\): held_out is not what rank 0 \\([^)]*\\) has: ")));
}

TEST_CASE("a process that is killed ends all at once and the journal goes on with any other number") {
    const tiny_run run("processes-killed");
    const auto folder = run / "killed";
    fs::create_directories(folder);
    const auto script = run / "start";  // the second process is killed once the journal has a trial
    std::ofstream(script) << "#!/bin/sh\n[ \"$OMPI_COMM_WORLD_RANK\" = 1 ] && (parent=$$; while ! grep -q observe "
                          << (folder / "search.jsonl").string()
                          << " 2>/dev/null; do sleep 0.01; done; kill -9 $parent) &\nexec \"$@\"\n";
    fs::permissions(script, fs::perms::owner_all);
    const std::string many = " --full --budget 60";
    const auto killed = run_program(search(run, folder, many),
                                    "timeout 20 env OMP_NUM_THREADS=1 " BOUILLON_MPIRUN " 3 " + script.string() + " ");
    CHECK(killed.status != 0);
    CHECK(killed.status != 124);  // timeout's
    CHECK(!fs::exists(folder / "merged"));
    const auto left = lines_with("observe", folder / "search.jsonl");
    CHECK(left.size() > 0);
    CHECK(left.size() < 60);
    REQUIRE(run_program(search(run, run / "1", many)).status == 0);
    const auto resumed = run_together(2, search(run, folder, many + " --resume"));
    INFO(resumed.errors);
    CHECK(resumed.status == 0);
    for (const char* event : {"header", "suggest", "observe", "result"})
        CHECK(lines_with(event, folder / "search.jsonl") == lines_with(event, run / "1" / "search.jsonl"));
    CHECK(files_below(folder / "merged") == files_below(run / "1" / "merged"));
}

#endif
