#include "runtime/spec/seccomp_profile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/error.h"
#include "runtime/spec/document.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kWhat = "the seccomp profile";

constexpr std::string_view kActions[] = {"SCMP_ACT_KILL",  "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
                                         "SCMP_ACT_TRAP",  "SCMP_ACT_ERRNO",        "SCMP_ACT_TRACE",
                                         "SCMP_ACT_ALLOW", "SCMP_ACT_LOG",          "SCMP_ACT_NOTIFY"};
constexpr std::string_view kOperators[] = {"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE",       "SCMP_CMP_EQ",
                                           "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"};

constexpr std::array<std::array<std::string_view, 2>, 4> kArchitectures = {{{"amd64", "SCMP_ARCH_X86_64"},
                                                                            {"arm64", "SCMP_ARCH_AARCH64"},
                                                                            {"386", "SCMP_ARCH_X86"},
                                                                            {"arm", "SCMP_ARCH_ARM"}}};

struct Process {
  std::span<const std::string_view> capabilities;
  std::string_view architecture;
  KernelVersion kernel;
};

bool has(const Json& object, const char* name) { return object.contains(name) && !object.at(name).is_null(); }

std::string one_of(std::span<const std::string_view> words, const Json& value, const char* what) {
  auto text = value.get<std::string>();
  if (std::find(words.begin(), words.end(), text) == words.end())
    throw core::invalid_argument(std::string(kWhat) + ": unknown " + what + " " + core::quoted(text));
  return text;
}

// Whether `wanted` (strings) has one that `present` has not.
bool lacks_one(const Json& wanted, std::span<const std::string_view> present) {
  const auto words = wanted.get<std::vector<std::string>>();
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(present.begin(), present.end(), word) == present.end();
  });
}

bool names_one(const Json& wanted, std::span<const std::string_view> present) {
  const auto words = wanted.get<std::vector<std::string>>();
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(present.begin(), present.end(), word) != present.end();
  });
}

// "includes": every capability, one of the architectures, at least the kernel.
bool is_included(const Json& rule, const Process& process) {
  if (!has(rule, "includes")) return true;
  const Json& filter = rule.at("includes");
  if (has(filter, "caps") && lacks_one(filter.at("caps"), process.capabilities)) return false;
  const std::string_view architecture[] = {process.architecture};
  if (has(filter, "arches") && !filter.at("arches").empty() && !names_one(filter.at("arches"), architecture))
    return false;
  return !has(filter, "minKernel") ||
         process.kernel >= parse_kernel_version(filter.at("minKernel").get_ref<const std::string&>());
}

// "excludes": any of the capabilities, any of the architectures, at least the kernel.
bool is_excluded(const Json& rule, const Process& process) {
  if (!has(rule, "excludes")) return false;
  const Json& filter = rule.at("excludes");
  const std::string_view architecture[] = {process.architecture};
  return (has(filter, "caps") && names_one(filter.at("caps"), process.capabilities)) ||
         (has(filter, "arches") && names_one(filter.at("arches"), architecture)) ||
         (has(filter, "minKernel") &&
          process.kernel >= parse_kernel_version(filter.at("minKernel").get_ref<const std::string&>()));
}

std::vector<std::string> names_of(const Json& rule) {
  const bool one = has(rule, "name");
  const bool many = has(rule, "names");
  if (one == many) throw core::invalid_argument(std::string(kWhat) + ": a rule needs either \"name\" or \"names\"");
  if (one) return {rule.at("name").get<std::string>()};
  auto names = rule.at("names").get<std::vector<std::string>>();
  if (names.size() > kMaxSeccompRules) throw core::invalid_argument(std::string(kWhat) + " has too many names");
  return names;
}

Json arguments_of(const Json& rule) {
  Json arguments = Json::array();
  for (const Json& from : rule.at("args")) {
    Json argument = {{"index", from.at("index").get<std::uint32_t>()},
                     {"value", from.at("value").get<std::uint64_t>()}};
    if (has(from, "valueTwo")) argument["valueTwo"] = from.at("valueTwo").get<std::uint64_t>();
    argument["op"] = one_of(kOperators, from.at("op"), "operator");
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

Json rules_of(const Json& profile, const Process& process) {
  Json rules = Json::array();
  if (!has(profile, "syscalls")) return rules;
  if (profile.at("syscalls").size() > kMaxSeccompRules)
    throw core::invalid_argument(std::string(kWhat) + " has too many rules");
  for (const Json& from : profile.at("syscalls")) {
    Json rule = {{"names", names_of(from)}, {"action", one_of(kActions, from.at("action"), "action")}};
    if (has(from, "errnoRet")) rule["errnoRet"] = from.at("errnoRet").get<std::uint32_t>();
    if (has(from, "args") && !from.at("args").empty()) rule["args"] = arguments_of(from);
    const bool counts = is_included(from, process) && !is_excluded(from, process);
    if (counts && !rule.at("names").empty()) rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<std::string> architectures_of(const Json& profile, std::string_view architecture) {
  const bool listed = has(profile, "architectures") && !profile.at("architectures").empty();
  if (listed && has(profile, "archMap") && !profile.at("archMap").empty())
    throw core::invalid_argument(std::string(kWhat) + " has both \"architectures\" and \"archMap\"");
  if (listed) return profile.at("architectures").get<std::vector<std::string>>();
  if (!has(profile, "archMap")) return {};
  const auto* native = std::find_if(kArchitectures.begin(), kArchitectures.end(),
                                    [&](const auto& row) { return row[0] == architecture; });
  if (native == kArchitectures.end()) return {};
  for (const Json& row : profile.at("archMap")) {
    if (row.at("architecture").get_ref<const std::string&>() != (*native)[1]) continue;
    std::vector<std::string> names = {std::string((*native)[1])};
    if (has(row, "subArchitectures")) {
      for (const Json& name : row.at("subArchitectures")) names.push_back(name.get<std::string>());
    }
    return names;
  }
  return {};
}

Json resolve(const Json& profile, const Process& process) {
  Json filter = {{"defaultAction", one_of(kActions, profile.at("defaultAction"), "action")}};
  if (has(profile, "defaultErrnoRet")) filter["defaultErrnoRet"] = profile.at("defaultErrnoRet").get<std::uint32_t>();
  auto architectures = architectures_of(profile, process.architecture);
  if (!architectures.empty()) filter["architectures"] = std::move(architectures);
  if (has(profile, "flags")) filter["flags"] = profile.at("flags").get<std::vector<std::string>>();
  for (const char* name : {"listenerPath", "listenerMetadata"})
    if (has(profile, name)) filter[name] = profile.at(name).get<std::string>();
  filter["syscalls"] = rules_of(profile, process);
  return filter;
}

}  // namespace

KernelVersion parse_kernel_version(std::string_view text) noexcept {
  KernelVersion version;
  const char* const end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, version.major);
  if (error == std::errc{} && dot != end && *dot == '.') std::from_chars(dot + 1, end, version.minor);
  return version;
}

Json seccomp_of_profile(std::string_view profile, std::span<const std::string_view> capabilities,
                        std::string_view architecture, KernelVersion kernel) {
  const Json document = parse_document(profile, kWhat);
  return read_document(kWhat, [&] { return resolve(document, {capabilities, architecture, kernel}); });
}

}  // namespace ctrbox::runtime
