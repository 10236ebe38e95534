#include "commands/flags/container.h"

#include <fcntl.h>

#include <filesystem>
#include <optional>

#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "commands/flags/snapshotter.h"
#include "commands/flags/value.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/scope_exit.h"
#include "core/containers/containers.h"
#include "core/sys/file.h"
#include "core/sys/spawn.h"
#include "runtime/spec/config_file.h"
#include "runtime/spec/defaults.h"
#include "runtime/spec/document.h"
#include "runtime/spec/environment.h"
#include "runtime/task/restart_policy.h"

namespace ctrbox::commands {
namespace {

constexpr mode_t kReadable = 0644;

/// Those that are typed, and what else is kept as one. "key=" asks for no label: there is none to remove.
core::Labels new_labels(const ContainerFlags& flags) {
  std::vector<std::string> typed;
  for (const std::string& path : flags.label_files) {
    core::with_context("flag --label-file " + core::quoted(path), [&] {
      // As a file of variables, but a bare label has no caller's value: it is "true", as on the command line.
      const auto lines = runtime::parse_env_file(core::read_file(AT_FDCWD, path, runtime::kMaxEnvFileBytes),
                                                 [](const std::string&) { return "true"; });
      parse_labels(lines);
      typed.insert(typed.end(), lines.begin(), lines.end());
    });
  }
  typed.insert(typed.end(), flags.labels.begin(), flags.labels.end());
  core::Labels labels = parse_labels(typed);
  std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
  const auto policy = parsed("--restart", flags.restart, runtime::parse_restart_policy);
  if (policy.when != runtime::RestartPolicy::When::no) labels[runtime::kRestartPolicyLabel] = flags.restart;
  return labels;
}

struct Arguments {
  std::string image;
  std::optional<std::string> id;
  std::vector<std::string> command;
};

/// Which argument is which. IMAGE ID [COMMAND], as ctr has them; with --name there is no ID among them, with --config
/// no IMAGE unless --rootfs names the root.
Arguments sort_arguments(const Context& context, const ContainerFlags& flags) {
  std::vector<std::string> words;
  const bool first_given = flags.image != kNotGiven;
  const bool second_given = flags.id != kNotGiven;
  if (first_given) words.push_back(flags.image);
  if (second_given) words.push_back(flags.id);
  words.insert(words.end(), context.tail().begin(), context.tail().end());

  Arguments arguments;
  auto next = words.begin();
  const bool needs_image = flags.config.empty() || flags.from_directory;
  if (needs_image) {
    if (next == words.end()) throw core::invalid_argument("missing argument IMAGE");
    arguments.image = *next++;
  }
  // "IMAGE -- COMMAND": the second argument was not given, and what follows is the command.
  if (flags.name != kNotGiven) {
    arguments.id = flags.name;
  } else if (needs_image ? second_given : first_given) {
    arguments.id = *next++;
  }
  arguments.command.assign(next, words.end());
  return arguments;
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const auto absolute_path = std::filesystem::canonical(path, error);
  if (error) throw core::system_error(path, error.value());
  return absolute_path;
}

/// The request's spec from --config. Only a terminal and the root are taken from elsewhere.
void set_config(runtime::ContainerRequest& request, const ContainerFlags& flags, const Arguments& arguments) {
  SpecFlags others = flags.spec;
  others.terminal = false;
  if (others != SpecFlags{})
    throw core::invalid_argument("--config takes the whole spec from a file: no other flag may change the spec");
  if (!arguments.command.empty())
    throw core::invalid_argument("with --config the command is in the file: " +
                                 core::quoted(arguments.command.front()) + " is one argument too many");
  core::with_context("flag --config " + core::quoted(flags.config), [&] {
    runtime::ConfigFile file;
    file.text = core::read_file(AT_FDCWD, flags.config, runtime::kMaxDocumentBytes);
    file.directory = std::filesystem::path(absolute(flags.config)).parent_path();
    if (flags.from_directory) file.rootfs = absolute(arguments.image);
    file.terminal = flags.spec.terminal;
    file.cgroup = runtime::cgroup_path(request.spec.ns, request.spec.id);
    runtime::CompletedConfig completed = runtime::complete_config(file);
    request.config = std::move(completed.spec);
    request.spec.terminal = completed.terminal;
  });
}

}  // namespace

void add_container_flags(CLI::App& app, ContainerFlags& flags) {
  add_positional(app, "IMAGE", flags.image, "image, or with --rootfs the directory to use as root", Presence::optional);
  add_positional(app, "ID", flags.id, "name of the container, unique in the namespace; made up when left out",
                 Presence::optional);
  add_value(app, "--name", flags.name, "ID", "the ID; what follows IMAGE is then the command");
  add_spec_flags(app, flags.spec);
  add_values(app, "--label", flags.labels, "KEY[=VALUE]", "label the container");
  add_values(app, "--label-file", flags.label_files, "FILE", "label it with the lines of a file");
  add_snapshotter(app, flags.snapshotter);
  add_switch(app, "--rootfs", flags.from_directory, "IMAGE is a directory, used as it is");
  add_value(app, "--config", flags.config, "FILE", "a whole runtime spec, config.json; then there is no IMAGE");
  add_value(app, "--runtime,--runc-binary", flags.runtime, "PROGRAM", "OCI runtime: runc, crun, or a path");
  add_value(app, "--restart", flags.restart, "POLICY",
            "start it again when it ends: no, always, unless-stopped, on-failure[:N]");
  add_value(app, "--cidfile", flags.id_file, "FILE", "write the ID to a new file");
}

std::string chosen_runtime(const std::string& typed) {
  if (typed.empty() || typed == core::containers::kDefaultRuntime) return "";
  return core::with_context("flag --runtime " + core::quoted(typed), [&] {
    const std::string program = typed.find('/') == std::string::npos ? typed : absolute(typed);
    const auto found = core::find_program(program);
    if (!found || !std::filesystem::is_regular_file(*found)) throw core::not_found("no such program");
    return program;
  });
}

ContainerPlan plan_container(Context& context, const ContainerFlags& flags) {
  const Arguments arguments = sort_arguments(context, flags);
  ContainerPlan plan;
  runtime::ContainerRequest& request = plan.request;
  plan.id_was_generated = !arguments.id;
  const std::string id = arguments.id ? *arguments.id : core::containers::unused_id(context.database(), context.ns());
  core::check_identifier(id);
  request.spec.ns = context.ns();
  request.spec.id = id;
  if (flags.config.empty()) {
    request.spec = to_spec_options(flags.spec, context.ns(), id);
    request.spec.args = arguments.command;
  } else {
    set_config(request, flags, arguments);
  }
  request.image = arguments.image;
  request.from_directory = flags.from_directory;
  request.snapshotter = chosen_snapshotter(flags.snapshotter);
  request.labels = new_labels(flags);
  request.runtime_binary = chosen_runtime(flags.runtime);
  return plan;
}

RestorePlan plan_restored(Context& context, const ContainerFlags& flags, const std::string& checkpoint) {
  const bool changes = flags.spec != SpecFlags{} || flags.from_directory || !flags.config.empty() ||
                       !flags.runtime.empty() || !flags.id_file.empty() || !context.tail().empty();
  if (changes)
    throw core::invalid_argument(
        "with --checkpoint the container is what it was: its command, environment, mounts and the like cannot be "
        "changed");
  RestorePlan plan;
  runtime::RestoreRequest& request = plan.request;
  request.ns = context.ns();
  for (const std::string& given : {flags.name, flags.id, flags.image})
    if (request.id.empty() && given != kNotGiven) request.id = given;
  plan.id_was_generated = flags.name == kNotGiven && flags.id == kNotGiven && flags.image == kNotGiven;
  if (plan.id_was_generated) request.id = core::containers::unused_id(context.database(), context.ns());
  request.checkpoint = checkpoint;
  request.snapshotter = chosen_snapshotter(flags.snapshotter);
  request.labels = new_labels(flags);
  return plan;
}

runtime::NewContainer create_planned(Context& context, const ContainerFlags& flags, const ContainerPlan& plan) {
  if (flags.id_file.empty()) return runtime::create_container(context.database(), context.paths(), plan.request);
  const core::Fd file = core::with_context(
      "flag --cidfile", [&] { return core::open_at(AT_FDCWD, flags.id_file, O_WRONLY | O_CREAT | O_EXCL, kReadable); });
  core::ScopeExit roll_back([&] {
    try {
      core::remove_file(AT_FDCWD, flags.id_file);
    } catch (const core::Error&) {
      // The failure that led here is the news.
    }
  });
  core::write_all(file.get(), plan.request.spec.id);
  auto made = runtime::create_container(context.database(), context.paths(), plan.request);
  roll_back.release();
  return made;
}

}  // namespace ctrbox::commands
