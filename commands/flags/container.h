// What `run` and `containers create` have in common: which container is made of what, and its record.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/flags/spec.h"
#include "runtime/checkpoint/restore.h"
#include "runtime/container/container.h"

namespace CLI {
class App;
}

namespace ctrbox::commands {

/// No argument can be this: an empty one is a mistake to be told, not one that is left out.
inline const std::string kNotGiven(1, '\0');

struct ContainerFlags {
  std::string image = kNotGiven;  // the first argument; with --config alone it is the id
  std::string id = kNotGiven;     // the second; after --name it is the first word of the command
  std::string name = kNotGiven;
  bool from_directory = false;
  std::string config;
  std::string runtime;
  std::string restart;
  std::string snapshotter;
  std::vector<std::string> labels, label_files;
  std::string id_file;
  SpecFlags spec;
};

void add_container_flags(CLI::App& app, ContainerFlags& flags);

struct ContainerPlan {
  runtime::ContainerRequest request;
  bool id_was_generated = false;
};

/// Reads what the flags name and checks everything that can be checked before something is made. An id is generated
/// when none is given. Throws an error that names the flag and the value.
ContainerPlan plan_container(Context& context, const ContainerFlags& flags);

struct RestorePlan {
  runtime::RestoreRequest request;
  bool id_was_generated = false;
};

/// As plan_container() for a container that goes on from a checkpoint, which says itself what the container is: throws
/// for flags that would change it. The first argument is the ID; with two, as in 2017, the second is.
RestorePlan plan_restored(Context& context, const ContainerFlags& flags, const std::string& checkpoint);

/// Makes the container, and writes its id to the file of --cidfile, which must not be there yet. Throws what
/// runtime::create_container does, and then neither is there.
runtime::NewContainer create_planned(Context& context, const ContainerFlags& flags, const ContainerPlan& plan);

/// The record's runtime_binary for what is typed: "", containerd's name of the default, a name in PATH, or a path.
/// Throws not_found when there is no such program.
std::string chosen_runtime(const std::string& typed);

}  // namespace ctrbox::commands
