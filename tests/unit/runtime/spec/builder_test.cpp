#include "runtime/spec/builder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

SpecOptions plain_options() {
  SpecOptions options;
  options.ns = "default";
  options.id = "web";
  return options;
}

core::ImageConfig plain_image() {
  core::ImageConfig config;
  config.entrypoint = {"/entry"};
  config.cmd = {"one", "two"};
  config.env = {"LANG=C.UTF-8"};
  return config;
}

HostFacts plain_host() {
  HostFacts host;
  host.architecture = "amd64";
  host.hard_limit_of_open_files = 1048576;
  host.capabilities = (std::uint64_t{1} << 41) - 1;
  host.kernel = {6, 1};
  host.name_service_files = {"/etc/resolv.conf", "/etc/hosts"};
  return host;
}

std::optional<std::string> image_files(const std::string& path) {
  if (path == "etc/passwd") return "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33:www:/srv:/bin/false\n";
  if (path == "etc/group") return "root:x:0:\nwww:x:33:\ntls:x:70:www,root\n";
  return std::nullopt;
}

std::string build(const SpecOptions& options, const core::ImageConfig& config = plain_image(),
                  const HostFacts& host = plain_host()) {
  return build_spec(options, config, host, image_files);
}

// Beside this file. __FILE__ may be relative to the build folder, where ccache shortens it; this program is in its
// tests/.
std::filesystem::path golden_folder() {
  const auto build = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  return (build / __FILE__).lexically_normal().parent_path() / "golden";
}

// Compares with golden/<name>; ACCEPT=1 writes it instead.
void expect_golden(const std::string& name, const std::string& actual) {
  const auto path = golden_folder() / name;
  if (getenv("ACCEPT") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << actual;
  }
  std::ostringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(actual, expected.str()) << "differs from " << path << "; ACCEPT=1 rewrites it";
}

// The names of the filter's rules as a set: one more is one line of a patch, and not all that follow it.
nlohmann::json with_names_as_sets(const std::string& spec) {
  auto json = nlohmann::json::parse(spec);
  if (!json["linux"].contains("seccomp")) return json;
  for (auto& rule : json["linux"]["seccomp"]["syscalls"]) {
    auto set = nlohmann::json::object();
    for (const auto& name : rule["names"]) set[name.get<std::string>()] = true;
    rule["names"] = std::move(set);
  }
  return json;
}

// What an option changes, as a JSON patch on the default spec, one operation a line.
void expect_change(const std::string& name, const std::string& spec) {
  const auto patch = nlohmann::json::diff(with_names_as_sets(build(plain_options())), with_names_as_sets(spec));
  std::string lines;
  for (const auto& operation : patch) lines += operation.dump() + "\n";
  expect_golden(name + ".patch", lines);
}

TEST(SpecBuilder, DefaultSpecIsGolden) {
  expect_golden("default.json", Json::parse(build(plain_options())).dump(1) + "\n");
}

TEST(SpecBuilder, ArgumentsReplaceEntrypointAndCommand) {
  auto options = plain_options();
  options.args = {"sh", "-c", "echo hi"};
  expect_change("args", build(options));
}

TEST(SpecBuilder, EnvironmentOptionReplacesAppendsAndUnsets) {
  auto options = plain_options();
  options.env = {"LANG=de", "NEW=1=2", "PATH", "ABSENT"};
  expect_change("env", build(options));
}

TEST(SpecBuilder, WorkingDirectoryOption) {
  auto options = plain_options();
  options.cwd = "/srv";
  expect_change("cwd", build(options));
}

TEST(SpecBuilder, UserOptionByName) {
  auto options = plain_options();
  options.user = "www";
  expect_change("user", build(options));
}

TEST(SpecBuilder, MountOption) {
  auto options = plain_options();
  options.mounts = {parse_mount("type=bind,src=/data,dst=/mnt,options=rbind:ro")};
  expect_change("mount", build(options));
}

TEST(SpecBuilder, MountInPlaceOfADefaultReplacesIt) {
  auto options = plain_options();
  options.mounts = {parse_mount("type=tmpfs,src=tmpfs,dst=/run,options=size=1m")};
  expect_change("mount_run", build(options));
}

TEST(SpecBuilder, TerminalOption) {
  auto options = plain_options();
  options.terminal = true;
  expect_change("terminal", build(options));
}

TEST(SpecBuilder, HostNetworkOption) {
  auto options = plain_options();
  options.net_host = true;
  expect_change("net_host", build(options));
}

