#include "runtime/metrics/stats.h"

#include <string_view>

#include "runtime/metrics/version1.h"
#include "runtime/metrics/version2.h"
#include "runtime/wire/conversions.h"

namespace ctrbox::runtime {
namespace {

// The bare names: that is how containerd's own shim calls them.
constexpr std::string_view kVersion1 = "io.containerd.cgroups.v1.Metrics";
constexpr std::string_view kVersion2 = "io.containerd.cgroups.v2.Metrics";

ctrbox::wire::Any pack(std::string_view url, const google::protobuf::MessageLite& message) {
  ctrbox::wire::Any any;
  any.set_type_url(std::string(url));
  message.SerializeToString(any.mutable_value());
  return any;
}

template <typename Message>
Message unpack(const ctrbox::wire::Any& any) {
  Message message;
  wire::parse(message, any.value());
  return message;
}

}  // namespace

ctrbox::wire::Any read_stats(const core::ProcessCgroups& groups) {
  if (groups.is_version1 ? groups.controllers.empty() : groups.unified.empty())
    throw core::failed_precondition("it has ended, or has no control groups of its own");
  if (groups.is_version1) return pack(kVersion1, version1::read(groups));
  return pack(kVersion2, version2::read(groups.unified));
}

Metrics decode_stats(const ctrbox::wire::Any& stats) {
  const std::string_view url = stats.type_url();
  const std::string_view name = url.substr(url.rfind('/') + 1);  // "type.googleapis.com/…" or bare
  if (name == kVersion1) return version1::to_metrics(unpack<ctrbox::wire::cgroups1::Metrics>(stats));
  if (name == kVersion2) return version2::to_metrics(unpack<ctrbox::wire::cgroups2::Metrics>(stats));
  throw core::not_implemented("metrics of the kind " + core::quoted(name));
}

}  // namespace ctrbox::runtime
