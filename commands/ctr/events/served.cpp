#include "commands/ctr/events/served.h"

#include <unistd.h>

#include <optional>

#include "commands/errors.h"
#include "core/base/error.h"
#include "core/sys/spawn.h"
#include "core/sys/unix_socket.h"

namespace ctrbox::commands {
namespace {

std::optional<core::Fd> connect(const std::string& path) {
  try {
    return core::connect_unix(path);
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found && error.code() != core::ErrorCode::unavailable) throw;
    return std::nullopt;
  }
}

/// Whether somebody hears of it when it cannot be started: of several that are started at once one serves, and that the
/// others do not is nobody's news.
enum class Complaints { heard, unheard };

/// Returns once it serves, or cannot.
void start_daemon(const core::Paths& paths, Complaints complaints) {
  core::SpawnOptions options;
  options.program = "/proc/self/exe";
  options.arguments = {"containerd", "--root",       paths.root,    "--state", paths.state,
                       "--address",  paths.socket(), "--log-level", "warn",    "--detach"};
  if (complaints == Complaints::heard) options.descriptors = {{STDERR_FILENO, STDERR_FILENO}};
  core::wait_for(core::spawn(options));
}

}  // namespace

core::Fd keep_served(Context& context) {
  try {
    const std::string path = context.paths().socket();
    auto connection = connect(path);
    for (const Complaints complaints : {Complaints::unheard, Complaints::heard}) {
      if (connection) break;
      start_daemon(context.paths(), complaints);
      connection = connect(path);
    }
    if (connection) return *std::move(connection);
    context.err() << context.program() << ": warning: the events socket is not served; foreign clients are not heard\n";
  } catch (const core::Error& error) {
    context.err() << context.program() << ": warning: the events socket is not served: " << describe(error) << "\n";
  }
  return {};
}

}  // namespace ctrbox::commands
