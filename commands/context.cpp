#include "commands/context.h"

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/namespaces/namespaces.h"
#include "core/sys/interrupt.h"

namespace ctrbox::commands {

Context::Context(std::string program, GlobalFlags flags, std::ostream& out, std::ostream& err)
    : program_(std::move(program)),
      flags_(std::move(flags)),
      paths_(core::Paths::choose(flags_.root, flags_.state)),
      out_(out),
      err_(err) {}

Context::~Context() = default;

const std::string& Context::ns() const {
  core::namespaces::check_name(flags_.ns);
  return flags_.ns;
}

state::Database& Context::database() {
  if (database_ == nullptr) {
    core::with_context("opening the state in " + paths_.root, [&] {
      paths_.create();
      state::StatementTrace trace;
      if (flags_.debug) trace = [](std::string_view sql) { core::log::debug(sql); };
      database_ = std::make_unique<state::Database>(paths_.database(), std::move(trace));
    });
  }
  return *database_;
}

bool Context::cancelled() noexcept { return core::cancelled(); }

}  // namespace ctrbox::commands
