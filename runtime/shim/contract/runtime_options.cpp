#include "runtime/shim/contract/runtime_options.h"

#include "core/base/error.h"
#include "runc_options.pb.h"
#include "runtime/shim/contract/account.h"
#include "runtime/wire/conversions.h"

namespace ctrbox::runtime::shim::contract {
namespace {

constexpr std::string_view kType = "containerd.runc.v1.Options";

bool is_ours(std::string_view type_url) { return type_url.substr(type_url.find_last_of('/') + 1) == kType; }

}  // namespace

RuntimeOptions read_options(const ctrbox::wire::Any& options, const std::string& ns) {
  ctrbox::wire::RuncOptions message;
  if (is_ours(options.type_url())) wire::parse(message, options.value());
  RuntimeOptions result;
  if (!message.binary_name().empty()) result.program = message.binary_name();
  const std::string root = message.root().empty() ? kDefaultRuntimeRoot : message.root();
  if (root.front() != '/')
    throw core::invalid_argument("the runtime's root " + core::quoted(root) + " is no absolute path");
  result.root = root + "/" + ns;
  result.flags.systemd_cgroup = message.systemd_cgroup();
  result.flags.no_pivot_root = message.no_pivot_root();
  result.flags.no_new_keyring = message.no_new_keyring();
  result.shim_cgroup = message.shim_cgroup();
  return result;
}

}  // namespace ctrbox::runtime::shim::contract