TEST(SpecBuilder, ReadOnlyOption) {
  auto options = plain_options();
  options.read_only = true;
  expect_change("read_only", build(options));
}

TEST(SpecBuilder, RootDirectoryOption) {
  auto options = plain_options();
  options.rootfs = "/srv/root";
  expect_change("rootfs", build(options));
}

TEST(SpecBuilder, CapabilityOptions) {
  auto options = plain_options();
  options.security.capabilities = {{"CAP_NET_ADMIN", "CAP_SYS_ADMIN"}, {"CAP_MKNOD"}};
  expect_change("capabilities", build(options));
}

TEST(SpecBuilder, PrivilegedOption) {
  auto options = plain_options();
  options.security.privileged = true;
  options.devices = {{"/dev/fuse", 'c', 10, 229, 0666, 0, 0, "rwm"}};
  expect_change("privileged", build(options));
}

TEST(SpecBuilder, PrivilegedWithAFilterThatIsAskedFor) {
  auto options = plain_options();
  options.security.privileged = true;
  options.security.seccomp = SeccompSource::profile;
  options.security.seccomp_profile = R"({"defaultAction":"SCMP_ACT_LOG"})";
  EXPECT_EQ(Json::parse(build(options))["linux"]["seccomp"],
            Json::parse(R"({"defaultAction":"SCMP_ACT_LOG","syscalls":[]})"));
}

TEST(SpecBuilder, UnconfinedOption) {
  auto options = plain_options();
  options.security.seccomp = SeccompSource::none;
  expect_change("unconfined", build(options));
}

TEST(SpecBuilder, SeccompProfileOption) {
  auto options = plain_options();
  options.security.seccomp = SeccompSource::profile;
  options.security.seccomp_profile = R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
      {"names":["mkdir"],"action":"SCMP_ACT_ERRNO","includes":{"caps":["CAP_CHOWN"]}},
      {"names":["rmdir"],"action":"SCMP_ACT_ERRNO","includes":{"caps":["CAP_SYS_ADMIN"]}}]})";
  expect_golden("seccomp_profile.json", Json::parse(build(options))["linux"]["seccomp"].dump(1) + "\n");
}

TEST(SpecBuilder, AppArmorOptionWhereTheKernelHasIt) {
  auto options = plain_options();
  options.security.apparmor_profile = "strict";
  auto host = plain_host();
  host.has_apparmor = true;
  expect_change("apparmor", build(options, plain_image(), host));
  host.has_apparmor = false;
  EXPECT_THROW(build(options, plain_image(), host), core::Error);
}

TEST(SpecBuilder, NewPrivilegesOption) {
  auto options = plain_options();
  options.security.allow_new_privileges = true;
  expect_change("new_privileges", build(options));
}

TEST(SpecBuilder, DeviceOption) {
  auto options = plain_options();
  options.devices = {{"/dev/fuse", 'c', 10, 229, 0660, 0, 44, "rw"}};
  expect_change("device", build(options));
}

TEST(SpecBuilder, TmpfsOption) {
  auto options = plain_options();
  options.mounts = {parse_tmpfs("/tmp:size=64m")};
  expect_change("tmpfs", build(options));
}

TEST(SpecBuilder, ResourceOptions) {
  auto options = plain_options();
  options.resources.memory_bytes = 64 << 20;
  options.resources.memory_swap_bytes = -1;
  options.resources.memory_reservation_bytes = 32 << 20;
  options.resources.cpu_quota_us = parse_cpus("1.5");
  options.resources.cpu_period_us = kCpuPeriodUs;
  options.resources.cpu_shares = 512;
  options.resources.cpuset_cpus = "0-1";
  options.resources.cpuset_mems = "0";
  options.resources.pids = 100;
  expect_change("resources", build(options));
}

TEST(SpecBuilder, ResourceLimitOptions) {
  auto options = plain_options();
  options.rlimits = {parse_rlimit("nofile=2048:4096"), parse_rlimit("core=0"), parse_rlimit("core=unlimited")};
  expect_change("rlimits", build(options));
}

TEST(SpecBuilder, OutOfMemoryScoreOption) {
  auto options = plain_options();
  options.oom_score_adj = -500;
  expect_change("oom_score_adj", build(options));
}

TEST(SpecBuilder, JoinedNamespaceOptions) {
  auto options = plain_options();
  options.namespaces = {{"network", "/run/netns/blue"}, {"uts", "/proc/1/ns/uts"}, {"user", "/proc/1/ns/user"}};
  expect_change("namespaces", build(options));
}

