// The expected bytes are put together here by hand, from the field numbers alone, so that the .proto files are tested
// too.
#include <gtest/gtest.h>

#include <string>

#include "core/events/outbox.h"

namespace ctrbox::core::events {
namespace {

constexpr UnixNanos kTime = 1501280391'832013043;

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80 | (value & 0x7f));
  return bytes + static_cast<char>(value);
}

std::string field(unsigned number, std::uint64_t value) { return varint(number << 3) + varint(value); }
std::string field(unsigned number, const std::string& bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}
std::string pair(unsigned number, const std::string& key, const std::string& value) {
  return field(number, field(1, key) + field(2, value));
}
const std::string kTimeBytes = field(1, std::uint64_t{1501280391}) + field(2, std::uint64_t{832013043});

template <typename Event>
void expect(const Event& event, const std::string& topic, const std::string& type, const std::string& bytes) {
  const Payload payload = encode(event);
  EXPECT_EQ(payload.topic, topic);
  EXPECT_EQ(payload.type_url, type);
  EXPECT_EQ(payload.value, bytes) << type;
}

TEST(EventEncoding, Namespaces) {
  const Labels labels = {{"b", "2"}, {"a", "1"}};
  const std::string bytes = field(1, "foo") + pair(2, "a", "1") + pair(2, "b", "2");
  expect(NamespaceCreate{"foo", labels}, "/namespaces/create", "containerd.events.NamespaceCreate", bytes);
  expect(NamespaceUpdate{"foo", labels}, "/namespaces/update", "containerd.events.NamespaceUpdate", bytes);
  expect(NamespaceDelete{"foo"}, "/namespaces/delete", "containerd.events.NamespaceDelete", field(1, "foo"));
}

TEST(EventEncoding, Images) {
  Descriptor target;
  target.media_type = "m";
  target.digest = Digest::of("x");
  target.size = 7;
  const std::string descriptor = field(1, "m") + field(2, target.digest.text()) + field(3, std::uint64_t{7});
  const std::string bytes = field(1, "redis") + pair(2, "k", "v") + field(1001, descriptor);
  expect(ImageCreate{"redis", {{"k", "v"}}, target}, "/images/create", "containerd.services.images.v1.ImageCreate",
         bytes);
  expect(ImageUpdate{"redis", {{"k", "v"}}, target}, "/images/update", "containerd.services.images.v1.ImageUpdate",
         bytes);
  expect(ImageDelete{"redis"}, "/images/delete", "containerd.services.images.v1.ImageDelete", field(1, "redis"));
}

