#include "runtime/shim/contract/cleanup.h"

#include <fcntl.h>
#include <signal.h>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/sys/file.h"
#include "core/sys/mount.h"
#include "core/sys/pidfd.h"
#include "core/sys/unix_socket.h"
#include "runtime/runc/runc.h"
#include "runtime/shim/contract/account.h"
#include "runtime/shim/contract/bootstrap.h"
#include "runtime/task/bundle.h"
#include "runtime/task/leftovers.h"
#include "runtime/wire/conversions.h"

namespace ctrbox::runtime::shim::contract {
namespace {

constexpr std::uint32_t kKilled = 128 + SIGKILL;

/// One step of several that must not keep each other from being taken.
template <typename Step>
void attempt(const char* what, Step&& step) {
  try {
    step();
  } catch (...) {
    core::log::error(std::string(what) + ": " + core::current_error().what());
  }
}

void remove_container(const Account& account, const std::string& bundle, const std::string& id) {
  if (!core::find_status(AT_FDCWD, account.runtime_root + "/" + id)) return;
  const runc::Runc runc(account.runtime, account.runtime_root, bundle + "/" + kBundleLog, account.flags);
  const std::uint32_t status = run_with_patience(runc.remove(id));
  if (status != 0) throw runc.failure("delete", status);
}

/// Its runtime may know nothing of it, or not be able to.
void kill_init(const core::ProcessIdentity& init) {
  if (init.pid == 0) return;
  if (const auto process = core::PidFd::open(init)) process->send_signal(SIGKILL);
}

void remove_socket(const std::string& path) {
  if (!core::try_connect_unix(path)) core::remove_file(AT_FDCWD, path);
}

}  // namespace

ctrbox::wire::DeleteResponse clean_up(const core::Paths& paths, const Invocation& invocation) {
  const std::string bundle = invocation.bundle.empty() ? "." : invocation.bundle;
  const core::Fd directory = core::open_at(AT_FDCWD, bundle, O_RDONLY | O_DIRECTORY);
  auto account = find_account(directory.get());
  if (!account) account.emplace().runtime_root = std::string(kDefaultRuntimeRoot) + "/" + invocation.ns;
  attempt("removing the container", [&] { remove_container(*account, bundle, invocation.id); });
  attempt("killing its first process", [&] { kill_init(account->init); });
  attempt("unmounting its root", [&] { core::unmount_all(bundle + "/" + kBundleRootfs); });
  attempt("removing the socket", [&] { remove_socket(socket_of(paths, invocation)); });
  ctrbox::wire::DeleteResponse response;
  response.set_pid(static_cast<std::uint32_t>(account->init.pid));
  response.set_exit_status(account->exit_status.value_or(kKilled));
  wire::set_time(*response.mutable_exited_at(), account->exit_status ? account->exited_at : core::now_ns());
  return response;
}

}  // namespace ctrbox::runtime::shim::contract
