// The framing of a gzip stream around the inflate that a library does: members follow each other, zeros may follow the
// last. A library gives one member: begin() and inflate(). Private to this room. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/archive/decoder.h"

namespace ctrbox::core::archive {

class GzipMembers : public Decoder {
 public:
  void write(std::span<const std::byte> in, const Sink& out) final;
  void finish() final;

 protected:
  struct Step {
    std::size_t consumed = 0;
    bool member_ended = false;  // its checksum and length were right
  };
  /// Gets ready for a member's first byte.
  virtual void begin() = 0;
  /// Decodes from `in` until it is used up or the member ends. Throws invalid_argument.
  virtual Step inflate(std::span<const std::byte> in, const Sink& out) = 0;

 private:
  enum class Place { before_member, in_member, padding };
  Place place_ = Place::before_member;
  bool any_member_ = false;
};

}  // namespace ctrbox::core::archive
