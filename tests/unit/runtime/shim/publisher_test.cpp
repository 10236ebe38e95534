#include "runtime/shim/publisher.h"

#include <gtest/gtest.h>

#include "core/events/describe.h"
#include "support/temp_dir.h"
#include "unit/runtime/shim/fake_daemon.h"

namespace ctrbox::runtime::shim {
namespace {

using core::events::Fields;

class PublisherTest : public testing::Test {
 protected:
  void SetUp() override { daemon_.begin(); }
  /// "topic json" of what the daemon heard.
  std::vector<std::string> heard() {
    EXPECT_TRUE(turn_until(loop_, [&] { return forwarder_.idle(); }));
    std::vector<std::string> lines;
    for (const auto& event : daemon_.told) {
      EXPECT_EQ(event.ns, "unit");
      lines.push_back(event.topic + " " + core::events::to_json(event, Fields::containerd));
    }
    return lines;
  }

  test::TempDir directory_;
  core::EventLoop loop_;
  FakeDaemon daemon_{loop_, directory_.path("socket")};
  Forwarder forwarder_{loop_, directory_.path("socket")};
  Publisher publisher_{forwarder_, "unit", "c1"};
};

TEST_F(PublisherTest, TheLifeOfATaskIsToldInOrder) {
  TaskRecord record;
  record.id = "c1";
  record.bundle = "/b";
  record.init.pid = 42;
  record.io = {"/in", "/out", "/err", true};
  const ExitStatus exit{3, 1'500'000'000'000'000'000};
  publisher_.created(record, {{"overlay", "overlay", {"ro"}}});
  publisher_.started(record, {});
  publisher_.paused(true);
  publisher_.paused(false);
  publisher_.out_of_memory();
  publisher_.exited(record, exit);
  publisher_.removed(record, exit);
  EXPECT_EQ(
      heard(),
      (std::vector<std::string>{
          R"(/tasks/create {"container_id":"c1","bundle":"/b","rootfs":[{"type":"overlay","source":"overlay","options":["ro"]}],"io":{"stdin":"/in","stdout":"/out","stderr":"/err","terminal":true},"pid":42})",
          R"(/tasks/start {"container_id":"c1","pid":42})", R"(/tasks/paused {"container_id":"c1"})",
          R"(/tasks/resumed {"container_id":"c1"})", R"(/tasks/oom {"container_id":"c1"})",
          R"(/tasks/exit {"container_id":"c1","id":"c1","pid":42,"exit_status":3,"exited_at":"2017-07-14T02:40:00Z"})",
          R"(/tasks/delete {"container_id":"c1","pid":42,"exit_status":3,"exited_at":"2017-07-14T02:40:00Z","id":"c1"})"}));
}

TEST_F(PublisherTest, ExecsAreToldUnderTheirIds) {
  publisher_.exec_added("e1");
  publisher_.exec_started({"e1", 7});
  publisher_.exec_exited({"e1", 7}, {0, 1'500'000'000'000'000'000});
  EXPECT_EQ(heard(), (std::vector<std::string>{
                         R"(/tasks/exec-added {"container_id":"c1","exec_id":"e1"})",
                         R"(/tasks/exec-started {"container_id":"c1","exec_id":"e1","pid":7})",
                         R"(/tasks/exit {"container_id":"c1","id":"e1","pid":7,"exited_at":"2017-07-14T02:40:00Z"})"}));
}

}  // namespace
}  // namespace ctrbox::runtime::shim
