#include "core/config/paths.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "core/sys/process.h"

namespace ctrbox::core {
namespace {

constexpr mode_t kPrivate = 0700;
constexpr mode_t kPermissionBits = 07777;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string first_set(const std::string& flag, const char* variable) {
  return flag.empty() ? environment(variable) : flag;
}

std::string absolute(const std::string& path) {
  return with_context("path " + quoted(path), [&] {
    std::string text = std::filesystem::absolute(path).lexically_normal().string();
    while (text.size() > 1 && text.back() == '/') text.pop_back();
    return text;
  });
}

std::string default_root() {
  if (is_root()) return "/var/lib/ctrbox";
  if (const std::string data = environment("XDG_DATA_HOME"); !data.empty()) return data + "/ctrbox";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.local/share/ctrbox";
  throw failed_precondition("neither HOME nor XDG_DATA_HOME is set: say where with --root or CTRBOX_ROOT");
}

std::string default_state(const std::string& root) {
  if (is_root()) return "/run/ctrbox";
  if (const std::string runtime = environment("XDG_RUNTIME_DIR"); !runtime.empty()) return runtime + "/ctrbox";
  return root + "/run";
}

void make_private(const std::string& path) {
  const std::optional<Fd> directory = find_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  if (!directory) {
    make_directories(path, kPrivate);
    return;
  }
  const mode_t mode = status_of(directory->get()).st_mode & kPermissionBits;
  if ((mode & S_ISVTX) != 0)
    throw failed_precondition(path +
                              " is shared with others (its sticky bit is set): choose a directory for ctrbox alone");
  if ((mode & ~kPrivate) != 0) change_mode(directory->get(), kPrivate, path);
}

}  // namespace

Paths Paths::choose(const std::string& root_flag, const std::string& state_flag) {
  const std::string root = first_set(root_flag, "CTRBOX_ROOT");
  const std::string state = first_set(state_flag, "CTRBOX_STATE");
  Paths paths;
  paths.root = absolute(root.empty() ? default_root() : root);
  if (!state.empty())
    paths.state = absolute(state);
  else
    paths.state = absolute(root.empty() ? default_state(paths.root) : paths.root + "/run");
  return paths;
}

std::string Paths::blob(const Digest& digest) const {
  return root + "/content/blobs/" + std::string(digest.algorithm()) + "/" + std::string(digest.hex());
}

void Paths::create() const {
  const std::string content = root + "/content";
  for (const std::string& path :
       {root, content, content + "/blobs", blobs(), ingest(), root + "/snapshots", state, tasks()})
    make_private(path);
}

std::string doorbell_beside(const std::string& database) {
  return database.substr(0, database.find_last_of('/') + 1) + "doorbell";
}

std::string ttrpc_beside(const std::string& socket) { return socket + ".ttrpc"; }
std::string lock_beside(const std::string& socket) { return socket + ".lock"; }

}  // namespace ctrbox::core
