// The outbox tells the truth: whoever reads all events from the first one knows what is in the tables, and nothing else
// has been told. Random changes, some of them rolled back, are compared with what their events add up to.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/containers/containers.h"
#include "core/content/content.h"
#include "core/images/images.h"
#include "core/namespaces/namespaces.h"
#include "unit/core/object_test.h"

namespace ctrbox::core::events {
namespace {

/// The fields of a protobuf message as text, each with all its values in order; just enough to read our own events.
class Message {
 public:
  explicit Message(std::string bytes) : rest_(std::move(bytes)) {
    while (!rest_.empty()) {
      const std::uint64_t tag = varint();
      if ((tag & 7) == 0) {
        fields_[tag >> 3].push_back(std::to_string(varint()));
        continue;
      }
      EXPECT_EQ(tag & 7, 2U);
      const std::size_t length = varint();
      fields_[tag >> 3].push_back(rest_.substr(0, length));
      rest_.erase(0, length);
    }
  }

  std::string text(unsigned number) const {
    const auto found = fields_.find(number);
    return found == fields_.end() ? "" : found->second.front();
  }

  Labels labels(unsigned number) const {
    Labels labels;
    const auto found = fields_.find(number);
    if (found == fields_.end()) return labels;
    for (const std::string& entry : found->second) labels[Message(entry).text(1)] = Message(entry).text(2);
    return labels;
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_[0]);
      rest_.erase(0, 1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  std::string rest_;
  std::map<std::uint64_t, std::vector<std::string>> fields_;
};

/// What events can tell of one namespace.
struct World {
  struct Thing {
    std::string told;  // what the messages say beside the labels
    Labels labels;
    bool operator==(const Thing&) const = default;
  };
  Labels labels;
  std::map<std::string, Thing> images;
  std::map<std::string, Thing> content;
  std::map<std::string, Thing> containers;
  bool operator==(const World&) const = default;
};
using Worlds = std::map<std::string, World>;

void fold(Worlds& worlds, const std::string& ns, const std::string& topic, const Message& event) {
  if (topic == "/namespaces/delete") {
    EXPECT_EQ(worlds.erase(ns), 1U);
    return;
  }
  if (topic == "/namespaces/create") {
    EXPECT_EQ(worlds.count(ns), 0U) << ns;
    worlds[ns].labels = event.labels(2);
    return;
  }
  ASSERT_EQ(worlds.count(ns), 1U) << topic << " in unknown namespace " << ns;
  World& world = worlds[ns];
  const std::string name = event.text(1);
  if (topic == "/namespaces/update")
    world.labels = event.labels(2);
  else if (topic == "/images/create")
    EXPECT_TRUE(world.images.emplace(name, World::Thing{Message(event.text(1001)).text(2), event.labels(2)}).second);
  else if (topic == "/images/update")
    world.images.at(name) = World::Thing{Message(event.text(1001)).text(2), event.labels(2)};
  else if (topic == "/images/delete")
    EXPECT_EQ(world.images.erase(name), 1U);
  else if (topic == "/content/create")
    EXPECT_TRUE(world.content.emplace(name, World::Thing{event.text(2), event.labels(5)}).second);
  else if (topic == "/content/update")
    world.content.at(name).labels = event.labels(5);
  else if (topic == "/content/delete")
    EXPECT_EQ(world.content.erase(name), 1U);
  else if (topic == "/containers/create")
    EXPECT_TRUE(world.containers.emplace(name, World::Thing{event.text(2), event.labels(1001)}).second);
  else if (topic == "/containers/delete")
    EXPECT_EQ(world.containers.erase(name), 1U);
  else
    ADD_FAILURE() << "unexpected " << topic;
}

class TruthTest : public ObjectTest {
 protected:
  Worlds told_worlds() {
    Worlds worlds;
    state::Statement row = database().query("SELECT namespace, topic, payload FROM events ORDER BY sequence");
    while (row.step()) fold(worlds, row.text(0), row.text(1), Message(row.blob(2)));
    return worlds;
  }

  Worlds real_worlds() {
    Worlds worlds;
    for (const auto& ns : namespaces::list(database())) {
      World& world = worlds[ns.name];
      world.labels = ns.labels;
      for (const auto& image : images::list(database(), ns.name, {}))
        world.images[image.name] = {image.target.digest.text(), image.labels};
      for (const auto& info : content::list(database(), ns.name, {}))
        world.content[info.digest.text()] = {std::to_string(info.size), info.labels};
      for (const auto& container : containers::list(database(), ns.name, {}))
        world.containers[container.id] = {container.image, container.labels};
    }
    return worlds;
  }

