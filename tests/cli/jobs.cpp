// SPDX-License-Identifier: Apache-2.0
#include "search_commands.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <set>
#include <thread>

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

void write_script(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

/// A script whose calls write down their slot while they run, and a loss.
std::string score_in_slots(const tiny_run& run) {
    const std::string busy = (run / "busy").string();
    write_script(run / "slots.sh", "mkdir -p " + busy + "; mkdir " + busy + "/$2 || exit 9\nsleep 0.2\nls " + busy +
                                       " | wc -l >> " + (run / "at-once").string() + "\necho \"$2 $3\" >> " +
                                       (run / "calls").string() + "\nrmdir " + busy +
                                       "/$2\necho 2.$(cksum < $1/model.safetensors | cut -c1-4)\n");
    return " --score 'sh " + (run / "slots.sh").string() + " {checkpoint} {slot} {trial}'";
}

std::vector<std::string> lines_of(const fs::path& file) {
    std::ifstream stream(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

/// The program as a child process that can be sent signals.
class running_program {
 public:
    explicit running_program(const std::string& arguments, const fs::path& errors) : child_(::fork()) {
        if (child_ > 0) return;
        ::signal(SIGINT, SIG_DFL);
        const std::string command = "exec " BOUILLON_PROGRAM " " + arguments + " >/dev/null 2>" + errors.string();
        ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    /// @returns the wait status
    int end_by(int signal) const {
        int status = 0;
        ::kill(child_, signal);
        ::waitpid(child_, &status, 0);
        return status;
    }

 private:
    pid_t child_;
};

bool soon(const auto& condition) {
    for (int waited = 0; waited < 2000; ++waited) {
        if (condition()) return true;
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

}  // namespace

TEST_CASE("commands run side by side, each in a slot of its own, for trials and baselines") {
    const tiny_run run("jobs");
    const auto found = run_program(search_of(run, 3) + score_in_slots(run) + " --jobs 3 --budget 8 --json --logs " +
                                   (run / "logs").string());
    CHECK(complaints(found) == "");
    REQUIRE(found.status == 0);
    std::set<std::size_t> trials;
    for (const auto& event : found.json())
        if (event.value("event", "") == "trial") trials.insert(event.at("trial").get<std::size_t>());
    CHECK(trials.size() == 8);
    std::set<std::string> slots, names;
    for (const std::string& call : lines_of(run / "calls")) {
        slots.insert(call.substr(0, call.find(' ')));
        CHECK(names.insert(call.substr(call.find(' ') + 1)).second);
    }
    CHECK(slots == std::set<std::string>{"0", "1", "2"});
    for (const std::string name : {"0", "7", "newest", "baseline-0"}) CHECK(names.contains(name));
    const auto at_once = lines_of(run / "at-once");
    CHECK(std::ranges::count(at_once, "3") > 0);
    CHECK(std::ranges::count(at_once, "4") == 0);
    CHECK(read_text(run / "logs" / "trial-7.log").starts_with("2."));
}

TEST_CASE("a trial that fails among others is one that failed, and is tried again as often as it may be") {
    const tiny_run run("failing-job");
    write_script(run / "fails.sh", "[ \"$3\" = 2 ] && { echo >> " + (run / "tries").string() +
                                       "; exit 3; }\necho 2.$(cksum < $1/model.safetensors | cut -c1-4)\n");
    const auto found = run_program(search_of(run, 3) + " --score 'sh " + (run / "fails.sh").string() +
                                   " {checkpoint} {slot} {trial}' --jobs 4 --budget 6 --retries 2 --json");
    REQUIRE(found.status == 0);
    CHECK(lines_of(run / "tries").size() == 3);
    CHECK(complaints(found).find("bouillon: trial 2 failed: scorer `sh") == 0);
    CHECK(std::ranges::count(complaints(found), '\n') == 1);
}

TEST_CASE("a signal ends the commands and what they started, leaves no merge, and the trials that were out run again") {
    for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
        const tiny_run run("signalled-jobs");
        const std::string scratch = (run / "scratch").string(), alive = (run / "alive-").string();
        fs::create_directory(scratch);
        // Every command has a child that keeps a file fresh until it is ended.
        write_script(run / "slow.sh", "[ \"$3\" = newest ] || [ -e " + (run / "fast").string() +
                                          " ] || { (while :; do date > " + alive +
                                          "$2; sleep 0.05; done) & wait; }\necho 2.$(cksum < $1/model.safetensors | "
                                          "cut -c1-4)\n");
        const std::string command = search_of(run, 3) + " --score 'sh " + (run / "slow.sh").string() +
                                    " {checkpoint} {slot} {trial}' --jobs 3 --budget 6 --scratch " + scratch +
                                    " --resume --journal " + (run / "trials.jsonl").string();
        const running_program program(command, run / "errors");
        const auto all_run = [&] {
            for (const char* slot : {"0", "1", "2"})
                if (!fs::exists(alive + slot)) return false;
            return true;
        };
        REQUIRE(soon(all_run));
        const int status = program.end_by(signal);
        CHECK(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == signal);
        if (signal != SIGKILL) CHECK(fs::is_empty(scratch));
        const auto none_runs = [&] {  // their files stay removed
            for (const char* slot : {"0", "1", "2"}) fs::remove(alive + slot);
            std::this_thread::sleep_for(150ms);
            return !fs::exists(alive + "0") && !fs::exists(alive + "1") && !fs::exists(alive + "2");
        };
        CHECK(soon(none_runs));
        const auto left_out = lines_of(run / "trials.jsonl");
        CHECK(std::ranges::count_if(left_out, [](const auto& line) { return line.find("\"suggest\"") != line.npos; }) ==
              3);

        std::ofstream(run / "fast") << "";
        const auto resumed = run_program(command + " --json");
        REQUIRE(resumed.status == 0);
        CHECK(fs::is_empty(scratch));  // also of what the killed one left
        std::map<std::size_t, int> ends;
        for (const std::string& line : lines_of(run / "trials.jsonl")) {
            const auto event = nlohmann::json::parse(line);
            if (event.at("event") == "observe") ++ends[event.at("ticket").get<std::size_t>()];
            CHECK(event.at("event") != "fail");
        }
        CHECK(ends.size() == 6);
        CHECK(std::ranges::all_of(ends, [](const auto& end) { return end.second == 1; }));
    }
}

TEST_CASE("a command that stays answers for all merges, races, and is started again when it dies") {
    const tiny_run run("served");
    write_script(run / "serve.py",
                 "import json, os, sys, zlib\n"
                 "open(sys.argv[2], 'a').write('begun\\n')\n"
                 "answered = 0\n"
                 "for line in sys.stdin:\n"
                 "    request = json.loads(line)\n"
                 "    if request['trial'] == 3 and not os.path.exists(sys.argv[2] + '-died'):\n"
                 "        open(sys.argv[2] + '-died', 'w')\n"
                 "        sys.exit(5)\n"
                 "    seed = zlib.crc32(open(request['checkpoint'] + '/model.safetensors', 'rb').read())\n"
                 "    losses = [2 + 0.01 * d + (seed % 97) / 970 for d in range(96)]\n"
                 "    documents = request.get('documents', list(range(96)))\n"
                 "    open(sys.argv[2] + '-documents', 'a').write(f'{len(documents)}\\n')\n"
                 "    print(json.dumps([losses[d] for d in documents]), flush=True)\n");
    const std::string begun = (run / "begun").string();
    const auto found =
        run_program(search_of(run, 3) + " --serve 'exec python3 " + (run / "serve.py").string() + " {slot} " + begun +
                    "' --jobs 2 --budget 8 --retries 1 --json --journal " + (run / "trials.jsonl").string());
    CHECK(complaints(found) == "");
    REQUIRE(found.status == 0);
    CHECK(lines_of(begun).size() == 3);
    const auto asked = lines_of(begun + "-documents");
    CHECK(asked.front() == "96");
    CHECK(std::ranges::count(asked, "96") == 1);
    CHECK(std::ranges::count(asked, "4") > 4);  // the first stage of a race
    const auto report = found.json().back();
    CHECK(report.at("event") == "result");
    // What was measured is read from the journal.
    const auto again =
        run_program(search_of(run, 3) + " --serve 'exec python3 " + (run / "serve.py").string() + " {slot} " + begun +
                    "' --jobs 2 --budget 8 --retries 1 --json --resume --journal " + (run / "trials.jsonl").string());
    CHECK(again.status == 0);
    CHECK(lines_of(begun).size() == 3);
    CHECK(again.json().back() == report);
}

TEST_CASE("what only commands have is refused without one") {
    const tiny_run run("job-options");
    const auto refused = [&](const std::string& options) {
        const auto found = run_program(search_of(run, 2) + options);
        CHECK(found.status == 2);
        return found.errors;
    };
    CHECK(refused(on_documents(run) + " --jobs 2") == "bouillon: --jobs needs --score COMMAND or --serve COMMAND\n");
    CHECK(refused(on_documents(run) + " --logs x") == "bouillon: --logs needs --score COMMAND or --serve COMMAND\n");
    CHECK(refused(on_documents(run) + " --scratch /tmp") ==
          "bouillon: --scratch needs --score COMMAND or --serve COMMAND\n");
    CHECK(refused(" --score 'echo 1' --serve cat") ==
          "bouillon: give one of --held-out FILE, --score COMMAND and --serve COMMAND\n");
    CHECK(refused(" --score 'echo 1' --jobs 0").find("--jobs") != std::string::npos);
}
