#include "runtime/task/told.h"

#include <set>
#include <unordered_map>

#include "core/events/describe.h"
#include "core/events/log.h"
#include "core/events/outbox.h"

namespace ctrbox::runtime {
namespace {

namespace events = core::events;

std::string field(events::EventFields& fields, const char* name) { return fields.find({"event", name}).value_or(""); }

std::uint32_t number(events::EventFields& fields, const char* name, std::uint32_t otherwise) {
  const std::string text = field(fields, name);
  return text.empty() ? otherwise : static_cast<std::uint32_t>(std::stoul(text));
}

/// The sequence of the last exit of each process of a task.
std::unordered_map<std::string, std::int64_t> last_exits(state::Database& database, const TaskName& name) {
  std::unordered_map<std::string, std::int64_t> exits;
  for (const events::Event& event : events::read_recent(database, name.ns, "/tasks/exit")) {
    events::EventFields fields(event);
    if (field(fields, "container_id") == name.id)
      exits.emplace(field(fields, "id"), event.sequence);  // the latest first
  }
  return exits;
}

}  // namespace

std::optional<ExitStatus> find_told_exit(state::Database& database, const std::string& ns, const std::string& id,
                                         const std::string& process) {
  for (const events::Event& event : events::read_recent(database, ns, "/tasks/exit")) {
    events::EventFields fields(event);
    if (field(fields, "id") != process || field(fields, "container_id") != id) continue;
    return ExitStatus{number(fields, "exit_status", 255),
                      core::parse_time(field(fields, "exited_at")).value_or(event.timestamp)};
  }
  return std::nullopt;
}

void record_lost_execs(state::Transaction& tx, const TaskName& name, const ExitStatus& exit) {
  const auto exits = last_exits(tx.database(), name);
  std::set<std::string> seen;
  for (const events::Event& event : events::read_recent(tx.database(), name.ns, "/tasks/exec-started")) {
    events::EventFields fields(event);
    if (field(fields, "container_id") != name.id) continue;
    const std::string exec_id = field(fields, "exec_id");
    if (!seen.insert(exec_id).second) continue;  // an earlier one of the same name
    const auto ended = exits.find(exec_id);
    if (ended != exits.end() && ended->second > event.sequence) continue;
    events::append(tx, name.ns,
                   events::TaskExit{name.id, exec_id, number(fields, "pid", 0), exit.status, exit.exited_at});
  }
}

}  // namespace ctrbox::runtime
