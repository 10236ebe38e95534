#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/events/events.h"
#include "core/base/error.h"
#include "core/events/from_json.h"
#include "core/events/outbox.h"
#include "core/namespaces/namespaces.h"
#include "core/sys/file.h"

namespace ctrbox::commands {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kMaxLineBytes = 4 << 20;  // an event at its largest, as text

void forward_line(Context& context, const std::string& line) {
  const core::events::Event event = core::events::parse_event(line);
  core::with_context("event envelope has invalid namespace", [&] { core::namespaces::check_name(event.ns); });
  core::events::check_event(event);
  context.database().write(state::Durability::normal, [&](state::Transaction& tx) { core::events::append(tx, event); });
}

/// Each line is written as soon as it is there: what comes through a pipe is told at once.
int forward(Context& context) {
  std::array<std::byte, kReadBytes> buffer;
  std::string rest;
  std::size_t number = 0;
  while (const std::size_t count = core::read_some(STDIN_FILENO, buffer)) {
    rest.append(reinterpret_cast<const char*>(buffer.data()), count);
    std::size_t start = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', start)) {
      core::with_context("line " + std::to_string(++number),
                         [&] { forward_line(context, rest.substr(start, end - start)); });
      start = end + 1;
    }
    rest.erase(0, start);
    if (rest.size() > kMaxLineBytes)
      throw core::resource_exhausted("line " + std::to_string(number + 1) + " is longer than " +
                                     std::to_string(kMaxLineBytes) + " bytes");
  }
  if (!rest.empty()) core::with_context("line " + std::to_string(number + 1), [&] { forward_line(context, rest); });
  return 0;
}

}  // namespace

Action declare_events_forward(CLI::App&) {
  return [](Context& context) { return forward(context); };
}

}  // namespace ctrbox::commands
