#include "core/archive/gzip_members.h"

#include <algorithm>

#include "core/base/error.h"

namespace ctrbox::core::archive {

void GzipMembers::write(std::span<const std::byte> in, const Sink& out) {
  while (!in.empty()) {
    if (place_ == Place::padding) {
      if (std::any_of(in.begin(), in.end(), [](std::byte b) { return b != std::byte{0}; })) {
        throw invalid_argument("gzip stream is damaged: there is something after its end");
      }
      return;
    }
    if (place_ == Place::before_member) {
      if (any_member_ && in.front() == std::byte{0}) {
        place_ = Place::padding;
        continue;
      }
      begin();
      place_ = Place::in_member;
    }
    const Step step = inflate(in, out);
    in = in.subspan(step.consumed);
    if (step.member_ended) {
      place_ = Place::before_member;
      any_member_ = true;
    }
  }
}

void GzipMembers::finish() {
  if (place_ == Place::in_member || !any_member_) throw invalid_argument("gzip stream ends too early");
}

}  // namespace ctrbox::core::archive
