// containerd.task.v2.Task, and ctrbox.shim.v1.Shim beside it: from a request's method and bytes to a call of the
// container. What is not served is answered with not_implemented, and says so. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "runtime/shim/container.h"

namespace ctrbox::runtime::shim {

class Service {
 public:
  /// `on_shutdown` ends the shim.
  Service(Container& container, std::function<void()> on_shutdown)
      : container_(container), on_shutdown_(std::move(on_shutdown)) {}

  /// Answers now or later; what it throws is to be answered.
  void call(const ctrbox::wire::Request& request, const ttrpc::Reply& reply);

 private:
  struct Method;
  static const Method kMethods[];

  void state(const std::string& payload, const ttrpc::Reply& reply);
  void create(const std::string& payload, const ttrpc::Reply& reply);
  void start(const std::string& payload, const ttrpc::Reply& reply);
  void remove(const std::string& payload, const ttrpc::Reply& reply);
  void pids(const std::string& payload, const ttrpc::Reply& reply);
  void pause(const std::string& payload, const ttrpc::Reply& reply);
  void resume(const std::string& payload, const ttrpc::Reply& reply);
  void kill(const std::string& payload, const ttrpc::Reply& reply);
  void exec(const std::string& payload, const ttrpc::Reply& reply);
  void attach(const std::string& payload, const ttrpc::Reply& reply);
  void checkpoint(const std::string& payload, const ttrpc::Reply& reply);
  void resize(const std::string& payload, const ttrpc::Reply& reply);
  void close_io(const std::string& payload, const ttrpc::Reply& reply);
  void wait(const std::string& payload, const ttrpc::Reply& reply);
  void connect(const std::string& payload, const ttrpc::Reply& reply);
  void stats(const std::string& payload, const ttrpc::Reply& reply);
  void update(const std::string& payload, const ttrpc::Reply& reply);
  void shutdown(const std::string& payload, const ttrpc::Reply& reply);

  Container& container_;
  std::function<void()> on_shutdown_;
};

}  // namespace ctrbox::runtime::shim
