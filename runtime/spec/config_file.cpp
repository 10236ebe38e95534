#include "runtime/spec/config_file.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/error.h"
#include "runtime/spec/document.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kWhat = "config.json";

core::Error lacks(const std::string& what) { return core::invalid_argument(std::string(kWhat) + " " + what); }

void check_version(const Json& spec) {
  if (!spec.contains("ociVersion") || !spec["ociVersion"].is_string() ||
      !spec["ociVersion"].get_ref<const std::string&>().starts_with("1."))
    throw lacks("has no ociVersion 1.x");
}

void check_process(const Json& spec) {
  if (!spec.contains("process") || !spec["process"].is_object()) throw lacks("has no process");
  const Json& process = spec["process"];
  if (!process.contains("args") || process["args"].empty()) throw lacks("has no process.args");
  const auto args = process["args"].get<std::vector<std::string>>();
  if (args.front().empty()) throw lacks("has an empty command in process.args");
  if (!process.contains("cwd") || !process["cwd"].get_ref<const std::string&>().starts_with('/'))
    throw lacks("has no absolute process.cwd");
}

void set_root(Json& spec, const ConfigFile& file) {
  if (!file.rootfs.empty()) {
    spec["root"]["path"] = file.rootfs;
    return;
  }
  if (!spec.contains("root") || !spec["root"].contains("path")) throw lacks("has no root.path");
  const auto path = spec["root"]["path"].get<std::string>();
  if (path.empty()) throw lacks("has no root.path");
  if (path.front() != '/' && !file.directory.empty()) spec["root"]["path"] = file.directory + "/" + path;
}

bool set_terminal(Json& spec, bool wanted) {
  Json& process = spec["process"];
  if (wanted) process["terminal"] = true;
  return process.contains("terminal") && process["terminal"].get<bool>();
}

void set_cgroup(Json& spec, const std::string& cgroup) {
  if (spec.contains("linux") && !spec["linux"].is_object()) throw lacks("has a linux that is no object");
  Json& path = spec["linux"]["cgroupsPath"];
  if (path.is_null() || path.get_ref<const std::string&>().empty()) path = cgroup;
}

}  // namespace

CompletedConfig complete_config(const ConfigFile& file) {
  CompletedConfig completed;
  Json spec = parse_document(file.text, kWhat);
  spec = read_document(kWhat, [&] {
    check_version(spec);
    check_process(spec);
    set_root(spec, file);
    set_cgroup(spec, file.cgroup);
    completed.terminal = set_terminal(spec, file.terminal);
    return spec;
  });
  completed.spec = spec.dump();
  return completed;
}

}  // namespace ctrbox::runtime
