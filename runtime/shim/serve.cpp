#include "runtime/shim/serve.h"

#include <sys/stat.h>

#include <string_view>

#include "core/base/log.h"
#include "core/sys/own_process.h"
#include "runtime/shim/container.h"
#include "runtime/shim/recorder.h"
#include "runtime/shim/service.h"
#include "runtime/shim/steady.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr int kListener = 3;
constexpr int kBundle = 4;
constexpr int kCreator = 5;
constexpr int kFifoLock = 6;  // closed by the end of this process

TaskName parse_arguments(int argc, char** argv) {
  TaskName name;
  std::string action;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    std::string* value = word == "-namespace" ? &name.ns
                         : word == "-id"      ? &name.id
                         : word == "-root"    ? &name.paths.root
                         : word == "-state"   ? &name.paths.state
                                              : nullptr;
    if (value == nullptr) {
      action = word;
    } else if (++i < argc) {
      *value = argv[i];
    }
  }
  if (action != "serve" || name.ns.empty() || name.id.empty() || name.paths.root.empty() || name.paths.state.empty())
    throw core::invalid_argument(
        "the shim is started by ctr, as: shim -namespace NS -id ID -root DIR -state DIR serve");
  return name;
}

/// Owns everything, in the order in which it must live.
class Shim {
 public:
  explicit Shim(const TaskName& name)
      : lock_(kBundle),
        children_(loop_, [this] { container_.on_terminate(); }),
        container_(
            loop_, children_, name, kBundle, Keeper::ctrbox, std::make_unique<Recorder>(name),
            [this] { server_.stop_listening(); }, [this] { loop_.stop(); }),
        service_(container_, [this] { loop_.stop(); }),
        server_(
            loop_, [this](const auto& request, const ttrpc::Reply& reply) { service_.call(request, reply); },
            [this] { container_.on_no_clients(); }) {
    server_.listen(core::Fd(kListener), ttrpc::Peers::same_user);
    server_.serve(core::Fd(kCreator));
  }
  void run() { run_steadily(loop_); }

 private:
  core::Fd lock_;  // held to the end: the bundle's lock goes with it
  core::EventLoop loop_;
  Children children_;
  Container container_;
  Service service_;
  ttrpc::Server server_;
};

}  // namespace

int serve(int argc, char** argv) noexcept {
  try {
    const TaskName name = parse_arguments(argc, argv);
    umask(077);
    core::set_process_name("ctrbox-shim");
    core::forget_small_heap();
    core::ignore_broken_pipes();
    core::become_subreaper();
    Shim(name).run();
    return 0;
  } catch (...) {
    core::log::error(std::string("shim: ") + core::current_error().what());
    return 1;
  }
}

core::SpawnOptions serve_command(const TaskName& name, const Inherited& inherited) {
  core::SpawnOptions options;
  options.program = "/proc/self/exe";
  options.arguments = {"shim",          "-namespace", name.ns,          "-id",  name.id, "-root",
                       name.paths.root, "-state",     name.paths.state, "serve"};
  options.environment = {core::kSmallHeap};
  options.descriptors = {
      {inherited.listener, kListener}, {inherited.bundle, kBundle}, {inherited.connection, kCreator}};
  if (inherited.fifo_lock >= 0) options.descriptors.push_back({inherited.fifo_lock, kFifoLock});
  options.directory = inherited.bundle;
  options.new_session = true;
  return options;
}

}  // namespace ctrbox::runtime::shim
