#include "commands/ctrbox/install.h"

#include <filesystem>
#include <memory>

#include "commands/context.h"
#include "commands/flags/declare.h"
#include "commands/personality.h"
#include "core/base/error.h"
#include "core/base/escape.h"
#include "core/base/ids.h"

namespace ctrbox::commands {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string directory;
  bool relative = false;
  bool force = false;
};

fs::path this_executable() { return fs::read_symlink("/proc/self/exe"); }

bool is_link_to(const fs::path& link, const fs::path& target) {
  std::error_code error;
  return fs::is_symlink(fs::symlink_status(link, error)) && fs::equivalent(link, target, error) && !error;
}

/// Throws for what must not be replaced: any directory, and without --force whatever is not our own link or one to
/// nothing.
void check_replaceable(const fs::path& link, const fs::path& executable, bool force) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(link, error);
  if (status.type() == fs::file_type::not_found || is_link_to(link, executable)) return;
  if (fs::is_directory(status)) throw core::failed_precondition(core::quoted(link.string()) + " is a directory");
  if (!force)
    throw core::failed_precondition(core::quoted(link.string()) + " is there and is not a link to " +
                                    executable.string() + "; --force replaces it");
}

/// The name changes hands in one step: there is no moment without it.
void put_link(const fs::path& link, const fs::path& target) {
  const fs::path temporary = link.string() + "." + core::random_hex(8);
  fs::create_symlink(target, temporary);
  try {
    fs::rename(temporary, link);
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
}

int install(Context& context, const Options& options) {
  const fs::path executable = this_executable();
  const fs::path directory = fs::canonical(options.directory);
  if (!fs::is_directory(directory)) throw core::invalid_argument(core::quoted(options.directory) + " is no directory");
  const fs::path target = options.relative ? executable.lexically_relative(directory) : executable;
  // All are looked at before any is changed.
  for (const Personality& row : personalities()) check_replaceable(directory / row.name, executable, options.force);
  for (const Personality& row : personalities()) {
    const fs::path link = directory / row.name;
    put_link(link, target);
    context.out() << core::escape_for_terminal(link.string() + " -> " + target.string()) << "\n";
  }
  return 0;
}

}  // namespace

Action declare_install(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_positional(app, "DIR", options->directory, "directory for the links, like /usr/local/bin");
  add_switch(app, "--relative", options->relative, "make the links relative to DIR");
  add_switch(app, "--force", options->force, "replace files and links of these names that are not ours");
  return [options](Context& context) {
    return core::with_context("installing into " + options->directory, [&] {
      try {
        return install(context, *options);
      } catch (const fs::filesystem_error& error) {
        throw core::system_error(error.path1().string(), error.code().value());
      }
    });
  };
}

}  // namespace ctrbox::commands
