#include "commands/ctr/shim/shim.h"

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands/context.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/sys/signals.h"
#include "runtime/task/direct.h"

namespace ctrbox::commands {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 4;

struct Options {
  std::string id;
  std::string address;
  std::string exec_id;
  std::string signal = "SIGTERM";
  bool all = false;
  bool now = false;
};

/// What is asked; null is an answer that says nothing.
using Call = std::function<Json(runtime::DirectShim& shim, const Options& options)>;

enum Flags { kNone = 0, kExecId = 1, kSignal = 2, kNow = 4 };

Action declare(CLI::App& app, int flags, Call call) {
  const auto options = std::make_shared<Options>();
  add_value(app, "--address,--socket", options->address, "SOCKET", "of a shim that is not ours: /path, unix:///path");
  if (flags & kExecId) add_value(app, "--exec-id", options->exec_id, "ID", "a process that was added");
  if (flags & kSignal) {
    add_value(app, "-s,--signal", options->signal, "SIGNAL", "name or number; SIGTERM when left out");
    add_switch(app, "-a,--all", options->all, "every process of the container");
  }
  if (flags & kNow) add_switch(app, "--now", options->now, "even when it still has a task");
  add_positional(app, "ID", options->id, "container");
  return [options, call](Context& context) {
    std::string address = options->address;
    if (address.empty()) {
      core::check_identifier(options->id);
      address = runtime::DirectShim::address_of(context.paths(), context.ns(), options->id);
    }
    runtime::DirectShim shim = runtime::DirectShim::at(address);
    const Json answer = call(shim, *options);
    // Another's shim may answer anything: only ASCII is printed.
    if (!answer.is_null()) context.out() << answer.dump(kIndent, ' ', true, Json::error_handler_t::replace) << "\n";
    return 0;
  };
}

Json exit_json(const runtime::ExitStatus& exit) {
  return {{"exit_status", exit.status}, {"exited_at", core::to_rfc3339(exit.exited_at)}};
}

Json state_json(const runtime::ShimState& state) {
  const runtime::ProcessInfo& process = state.process;
  Json json = {{"id", state.id},
               {"bundle", state.bundle},
               {"pid", process.pid},
               {"status", runtime::to_string(process.status)},
               {"stdin", process.stdin_path},
               {"stdout", process.stdout_path},
               {"stderr", process.stderr_path},
               {"terminal", process.terminal}};
  if (process.exit_status) json.update(exit_json({*process.exit_status, process.exited_at}));
  if (!state.exec_id.empty()) json["exec_id"] = state.exec_id;
  return json;
}

}  // namespace

Action declare_shim_connect(CLI::App& app) {
  return declare(app, kNone, [](runtime::DirectShim& shim, const Options& options) {
    const auto answer = shim.connect(options.id);
    return Json{{"shim_pid", answer.shim_pid}, {"task_pid", answer.task_pid}, {"version", answer.version}};
  });
}

Action declare_shim_delete(CLI::App& app) {
  return declare(app, kExecId, [](runtime::DirectShim& shim, const Options& options) {
    return exit_json(shim.remove(options.id, options.exec_id));
  });
}

Action declare_shim_kill(CLI::App& app) {
  return declare(app, kExecId | kSignal, [](runtime::DirectShim& shim, const Options& options) {
    const auto signal = static_cast<std::uint32_t>(core::parse_signal(options.signal));
    shim.kill(options.id, options.exec_id, signal, options.all);
    return Json();
  });
}

Action declare_shim_pause(CLI::App& app) {
  return declare(app, kNone, [](runtime::DirectShim& shim, const Options& options) {
    shim.pause(options.id);
    return Json();
  });
}

Action declare_shim_pids(CLI::App& app) {
  return declare(app, kNone, [](runtime::DirectShim& shim, const Options& options) {
    return Json{{"pids", shim.pids(options.id)}};
  });
}

Action declare_shim_resume(CLI::App& app) {
  return declare(app, kNone, [](runtime::DirectShim& shim, const Options& options) {
    shim.resume(options.id);
    return Json();
  });
}

Action declare_shim_shutdown(CLI::App& app) {
  return declare(app, kNow, [](runtime::DirectShim& shim, const Options& options) {
    shim.shutdown(options.id, options.now);
    return Json();
  });
}

Action declare_shim_start(CLI::App& app) {
  return declare(app, kExecId, [](runtime::DirectShim& shim, const Options& options) {
    shim.start(options.id, options.exec_id);
    return Json();
  });
}

Action declare_shim_state(CLI::App& app) {
  return declare(app, kExecId, [](runtime::DirectShim& shim, const Options& options) {
    return state_json(shim.state(options.id, options.exec_id));
  });
}

Action declare_shim_wait(CLI::App& app) {
  return declare(app, kExecId, [](runtime::DirectShim& shim, const Options& options) {
    return exit_json(shim.wait(options.id, options.exec_id));
  });
}

}  // namespace ctrbox::commands
