#include "runtime/shim/contract/attendance.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/sys/file.h"
#include "core/sys/own_process.h"
#include "runtime/daemon/sockets.h"
#include "runtime/shim/container.h"
#include "runtime/shim/contract/bootstrap.h"
#include "runtime/shim/publisher.h"
#include "runtime/shim/service.h"
#include "runtime/shim/steady.h"

namespace ctrbox::runtime::shim::contract {
namespace {

constexpr int kStandardError = 2;
constexpr int kListener = 3;
constexpr std::chrono::seconds kFlushPatience{2};  // within what a daemon grants Shutdown

std::string events_socket() {
  const char* address = std::getenv("TTRPC_ADDRESS");
  return address == nullptr || *address == '\0' ? "" : daemon::socket_path(address);
}

/// Owns everything, in the order in which it must live.
class Attendance {
 public:
  Attendance(const core::Paths& paths, const Invocation& invocation)
      : bundle_(core::open_at(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY)),
        socket_(socket_of(paths, invocation)),
        forwarder_(loop_, events_socket()),
        children_(loop_, [this] { container_.on_terminate(); }),
        container_(
            loop_, children_, TaskName{paths, invocation.ns, invocation.id}, bundle_.get(), Keeper::foreign,
            std::make_unique<Publisher>(forwarder_, invocation.ns, invocation.id), [] {}, [this] { end(); }),
        service_(container_, [this] { end(); }),
        server_(
            loop_, [this](const auto& request, const ttrpc::Reply& reply) { call(request, reply); },
            [this] { container_.on_no_clients(); }) {
    server_.listen(core::Fd(kListener), ttrpc::Peers::same_user);
  }
  void run() { run_steadily(loop_); }

 private:
  void call(const ctrbox::wire::Request& request, const ttrpc::Reply& reply) {
    forwarder_.retry_now();  // who calls may have come back just now
    service_.call(request, reply);
  }

  /// The name first: the next task of this id must be able to have it.
  void end() {
    if (std::exchange(ending_, true)) return;
    server_.stop_listening();
    core::remove_file(AT_FDCWD, socket_);
    forwarder_.flush(kFlushPatience, [this] { loop_.stop(); });
  }

  core::Fd bundle_;
  std::string socket_;
  bool ending_ = false;
  core::EventLoop loop_;
  Forwarder forwarder_;
  Children children_;
  Container container_;
  Service service_;
  ttrpc::Server server_;
};

}  // namespace

void serve(const core::Paths& paths, const Invocation& invocation) {
  umask(077);
  if (invocation.debug) core::log::set_level(core::log::Level::debug);
  core::set_process_name("ctrbox-shim");
  core::forget_small_heap();
  core::ignore_broken_pipes();
  core::become_subreaper();
  Attendance(paths, invocation).run();
}

core::SpawnOptions serve_command(const Invocation& invocation, int listener, int log) {
  core::SpawnOptions options;
  options.program = "/proc/self/exe";
  options.arguments = {kProgram, "-namespace", invocation.ns, "-id", invocation.id, "-address", invocation.address};
  if (invocation.debug) options.arguments.emplace_back("-debug");
  options.arguments.emplace_back("serve");
  options.environment = {core::kSmallHeap};
  options.descriptors = {{listener, kListener}};
  if (log >= 0) options.descriptors.push_back({log, kStandardError});
  options.new_session = true;
  return options;
}

}  // namespace ctrbox::runtime::shim::contract
