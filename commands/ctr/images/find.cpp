#include "commands/ctr/images/find.h"

#include "core/base/error.h"
#include "core/oci/reference.h"

namespace ctrbox::commands {
namespace {

/// "docker.io/library/redis:latest" for "redis"; what was typed when it is no reference: names are free text.
std::string full_form(const std::string& typed) {
  try {
    return core::parse_reference(typed).text();
  } catch (const core::Error&) {
    return typed;
  }
}

}  // namespace

core::images::Image find_image(state::Database& database, const std::string& ns, const std::string& typed) {
  if (auto image = core::images::find(database, ns, typed)) return *image;
  const std::string full = full_form(typed);
  return core::images::get(database, ns, full);
}

}  // namespace ctrbox::commands
