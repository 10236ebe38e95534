// A request and a response as values. Bodies of responses are bounded; credentials never stand among the headers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctrbox::registry::http {

inline constexpr std::size_t kMaxErrorBytes = 64 * 1024;  // of an answer that is not 2xx
inline constexpr std::size_t kMaxHeaderBytes = 64 * 1024;
inline constexpr int kMaxRedirects = 10;

/// What proves who we are: to one origin only.
struct Credentials {
  enum class Kind { none, basic, bearer };
  Kind kind = Kind::none;
  std::string username;
  std::string secret;  // the password or the token
  bool operator==(const Credentials&) const = default;
};

struct Request {
  std::string method = "GET";  // GET, HEAD or POST
  std::string url;
  std::vector<std::string> headers;  // "Accept: text/plain"
  Credentials credentials;           // for the origin of `url`; a redirect elsewhere drops them
  std::string form;                  // the body of a POST, encoded
  std::size_t max_body = kMaxErrorBytes;
};

class Headers {
 public:
  void add(std::string_view line);  // "Name: value"
  void clear() { fields_.clear(); }
  /// The first field of that name (given in lower case).
  std::optional<std::string> find(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Response {
  int status = 0;
  std::string url;  // that answered, after redirects
  Headers headers;
  std::string body;
  bool body_exceeded = false;  // there was more than max_body; `body` is what fitted

  bool ok() const noexcept { return status >= 200 && status < 300; }
  /// Content-Length, if it is a number.
  std::optional<std::int64_t> content_length() const;
};

/// Takes the body of a 2xx answer as it comes. Whatever it throws ends the transfer and leaves stream().
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// The headers are complete.
  virtual void begin(const Response& response) = 0;
  /// May block: the peer is then not read from.
  virtual void write(std::span<const std::byte> data) = 0;
};

}  // namespace ctrbox::registry::http
