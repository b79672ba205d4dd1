// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

/// A file that is put in place when its text is whole.
class report_file {
 public:
    /// Throws input_error when it exists, unless `force`, or cannot be written where it is to be.
    report_file(std::filesystem::path path, bool force);
    ~report_file();
    report_file(const report_file&) = delete;
    report_file& operator=(const report_file&) = delete;

    /// Throws work_error when the disk is full.
    void publish(const std::string& text);

 private:
    std::filesystem::path path_, partial_;
};
