#include "runtime/shim/steady.h"

#include <chrono>
#include <thread>

#include "core/base/error.h"
#include "core/base/log.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::chrono::milliseconds kAfterFailure{10};  // it may fail again at once

}  // namespace

void run_steadily(core::EventLoop& loop) {
  while (true) {
    try {
      loop.run();
      return;
    } catch (...) {
      core::log::error(std::string("shim: ") + core::current_error().what());
      std::this_thread::sleep_for(kAfterFailure);
    }
  }
}

}  // namespace ctrbox::runtime::shim
