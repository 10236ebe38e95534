#include "runtime/daemon/daemon.h"

#include <csignal>

#include "core/base/log.h"
#include "core/events/doorbell.h"
#include "core/events/typeurl.h"
#include "core/sys/event_loop.h"
#include "core/sys/limits.h"
#include "core/sys/own_process.h"
#include "core/sys/service_manager.h"
#include "core/sys/timer.h"
#include "runtime/daemon/events_service.h"
#include "runtime/daemon/sockets.h"
#include "runtime/grpc/server.h"

namespace ctrbox::runtime::daemon {
namespace {

constexpr std::chrono::milliseconds kFarewell{1000};  // for peers to take what was sent to them

/// Owns everything, in the order in which it must live.
class Daemon {
 public:
  explicit Daemon(const Options& options)
      : options_(options),
        idle_timeout_(options.config.idle_timeout.value_or(options.idle_timeout)),
        signals_({SIGTERM, SIGINT, SIGHUP, SIGUSR1}),
        database_(options.paths.database()),
        sockets_(options.address, options.ttrpc_address, options.config, core::take_inherited_sockets()),
        doorbell_(options.paths),
        publisher_(loop_, options.paths.database(), [this] { on_news(); }),
        events_(database_, publisher_),
        about_(host_id(database_), options.build),
        grpc_(loop_, methods(), [this] { on_connections(); }),
        ttrpc_(
            loop_, [this](const auto& request, const ttrpc::Reply& reply) { events_.call(request, reply); },
            [this] { on_connections(); }) {
    about_.set_services(grpc_.methods());
    loop_.add(signals_.fd(), EPOLLIN, [this](std::uint32_t) { on_signals(); });
    loop_.add(doorbell_.fd(), EPOLLIN, [this](std::uint32_t) { on_doorbell(); });
    loop_.add(events_.postponed_fd(), EPOLLIN, [this](std::uint32_t) {
      events_.answer_postponed();
      grpc_.wake();
    });
    grpc_.listen(sockets_.take_grpc());
    ttrpc_.listen(sockets_.take_ttrpc(), ttrpc::Peers::all);
    restart_idle_timer();
  }

  void run() {
    core::log::info("serving on " + options_.address);
    core::notify_service_manager("READY=1");
    if (options_.on_ready) options_.on_ready();
    loop_.run();
  }

 private:
  grpc::Methods methods() {
    grpc::Methods methods;
    events_.add_methods(methods);
    about_.add_methods(methods);
    return methods;
  }

  void on_signals() {
    while (const auto signal = signals_.next()) {
      if (*signal == SIGHUP) {
        reload();
      } else if (*signal == SIGUSR1) {
        tell_state();
      } else {
        stop("told to");
      }
    }
  }

  void tell_state() {
    try {
      core::log::warning("serving " + std::to_string(grpc_.connections()) + " connections; the last event is " +
                         std::to_string(core::events::last_sequence(database_)));
    } catch (...) {
      core::log::error(std::string("reading the log: ") + core::current_error().what());
    }
  }

  void on_doorbell() {
    doorbell_.answer();
    on_news();
  }

  void on_news() {
    events_.refresh();
    grpc_.wake();
  }

  bool is_idle() const noexcept { return grpc_.connections() == 0 && ttrpc_.idle(); }

  void on_connections() {
    // Descriptors that one server gave back may be what the other waited for.
    grpc_.resume_accepting();
    ttrpc_.resume_accepting();
    if (!is_idle()) return;
    if (stopping_) return loop_.stop();
    core::return_free_memory();
    restart_idle_timer();
  }

  void restart_idle_timer() {
    if (timer_) loop_.remove(timer_.get());
    timer_.reset();
    if (idle_timeout_.count() == 0) return;
    timer_ = core::make_timer(idle_timeout_);
    loop_.add(timer_.get(), EPOLLIN, [this](std::uint32_t) {
      loop_.remove(timer_.get());
      timer_.reset();
      if (is_idle()) stop("nobody has been here for a while");
    });
  }

  void stop(const std::string& why) {
    if (stopping_) return loop_.stop();  // asked twice: at once
    core::log::info("stopping: " + why);
    core::notify_service_manager("STOPPING=1");
    stopping_ = true;
    sockets_.remove_names();
    ttrpc_.stop_listening();
    grpc_.stop(core::unavailable("containerd is stopping"));
    if (is_idle()) return loop_.stop();
    if (timer_) loop_.remove(timer_.get());
    timer_ = core::make_timer(kFarewell);
    loop_.add(timer_.get(), EPOLLIN, [this](std::uint32_t) { loop_.stop(); });
  }

  void reload() {
    if (stopping_) return;
    core::notify_service_manager("RELOADING=1");
    try {
      const Config config = options_.reload();
      core::log::set_level(config.level);
      idle_timeout_ = config.idle_timeout.value_or(options_.idle_timeout);
      restart_idle_timer();
      core::log::info("configuration read again; addresses and directories stay as they were");
    } catch (...) {
      core::log::error(std::string("configuration not read again: ") + core::current_error().what());
    }
    core::notify_service_manager("READY=1");
  }

  const Options& options_;
  std::chrono::milliseconds idle_timeout_;
  core::SignalFd signals_;  // first: the publisher's thread inherits what is blocked
  state::Database database_;
  Sockets sockets_;
  core::EventLoop loop_;
  core::events::Doorbell doorbell_;
  core::Fd timer_;
  Publisher publisher_;
  EventsService events_;
  AboutService about_;
  grpc::Server grpc_;
  ttrpc::Server ttrpc_;
  bool stopping_ = false;
};

}  // namespace

void serve(const Options& options) {
  core::set_process_name("containerd");
  core::ignore_broken_pipes();
  core::raise_limit_of_open_files();
  core::events::silence_protobuf();
  Daemon(options).run();
}

}  // namespace ctrbox::runtime::daemon
