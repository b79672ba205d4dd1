// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/list_directory.hpp>
#include <bouillon/checkpoint/output_file.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/merge/made_directories.hpp>
#include <bouillon/merge/recipe.hpp>
#include <bouillon/merge/staging_directory.hpp>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace bouillon {
namespace detail {

/// The names of the side files that a merged directory's recipe tells of; none where it cannot be read.
inline std::set<std::string> known_side_files(const std::filesystem::path& directory) try {
    std::set<std::string> names;
    if (const auto recipe = read_recipe(directory); recipe.side_files)
        for (const auto& [name, hash] : *recipe.side_files) names.insert(name);
    return names;
} catch (const error&) {
    return {};
}

/// Whether a directory below a merged one holds nothing but side files.
inline bool holds_side_files(const std::filesystem::path& merged, const std::filesystem::path& below) {
    const auto known = known_side_files(merged);
    std::error_code unreadable;
    for (std::filesystem::recursive_directory_iterator at(below, unreadable), end; at != end; at.increment(unreadable))
        if (!is_directory(at->symlink_status()) &&
            !known.contains(at->path().lexically_relative(merged).generic_string()))
            return false;
    return !unreadable && !known.empty();
}

/// Checks that a directory may be replaced.
/// @throws input_error when replacing `directory` would delete more than one checkpoint: `force` must not be able to
/// empty a home directory, or a training run's folder that has its checkpoints below it
inline void check_holds_one_checkpoint(const std::filesystem::path& directory) {
    bool empty = true;
    bool has_tensors = false;
    for (const auto& item : list_directory(directory)) {
        empty = false;
        has_tensors |= item.path().extension() == ".safetensors";
        if (is_directory(item.symlink_status()) && !holds_side_files(directory, item.path()))
            throw input_error(directory.string() + ": is not replaced, because it holds the directory " +
                              item.path().filename().string());
    }
    if (!empty && !has_tensors)
        throw input_error(directory.string() + ": is not replaced, because it is not a checkpoint's directory");
}

/// Renames in one step.
///
/// `flags` as renameat2 takes them.
/// @returns false where the file system cannot do it that way
inline bool rename_atomically(const std::filesystem::path& output, const std::filesystem::path& target,
                              unsigned flags) {
    if (::renameat2(AT_FDCWD, output.c_str(), AT_FDCWD, target.c_str(), flags) == 0) return true;
    if (errno == EEXIST) throw input_error(target.string() + ": appeared while the output was written");
    if (errno != EINVAL && errno != ENOSYS) throw work_error(system_failure(target, "put the output in place"));
    return false;
}

/// Puts `output` in the place of `target`, which goes to `aside`, in two renames: where the first succeeded and the
/// second did not happen, the old output is whole under the name `aside`.
inline void swap_in_two_steps(const std::filesystem::path& output, const std::filesystem::path& target,
                              const std::filesystem::path& aside) {
    if (std::rename(target.c_str(), aside.c_str()) != 0)
        throw work_error(system_failure(target, "move the old output"));
    if (std::rename(output.c_str(), target.c_str()) == 0) return;
    const int reason = errno;
    std::rename(aside.c_str(), target.c_str());
    throw work_error(system_failure(target, "put the output in place", reason));
}

}  // namespace detail

/// Checks that an output may be written.
/// @throws input_error when `target` exists and must not be replaced: without `force` never (output_exists), and with
/// it only a `.safetensors` file, an empty directory or a directory that holds one checkpoint and no further directory,
/// but those of side files that its recipe names
inline void require_writable_target(const std::filesystem::path& target, bool force) {
    std::error_code failure;
    const auto status = symlink_status(target, failure);
    if (!exists(status)) return;
    if (!force) throw output_exists(target.string() + ": exists already");
    if (is_directory(status))
        detail::check_holds_one_checkpoint(target);
    else if (target.extension() != ".safetensors" && !is_symlink(status))
        throw input_error(target.string() + ": is not replaced, because it is not a checkpoint");
}

/// An output that appears whole or not at all.
///
/// It is prepared in a hidden directory beside its target, on the same file system, and renamed into place; what was
/// not published is removed with this object, or, where the process was killed, by the next output of that name.
class staged_output {
 public:
    /// Creates the directory to write in, and the target's parent directories where they are missing.
    /// @throws input_error as require_writable_target does
    /// @throws work_error when a directory cannot be made
    staged_output(const std::filesystem::path& target, bool force, file_life life = file_life::lasting)
        : target_(without_final_slash(target)), parent_(absolute(target_).parent_path()), force_(force), life_(life) {
        require_writable_target(target_, force_);
        try {
            made_.emplace(parent_);
            staging_.emplace(parent_ / target_.filename());
        } catch (const std::filesystem::filesystem_error& failure) {
            throw work_error(failure.path1().string() + ": cannot create: " + failure.code().message());
        }
    }

    /// Where the output is to be written.
    ///
    /// Its files are to be closed (output_file::close) before publish().
    const std::filesystem::path& directory() const { return staging_->path(); }

    /// Makes `output`, which is directory() or a file in it, the target.
    ///
    /// An old target is exchanged for it in one step where the file system can, and is then removed; at no moment is
    /// there neither.
    /// @throws work_error when the system refuses
    /// @throws input_error when a target appeared meanwhile that must not be replaced
    void publish(const std::filesystem::path& output) {
        sync(directory());
        require_writable_target(target_, force_);
        if (exists(std::filesystem::symlink_status(target_)))
            replace(output);
        else if (!detail::rename_atomically(output, target_, RENAME_NOREPLACE))
            detail::rename_atomically(output, target_, 0);
        made_->keep();
        sync(parent_);
    }

 private:
    static std::filesystem::path without_final_slash(const std::filesystem::path& path) {
        auto whole = path.has_filename() ? path : path.parent_path();
        if (!whole.has_filename() || whole.filename() == "." || whole.filename() == "..")
            throw input_error(path.string() + ": cannot be the name of an output");
        return whole;
    }

    void sync(const std::filesystem::path& directory) const {
        if (life_ == file_life::lasting) sync_directory(directory);
    }

    void replace(const std::filesystem::path& output) {
        if (detail::rename_atomically(output, target_, RENAME_EXCHANGE)) return;  // the old one is now in directory()
        const std::filesystem::path aside = directory().string() + "-old";
        detail::swap_in_two_steps(output, target_, aside);
        sync(parent_);
        std::error_code ignored;
        remove_all(aside, ignored);
    }

    std::filesystem::path target_;
    std::filesystem::path parent_;
    bool force_;
    file_life life_;
    std::optional<detail::made_directories> made_;
    std::optional<detail::staging_directory> staging_;  // below made_, so that it goes before
};

}  // namespace bouillon
