// The secrets of one client, so that nothing printed ever shows one: a registry may well echo them in an error text.
// Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace ctrbox::registry::http {

class Secrets {
 public:
  /// Remembers a token or password.
  void add(const std::string& secret);
  /// Remembers a password in each form it goes over the wire.
  void add_password(const std::string& username, const std::string& password);
  /// `text` with every secret replaced by "***".
  std::string redact(std::string text) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> secrets_;  // longest first; guarded by mutex_
};

}  // namespace ctrbox::registry::http
