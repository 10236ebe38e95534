// A host of its own for tests of tasks: directories, a database, a container on a busybox root, and real runc.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/config/paths.h"
#include "core/containers/containers.h"
#include "core/sys/spawn.h"
#include "runtime/task/task.h"
#include "state/database.h"
#include "state/transaction.h"

namespace ctrbox::runtime {

class TaskTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    if (!core::find_program("runc")) GTEST_SKIP() << "needs runc";
    if (!std::filesystem::exists("/bin/busybox")) GTEST_SKIP() << "needs busybox-static";
    char name[] = "/tmp/ctrbox-task-XXXXXX";
    directory_ = mkdtemp(name);
    paths_ = {directory_ + "/root", directory_ + "/state"};
    paths_.create();
    database_ = std::make_unique<state::Database>(paths_.database());
    rootfs_ = directory_ + "/rootfs";
    std::filesystem::create_directories(rootfs_ + "/bin");
    for (const char* made : {"/proc", "/dev", "/tmp"}) std::filesystem::create_directories(rootfs_ + made);
    std::filesystem::copy_file("/bin/busybox", rootfs_ + "/bin/busybox");
    for (const char* applet : {"sh", "true", "sleep", "cat", "echo", "stty", "ls", "yes", "head", "dd"})
      std::filesystem::create_symlink("busybox", rootfs_ + "/bin/" + applet);
  }

  void TearDown() override {
    database_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  /// Namespaced ids: cgroups are the host's.
  std::string make_container(const std::vector<std::string>& args, bool terminal = false) {
    core::containers::Container container;
    container.id = "t" + core::random_hex(6);
    container.spec = spec(container.id, args, terminal);
    database_->write(state::Durability::normal,
                     [&](state::Transaction& tx) { core::containers::create(tx, kNamespace, container); });
    return container.id;
  }

  CreateOptions options(const std::string& id) {
    CreateOptions result;
    result.ns = kNamespace;
    result.container = core::containers::get(*database_, kNamespace, id);
    return result;
  }

  Task create(const std::string& id) { return Task::create(*database_, paths_, options(id)); }

  std::vector<std::string> topics() {
    std::vector<std::string> result;
    auto row = database_->query("SELECT topic FROM events WHERE topic LIKE '/tasks/%' ORDER BY sequence");
    while (row.step()) result.push_back(row.text(0));
    return result;
  }

  /// Shims clean up after they have answered; the bundle goes last but for their own end.
  bool gone(const std::string& id) {
    for (int i = 0; i < 3000; ++i) {
      if (!std::filesystem::exists(paths_.task(kNamespace, id))) return true;
      usleep(10'000);
    }
    return false;
  }

  std::vector<std::string> cgroups(const std::string& id) {
    std::vector<std::string> found;
    for (const auto& controller : std::filesystem::directory_iterator("/sys/fs/cgroup")) {
      const auto path = controller.path() / (kCgroup + id);
      if (std::filesystem::exists(path)) found.push_back(path);
    }
    return found;
  }

  std::string read_host_file(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static constexpr const char* kNamespace = "unit";
  inline static const std::string kCgroup = "ctrbox-unit-";  // no directory of several containers that would stay

  std::string directory_;
  std::string rootfs_;
  core::Paths paths_;
  std::unique_ptr<state::Database> database_;

 private:
  std::string spec(const std::string& id, const std::vector<std::string>& args, bool terminal) const {
    std::string list;
    for (const auto& arg : args) list += (list.empty() ? "\"" : ",\"") + arg + "\"";
    return std::string(R"({"ociVersion":"1.0.2","process":{"terminal":)") + (terminal ? "true" : "false") +
           R"(,"user":{"uid":0,"gid":0},"args":[)" + list +
           R"(],"env":["PATH=/bin","TERM=xterm"],"cwd":"/","capabilities":{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],)"
           R"("permitted":["CAP_KILL"]},"noNewPrivileges":true},"root":{"path":")" +
           rootfs_ +
           R"("},"hostname":"unit","mounts":[{"destination":"/proc","type":"proc","source":"proc"},)"
           R"({"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755","size=65536k"]},)"
           R"({"destination":"/dev/pts","type":"devpts","source":"devpts","options":["nosuid","noexec","newinstance",)"
           R"("ptmxmode=0666","mode=0620"]}],"linux":{"cgroupsPath":"/)" +
           kCgroup + id +
           R"(","namespaces":[{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"},{"type":"network"}]}})";
  }
};

}  // namespace ctrbox::runtime
