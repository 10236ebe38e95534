#include "commands/flags/registry.h"

#include <unistd.h>

#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "core/sys/pty.h"
#include "core/sys/silent_line.h"

namespace ctrbox::commands {
namespace {

constexpr std::size_t kMaxPasswordBytes = 4096;

std::string ask_password(Context& context) {
  const bool shown = core::is_terminal(STDIN_FILENO);
  if (shown) context.err() << "Password: ";
  std::string password = core::with_context("reading the password", [] {
    return core::read_silent_line(STDIN_FILENO, kMaxPasswordBytes, Context::cancelled);
  });
  if (shown) context.err() << "\n";
  return password;
}

}  // namespace

void add_registry_flags(CLI::App& app, RegistryFlags& flags) {
  add_switch(app, "--plain-http", flags.plain_http, "use HTTP without TLS (always done for this host's own addresses)");
  add_switch(app, "-k,--skip-verify", flags.skip_verify, "accept any TLS certificate");
  add_value(app, "-u,--user", flags.user, "NAME[:PASSWORD]", "log in; a password that is not given is asked for");
}

registry::Access access_from(Context& context, const RegistryFlags& flags) {
  registry::Access access;
  access.plain_http = flags.plain_http;
  access.skip_verify = flags.skip_verify;
  if (flags.user.empty()) return access;
  const std::size_t colon = flags.user.find(':');
  access.username = flags.user.substr(0, colon);
  if (access.username.empty()) throw core::invalid_argument("--user needs a name before the colon");
  access.password = colon == std::string::npos ? ask_password(context) : flags.user.substr(colon + 1);
  return access;
}

}  // namespace ctrbox::commands