  /// Everything that a change must be told for, as text: also what events do not carry.
  std::string dump() {
    std::string text;
    state::Statement row = database().query(
        "SELECT 'n', name, '', '' FROM namespaces UNION ALL "
        "SELECT 'nl', owner_id, key, value FROM namespace_labels UNION ALL "
        "SELECT 'i', namespace_id || name, digest, updated_at FROM images UNION ALL "
        "SELECT 'il', owner_id, key, value FROM image_labels UNION ALL "
        "SELECT 'c', namespace_id, blob_id, updated_at FROM content UNION ALL "
        "SELECT 'cl', owner_id, key, value FROM content_labels UNION ALL "
        "SELECT 'k', namespace_id, name, updated_at FROM containers ORDER BY 1, 2, 3, 4");
    while (row.step()) text += row.text(0) + "|" + row.text(1) + "|" + row.text(2) + "|" + row.text(3) + "\n";
    return text;
  }

  std::int64_t count(const char* sql) {
    state::Statement row = database().query(sql);
    return row.step() ? row.integer(0) : -1;
  }
  std::int64_t count_events() { return count("SELECT count(*) FROM events"); }
  std::int64_t count_namespaces() { return count("SELECT count(*) FROM namespaces"); }

  std::string pick(std::vector<std::string> choices) { return choices[random_() % choices.size()]; }
  Labels pick_labels() {
    Labels labels;
    for (auto left = random_() % 3; left > 0; --left) labels[pick({"a", "b", "c"})] = pick({"", "1", "2"});
    return labels;
  }

  /// One random change of one object; some are refused, some change nothing.
  void change(state::Transaction& tx) {
    const std::string ns = pick({"foo", "bar", "default"});
    const std::string name = pick({"x", "y"});
    Descriptor target;
    target.digest = Digest::of(pick({"one", "two"}));
    target.size = 3;
    containers::Container container;
    container.id = name;
    container.image = pick({"x", "y"});
    container.labels = pick_labels();
    switch (random_() % 9) {
      case 0: return namespaces::create(tx, ns, pick_labels());
      case 1: return namespaces::label(tx, ns, pick_labels());
      case 2: return namespaces::remove(tx, ns);
      case 3: return images::put(tx, ns, name, target, pick_labels());
      case 4: return static_cast<void>(images::label(tx, ns, name, pick_labels()));
      case 5: return static_cast<void>(images::remove(tx, ns, name));
      case 6: return content::put(tx, ns, target.digest, target.size, pick_labels());
      case 7: return static_cast<void>(content::remove(tx, ns, target.digest));
      default: return random_() % 2 == 0 ? containers::create(tx, ns, container) : containers::remove(tx, ns, name);
    }
  }

  std::mt19937 random_{20170728};
};

TEST_F(TruthTest, EachChangeIsToldOnceAndNothingElseIs) {
  int changes = 0;
  int refusals = 0;
  for (int step = 0; step < 1500; ++step) {
    const std::string tables = dump();
    const std::int64_t events = count_events();
    const std::int64_t spaces = count_namespaces();
    try {
      write([&](state::Transaction& tx) { change(tx); });
    } catch (const Error&) {
      ++refusals;
      ASSERT_EQ(dump(), tables);
      ASSERT_EQ(count_events(), events);
      continue;
    }
    const bool changed = dump() != tables;
    changes += changed ? 1 : 0;
    // An object in a namespace that was not there makes two changes, and tells both; what goes with its namespace is
    // told as well.
    const bool with_namespace = count_namespaces() > spaces && told().back().find("/namespaces/") == std::string::npos;
    const bool space_gone = count_namespaces() < spaces;
    const std::int64_t expected = (changed ? 1 : 0) + (with_namespace ? 1 : 0);
    if (space_gone) {
      ASSERT_GE(count_events() - events, expected) << told().back();
    } else {
      ASSERT_EQ(count_events() - events, expected) << told().back();
    }
  }
  EXPECT_GT(changes, 400);
  EXPECT_GT(refusals, 200);
  EXPECT_EQ(told_worlds(), real_worlds());
  EXPECT_EQ(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

TEST_F(TruthTest, LargeTransactionsAreToldWholeOrNotAtAll) {
  for (int round = 0; round < 150; ++round) {
    const Worlds before = real_worlds();
    const std::int64_t events = count_events();
    const bool fails_at_its_end = random_() % 2 == 0;
    bool rolled_back = false;
    try {
      write([&](state::Transaction& tx) {
        for (auto left = 1 + random_() % 4; left > 0; --left) change(tx);
        if (fails_at_its_end) throw std::runtime_error("no");
      });
    } catch (const std::exception&) {
      rolled_back = true;
    }
    if (rolled_back) {
      ASSERT_EQ(real_worlds(), before);
      ASSERT_EQ(count_events(), events);
    }
    ASSERT_EQ(told_worlds(), real_worlds()) << "round " << round;
  }
}

TEST_F(TruthTest, SequenceHasNoHolesAfterRollbacks) {
  for (int k = 0; k < 20; ++k) {
    try {
      write([&](state::Transaction& tx) {
        namespaces::label(tx, "foo", {{"k", std::to_string(k)}});
        if (k % 3 == 0) throw std::runtime_error("no");
      });
    } catch (const std::runtime_error&) {
    }
  }
  EXPECT_EQ(count("SELECT max(sequence) FROM events"), count_events());
  EXPECT_EQ(count_events(), 13);
}

}  // namespace
}  // namespace ctrbox::core::events