TEST(EventEncoding, Content) {
  const std::string bytes = field(1, "sha256:aa") + field(2, std::uint64_t{5'000'000'000}) + field(3, kTimeBytes) +
                            field(4, kTimeBytes) + pair(5, "k", "v");
  const ContentCreate record{"sha256:aa", 5'000'000'000, kTime, kTime, {{"k", "v"}}};
  expect(record, "/content/create", "containerd.services.content.v1.Info", bytes);
  expect(ContentUpdate{record}, "/content/update", "containerd.services.content.v1.Info", bytes);
  expect(ContentDelete{"sha256:aa"}, "/content/delete", "containerd.events.ContentDelete", field(1, "sha256:aa"));
}

TEST(EventEncoding, Snapshots) {
  expect(SnapshotPrepare{"k", "p", "overlayfs"}, "/snapshot/prepare", "containerd.events.SnapshotPrepare",
         field(1, "k") + field(2, "p") + field(5, "overlayfs"));
  expect(SnapshotView{"k", "p", "overlayfs"}, "/snapshot/view", "containerd.events.SnapshotPrepare",
         field(1, "k") + field(2, "p") + field(5, "overlayfs"));
  expect(SnapshotCommit{"k", "n", "native", "p"}, "/snapshot/commit", "containerd.events.SnapshotCommit",
         field(1, "k") + field(2, "n") + field(5, "native") + field(1001, "p"));
  expect(SnapshotRemove{"k", "native"}, "/snapshot/remove", "containerd.events.SnapshotRemove",
         field(1, "k") + field(5, "native"));
}

TEST(EventEncoding, Containers) {
  expect(ContainerCreate{"c", "redis", "io.containerd.runc.v2", {{"k", "v"}}, "overlayfs", "c"}, "/containers/create",
         "containerd.events.ContainerCreate",
         field(1, "c") + field(2, "redis") + field(3, field(1, "io.containerd.runc.v2")) + pair(1001, "k", "v") +
             field(1002, "overlayfs") + field(1003, "c"));
  expect(ContainerUpdate{"c", "redis", {{"b", "2"}, {"a", "1"}}, "key"}, "/containers/update",
         "containerd.events.ContainerUpdate",
         field(1, "c") + field(2, "redis") + pair(3, "a", "1") + pair(3, "b", "2") + field(4, "key"));
  expect(ContainerDelete{"c"}, "/containers/delete", "containerd.events.ContainerDelete", field(1, "c"));
}

TEST(EventEncoding, TaskCreate) {
  TaskCreate event{"c",
                   "/run/b",
                   {{"overlay", "overlay", {"ro", "lowerdir=/a:/b"}}, {"bind", "/x", {}}},
                   {"in", "out", "err", true},
                   42};
  expect(event, "/tasks/create", "containerd.events.TaskCreate",
         field(1, "c") + field(2, "/run/b") +
             field(3, field(1, "overlay") + field(2, "overlay") + field(4, "ro") + field(4, "lowerdir=/a:/b")) +
             field(3, field(1, "bind") + field(2, "/x")) +
             field(4, field(1, "in") + field(2, "out") + field(3, "err") + field(4, std::uint64_t{1})) +
             field(6, std::uint64_t{42}));
}

TEST(EventEncoding, LifeOfATask) {
  expect(TaskStart{"c", 42}, "/tasks/start", "containerd.events.TaskStart",
         field(1, "c") + field(2, std::uint64_t{42}));
  expect(TaskExit{"c", "e", 42, 137, kTime}, "/tasks/exit", "containerd.events.TaskExit",
         field(1, "c") + field(2, "e") + field(3, std::uint64_t{42}) + field(4, std::uint64_t{137}) +
             field(5, kTimeBytes));
  expect(TaskDelete{"c", 42, 137, kTime, "e"}, "/tasks/delete", "containerd.events.TaskDelete",
         field(1, "c") + field(2, std::uint64_t{42}) + field(3, std::uint64_t{137}) + field(4, kTimeBytes) +
             field(5, "e"));
  expect(TaskPaused{"c"}, "/tasks/paused", "containerd.events.TaskPaused", field(1, "c"));
  expect(TaskResumed{"c"}, "/tasks/resumed", "containerd.events.TaskResumed", field(1, "c"));
  expect(TaskOom{"c"}, "/tasks/oom", "containerd.events.TaskOOM", field(1, "c"));
  expect(TaskExecAdded{"c", "e"}, "/tasks/exec-added", "containerd.events.TaskExecAdded",
         field(1, "c") + field(2, "e"));
  expect(TaskExecStarted{"c", "e", 42}, "/tasks/exec-started", "containerd.events.TaskExecStarted",
         field(1, "c") + field(2, "e") + field(3, std::uint64_t{42}));
  expect(TaskCheckpointed{"c", "x"}, "/tasks/checkpointed", "containerd.events.TaskCheckpointed",
         field(1, "c") + field(2, "x"));
}

TEST(EventEncoding, ZerosAreNotOnTheWire) {
  expect(TaskExit{"c", "c", 42, 0, 0}, "/tasks/exit", "containerd.events.TaskExit",
         field(1, "c") + field(2, "c") + field(3, std::uint64_t{42}) + field(5, ""));
}

TEST(EventEncoding, EqualEventsHaveEqualBytes) {
  Labels labels;
  for (int i = 0; i < 200; ++i) labels["key" + std::to_string(i * 7919 % 200)] = std::to_string(i);
  std::string bytes = field(1, "foo");
  for (const auto& [key, value] : labels) bytes += pair(2, key, value);
  EXPECT_EQ(encode(NamespaceCreate{"foo", labels}).value, bytes);
}

TEST(EventEncoding, TextThatIsNotUtf8IsMadeSo) {
  EXPECT_EQ(encode(TaskCreate{"c", "/run/\xff", {}, {}, 1}).value,
            field(1, "c") + field(2, "/run/\xef\xbf\xbd") + field(4, "") + field(6, std::uint64_t{1}));
}

}  // namespace
}  // namespace ctrbox::core::events