TEST(SpecBuilder, IdMapOptions) {
  auto options = plain_options();
  options.uid_map = {{0, 100000, 65536}};
  options.gid_map = {{0, 200000, 1000}, {1000, 300000, 10}};
  expect_change("id_maps", build(options));
}

TEST(SpecBuilder, IdMapsWithTheHostsNetwork) {
  auto options = plain_options();
  options.net_host = true;
  options.uid_map = options.gid_map = {{0, 100000, 65536}};
  expect_change("id_maps_net_host", build(options));
}

TEST(SpecBuilder, HostnameOption) {
  auto options = plain_options();
  options.hostname = "db.example";
  expect_change("hostname", build(options));
}

TEST(SpecBuilder, RootPropagationOption) {
  auto options = plain_options();
  options.rootfs_propagation = "rshared";
  expect_change("propagation", build(options));
}

TEST(SpecBuilder, CgroupOption) {
  auto options = plain_options();
  options.cgroup = "/mine/web";
  expect_change("cgroup", build(options));
}

TEST(SpecBuilder, AnnotationOptions) {
  auto options = plain_options();
  options.annotations = {{"org.example.a", "1"}, {"b", ""}};
  expect_change("annotations", build(options));
}

TEST(SpecBuilder, ImageUserWorkingDirectoryAndEnvironmentAreApplied) {
  auto config = plain_image();
  config.user = "33:tls";
  config.working_dir = "app";
  config.env = {"PATH=/bin", "A=1", "A=2", "no assignment", "=x", "HOME=/h"};
  expect_change("image", build(plain_options(), config));
}

TEST(SpecBuilder, ImageLabelsChangeNothing) {
  auto config = plain_image();
  config.labels = {{"org.example.seccomp", "unconfined"}, {"io.containerd.privileged", "true"}};
  EXPECT_EQ(build(plain_options(), config), build(plain_options()));
}

TEST(SpecBuilder, LowHardLimitOfOpenFilesIsKept) {
  auto host = plain_host();
  host.hard_limit_of_open_files = 256;
  expect_change("low_open_files", build(plain_options(), plain_image(), host));
}

TEST(SpecBuilder, CgroupNamespaceOnlyWhereCgroup2IsAlone) {
  auto host = plain_host();
  host.only_cgroup2 = true;
  expect_change("only_cgroup2", build(plain_options(), plain_image(), host));
}

TEST(SpecBuilder, HostnameIsCutToWhatTheKernelTakes) {
  auto options = plain_options();
  options.id = std::string(63, 'a') + "-" + std::string(12, 'b');
  EXPECT_EQ(Json::parse(build(options))["hostname"], std::string(63, 'a'));
}

std::string message_of(const SpecOptions& options, const core::ImageConfig& config = plain_image()) {
  try {
    build(options, config);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::invalid_argument);
    return error.what();
  }
  return "no error";
}

TEST(SpecBuilder, NoCommandAtAllIsRefused) {
  EXPECT_EQ(message_of(plain_options(), {}),
            "no command to run: the image names none, so one must follow the container id");
}

TEST(SpecBuilder, OptionsThatContradictEachOtherAreRefused) {
  auto options = plain_options();
  options.uid_map = {{0, 100000, 65536}};
  EXPECT_EQ(message_of(options), "user ids and group ids are mapped together: one map is missing");
  options.gid_map = options.uid_map;
  options.namespaces = {{"user", "/proc/1/ns/user"}};
  EXPECT_EQ(message_of(options), "a user namespace that is joined has its own mapping of ids");
  options = plain_options();
  options.net_host = true;
  options.namespaces = {{"network", "/run/netns/blue"}};
  EXPECT_EQ(message_of(options), "the network is either the host's or that of a namespace");
}

TEST(SpecBuilder, RelativeWorkingDirectoryIsRefused) {
  auto options = plain_options();
  options.cwd = "srv";
  EXPECT_EQ(message_of(options), "working directory \"srv\" is not an absolute path");
}

TEST(SpecBuilder, EnvironmentWithoutANameIsRefused) {
  auto options = plain_options();
  options.env = {"=x"};
  EXPECT_EQ(message_of(options), "invalid environment variable \"=x\": expected NAME=VALUE or NAME");
}

TEST(SpecBuilder, BytesThatAreNotUtf8AreRefused) {
  auto options = plain_options();
  options.args = {"echo", "\xff"};
  EXPECT_EQ(message_of(options),
            "command line, environment and mounts must be UTF-8: a runtime spec cannot carry others");
}

}  // namespace
}  // namespace ctrbox::runtime
