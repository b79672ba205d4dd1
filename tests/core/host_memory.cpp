// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/host_memory.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

using namespace bouillon;

namespace {

/// Files as Linux has them, under a directory of its own.
struct system_files {
    test::temporary_directory root;

    void write(const std::filesystem::path& file, std::string_view text) const {
        test::write_text(root.path() / file, text);
    }
    std::optional<std::size_t> available() const { return available_host_memory(root.path()); }
};

constexpr auto meminfo = "MemTotal:  2000 kB\nMemFree:  10 kB\nMemAvailable:    1000 kB\nSwapTotal: 0 kB\n";

}  // namespace

TEST_CASE("without limits the available memory is what the system says, and where it says nothing there is nothing") {
    const system_files files;
    CHECK(files.available() == std::nullopt);
    files.write("proc/meminfo", meminfo);
    CHECK(files.available() == 1024000);
}

TEST_CASE("a control group's limit counts where it is tighter, and files in memory make room") {
    const system_files files;
    files.write("proc/meminfo", meminfo);
    files.write("proc/self/cgroup", "0::/outer/inner\n");
    files.write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
    files.write("sys/fs/cgroup/outer/inner/memory.current", "300000\n");
    CHECK(files.available() == 1024000);
    files.write("sys/fs/cgroup/outer/memory.max", "500000\n");
    files.write("sys/fs/cgroup/outer/memory.current", "400000\n");
    CHECK(files.available() == 100000);
    files.write("sys/fs/cgroup/outer/memory.stat", "anon 5\ninactive_file 30000\nactive_file 20000\nfile 50000\n");
    CHECK(files.available() == 150000);
    files.write("sys/fs/cgroup/outer/memory.current", "700000\n");
    CHECK(files.available() == 0);
    files.write("sys/fs/cgroup/memory.max", "9000000\n");  // a container's own view of its group
    files.write("sys/fs/cgroup/memory.current", "1000\n");
    CHECK(files.available() == 0);
}

TEST_CASE("the first version of control groups is read too") {
    const system_files files;
    files.write("proc/meminfo", meminfo);
    files.write("proc/self/cgroup", "7:cpu,cpuacct:/job\n4:memory:/job\n0::/\n");
    files.write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "600000\n");
    files.write("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "250000\n");
    files.write("sys/fs/cgroup/memory/job/memory.stat", "inactive_file 1\ntotal_inactive_file 50000\n");
    CHECK(files.available() == 400000);
}

TEST_CASE("this system has memory left") { CHECK(available_host_memory().value_or(1) > 0); }

TEST_CASE("a limit on the address space counts less what the process has of it") {
    const system_files files;
    files.write("proc/self/statm", "3 2 1 0 0 0 0\n");
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
    rlimit limited = before;
    limited.rlim_cur = std::min<rlim_t>(before.rlim_max, rlim_t{1} << 46);  // beyond what a sanitizer reserves
    REQUIRE(setrlimit(RLIMIT_AS, &limited) == 0);
    const auto available = files.available();
    REQUIRE(setrlimit(RLIMIT_AS, &before) == 0);
    CHECK(available == limited.rlim_cur - 3 * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
}
