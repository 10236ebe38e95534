#include "runtime/spec/exec_process.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "runtime/spec/environment.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

Json process_of(const std::string& spec) {
  const Json document = Json::parse(spec, nullptr, false);
  if (!document.is_object() || !document.contains("process") || !document["process"].is_object())
    throw core::failed_precondition("the container's spec says nothing of a process");
  return document["process"];
}

std::vector<std::string> strings(const Json& process, const char* name) {
  std::vector<std::string> result;
  if (!process.contains(name) || !process[name].is_array()) return result;
  for (const Json& entry : process[name])
    if (entry.is_string()) result.push_back(entry.get<std::string>());
  return result;
}

void set_user(Json& process, Environment& env, const User& user) {
  Json known = process.contains("user") && process["user"].is_object() ? process["user"] : Json::object();
  known["uid"] = user.uid;
  known["gid"] = user.gid;
  known["additionalGids"] = user.additional_gids;
  process["user"] = std::move(known);
  env.set("HOME", user.home);
}

void set_cwd(Json& process, const std::string& cwd) {
  if (cwd.empty()) return;
  if (cwd.front() != '/')
    throw core::invalid_argument("working directory " + core::quoted(cwd) + " is not an absolute path");
  process["cwd"] = cwd;
}

std::string to_text(const Json& process) {
  try {
    return process.dump();
  } catch (const Json::type_error&) {
    throw core::invalid_argument("command line and environment must be UTF-8: a runtime spec cannot carry others");
  }
}

}  // namespace

std::string build_exec_process(const std::string& spec, const ExecRequest& request, const RootFileReader& read_file) {
  if (request.args.empty()) throw core::invalid_argument("no command to run");
  if (request.args.front().empty()) throw core::invalid_argument("the command to run is an empty string");
  Json process = process_of(spec);
  // Of another command line, for another system, or of a terminal that this process does not have.
  for (const char* name : {"consoleSize", "commandLine"}) process.erase(name);
  process["terminal"] = request.terminal;
  process["args"] = request.args;
  Environment env;
  env.add_from_image(strings(process, "env"));
  if (request.terminal && !env.has("TERM")) env.set("TERM", "xterm");
  if (request.user) set_user(process, env, resolve_user(*request.user, read_file));
  env.add_from_options(request.env);
  process["env"] = env.entries();
  set_cwd(process, request.cwd);
  return to_text(process);
}

bool has_terminal(const std::string& spec) {
  const Json process = process_of(spec);
  return process.contains("terminal") && process["terminal"].is_boolean() && process["terminal"].get<bool>();
}

}  // namespace ctrbox::runtime
