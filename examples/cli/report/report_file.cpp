// SPDX-License-Identifier: Apache-2.0
#include "report/report_file.hpp"

#include <bouillon/core/error.hpp>

#include <fstream>
#include <system_error>
#include <utility>

report_file::report_file(std::filesystem::path path, bool force) : path_(std::move(path)) {
    if (!force && std::filesystem::exists(path_)) throw bouillon::output_exists(path_.string() + ": exists already");
    const std::filesystem::path partial = path_.string() + ".partial";
    if (std::filesystem::is_directory(path_) || !std::ofstream(partial))
        throw bouillon::input_error(path_.string() + ": cannot be written");
    partial_ = partial;
}

report_file::~report_file() {
    std::error_code ignored;
    if (!partial_.empty()) std::filesystem::remove(partial_, ignored);
}

void report_file::publish(const std::string& text) {
    std::ofstream file(partial_, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    std::error_code failure;
    if (file) std::filesystem::rename(partial_, path_, failure);
    if (!file || failure) throw bouillon::work_error(path_.string() + ": cannot be written");
    partial_.clear();
}
