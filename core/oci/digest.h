// A content digest, checked on construction: everything that becomes a path or a URL from outside goes through here.
// Source: OCI image-spec, descriptor.md, "Digests".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ctrbox::core {

class Digest {
 public:
  /// "sha256:<64 lower-case hex>", or sha384, sha512. Throws invalid_argument.
  static Digest parse(std::string_view text);
  static bool is_valid(std::string_view text) noexcept;
  /// sha256 of the bytes.
  static Digest of(std::string_view bytes);

  Digest() = default;  // empty: not a digest
  bool empty() const noexcept { return text_.empty(); }
  const std::string& text() const noexcept { return text_; }
  std::string_view algorithm() const noexcept;
  std::string_view hex() const noexcept;
  auto operator<=>(const Digest&) const = default;

 private:
  explicit Digest(std::string text) : text_(std::move(text)) {}
  friend class Hasher;
  std::string text_;
};

/// Running hash (OpenSSL). Move-only. Thread: one at a time.
class Hasher {
 public:
  explicit Hasher(std::string_view algorithm = "sha256");
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  void update(std::span<const std::byte> data);
  /// The digest of all that was given. The hasher must not be used afterwards.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ctrbox::core
