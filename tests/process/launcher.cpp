// SPDX-License-Identifier: Apache-2.0
#include <bouillon/process/launcher.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

/// The environment that launchers leave, as a test wants it, and as it was when this ends.
class launcher_environment {
 public:
    using variables = std::map<std::string, std::string>;
    explicit launcher_environment(const variables& wanted) {
        for (const char* name : {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMI_SIZE", "SLURM_PROCID",
                                 "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "PMIX_RANK"}) {
            if (const char* const value = std::getenv(name)) before_[name] = value;
            ::unsetenv(name);
        }
        for (const auto& [name, value] : wanted) ::setenv(name.c_str(), value.c_str(), 1);
        wanted_ = wanted;
    }
    ~launcher_environment() {
        for (const auto& [name, value] : wanted_) ::unsetenv(name.c_str());
        for (const auto& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
    }
    launcher_environment(const launcher_environment&) = delete;
    launcher_environment& operator=(const launcher_environment&) = delete;

 private:
    std::map<std::string, std::string> before_, wanted_;
};

}  // namespace

TEST_CASE("a launcher is told by its environment") {
    const std::vector<std::map<std::string, std::string>> launchers = {
        {{"OMPI_COMM_WORLD_RANK", "2"}, {"OMPI_COMM_WORLD_SIZE", "4"}},
        {{"PMI_RANK", "2"}, {"PMI_SIZE", "4"}},
        {{"SLURM_PROCID", "2"}, {"SLURM_STEP_NUM_TASKS", "4"}}};
    for (const auto& launcher : launchers) {
        const launcher_environment environment(launcher);
        const auto launched = launched_by_environment();
        REQUIRE(launched);
        CHECK(launched->rank == 2);
        CHECK(launched->size == 4);
    }
    const launcher_environment environment(launcher_environment::variables{{"PMIX_RANK", "1"}});
    const auto launched = launched_by_environment();
    REQUIRE(launched);
    CHECK(launched->size == 0);
}

TEST_CASE("an ordinary run has no launcher, in a batch script neither") {
    for (const auto& variables : {std::map<std::string, std::string>{},
                                  {{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}},
                                  {{"PMI_RANK", "none"}}}) {
        const launcher_environment environment(variables);
        CHECK(!launched_by_environment());
    }
}
