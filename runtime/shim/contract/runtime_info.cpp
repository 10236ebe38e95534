#include "runtime/shim/contract/runtime_info.h"

#include "runc_options.pb.h"

namespace ctrbox::runtime::shim::contract {

std::string runtime_info(std::string_view version, std::string_view revision) {
  ctrbox::wire::RuntimeInfo info;
  info.set_name("io.containerd.ctrbox.v2");
  info.mutable_version()->set_version(std::string(version));
  info.mutable_version()->set_revision(std::string(revision));
  return info.SerializeAsString();
}

}  // namespace ctrbox::runtime::shim::contract
