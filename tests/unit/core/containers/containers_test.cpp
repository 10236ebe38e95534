#include "core/containers/containers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/namespaces/namespaces.h"
#include "unit/core/object_test.h"

namespace ctrbox::core::containers {
namespace {

using ::testing::ElementsAre;

Container example(const std::string& id) {
  Container container;
  container.id = id;
  container.labels = {{"a", "1"}};
  container.image = "docker.io/library/redis:latest";
  container.spec = R"({"ociVersion":"1.0.2"})";
  container.snapshotter = "overlayfs";
  container.snapshot_key = id;
  return container;
}

class ContainersTest : public ObjectTest {
 protected:
  void create_container(const std::string& ns, const Container& container) {
    write([&](state::Transaction& tx) { create(tx, ns, container); });
  }

  void add_task(const std::string& ns, const std::string& id, int status) {
    write([&](state::Transaction& tx) {
      tx.execute(
          "INSERT INTO tasks(container_id, bundle, boot_id, shim_pid, shim_start_time, pid, pid_start_time, status, "
          "stdin, stdout, stderr, terminal) VALUES(?, '', '', 1, 1, 1, 1, ?, '', '', '', 0)",
          find_row(database(), ns, id), status);
    });
  }

  std::vector<std::string> ids(const std::string& ns, const std::vector<std::string>& filters = {}) {
    std::vector<std::string> result;
    for (const Container& container : list(database(), ns, filters)) result.push_back(container.id);
    return result;
  }
};

TEST_F(ContainersTest, WhatIsCreatedIsFound) {
  create_container("foo", example("redis"));
  const Container container = get(database(), "foo", "redis");
  EXPECT_EQ(container.id, "redis");
  EXPECT_EQ(container.labels, (Labels{{"a", "1"}}));
  EXPECT_EQ(container.image, "docker.io/library/redis:latest");
  EXPECT_EQ(container.runtime_name, kDefaultRuntime);
  EXPECT_EQ(container.spec, R"({"ociVersion":"1.0.2"})");
  EXPECT_EQ(container.snapshotter, "overlayfs");
  EXPECT_EQ(container.snapshot_key, "redis");
  EXPECT_GT(container.created_at, 0);
  EXPECT_EQ(container.created_at, container.updated_at);
  EXPECT_TRUE(find_row(database(), "foo", "redis").has_value());
  EXPECT_THAT(told(), ElementsAre("foo /namespaces/create", "foo /containers/create"));
}

TEST_F(ContainersTest, CreateTwiceIsRefusedAndChangesNothing) {
  create_container("foo", example("redis"));
  Container other = example("redis");
  other.image = "other";
  const Error error = refused([&](state::Transaction& tx) { create(tx, "foo", other); });
  EXPECT_EQ(error.code(), ErrorCode::already_exists);
  EXPECT_STREQ(error.what(), "container \"redis\": already exists");
  EXPECT_EQ(get(database(), "foo", "redis").image, "docker.io/library/redis:latest");
  EXPECT_EQ(told().size(), 2U);
  create_container("bar", other);  // an id belongs to its namespace
  EXPECT_EQ(get(database(), "bar", "redis").image, "other");
}

TEST_F(ContainersTest, BadIdsMakeNoNamespace) {
  for (const char* id : {"", "foo/foo", "..", "default--default", "-foo"})
    EXPECT_EQ(refused([&](state::Transaction& tx) { create(tx, "foo", example(id)); }).code(),
              ErrorCode::invalid_argument);
  EXPECT_TRUE(namespaces::list(database()).empty());
}

TEST_F(ContainersTest, NotFoundSaysWhereTheContainerIs) {
  EXPECT_STREQ(error_of([&] { get(database(), "foo", "redis"); }).what(), "container \"redis\": not found");
  create_container("bar", example("redis"));
  const std::string expected =
      "container \"redis\": not found in namespace \"foo\"; it is in namespace \"bar\" (use -n bar)";
  EXPECT_EQ(error_of([&] { get(database(), "foo", "redis"); }).what(), expected);
  EXPECT_EQ(refused([](state::Transaction& tx) { remove(tx, "foo", "redis"); }).what(), expected);
  EXPECT_EQ(find_row(database(), "foo", "redis"), std::nullopt);
}

TEST_F(ContainersTest, RemoveTakesLabelsAlong) {
  create_container("foo", example("redis"));
  write([](state::Transaction& tx) { remove(tx, "foo", "redis"); });
  EXPECT_FALSE(find(database(), "foo", "redis").has_value());
  state::Statement rows = database().query("SELECT count(*) FROM container_labels");
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.integer(0), 0);
  EXPECT_EQ(told().back(), "foo /containers/delete");
}

TEST_F(ContainersTest, RemoveIsRefusedWhileThereIsATask) {
  create_container("foo", example("redis"));
  add_task("foo", "redis", 2);
  const auto remove_it = [](state::Transaction& tx) { remove(tx, "foo", "redis"); };
  EXPECT_EQ(refused(remove_it).code(), ErrorCode::failed_precondition);
  EXPECT_STREQ(refused(remove_it).what(), "cannot delete running task redis");
  write([](state::Transaction& tx) { tx.execute("UPDATE tasks SET status = 3"); });
  EXPECT_STREQ(refused(remove_it).what(),
               "cannot delete container redis: it has a stopped task (remove that first: ctr tasks rm redis)");
  write([](state::Transaction& tx) { tx.execute("DELETE FROM tasks"); });
  EXPECT_NO_THROW(write(remove_it));
}

TEST_F(ContainersTest, TheRuntimesProgramIsKeptAndTold) {
  Container container = example("redis");
  container.runtime_binary = "/usr/local/bin/crun";
  create_container("foo", container);
  EXPECT_EQ(get(database(), "foo", "redis").runtime_binary, "/usr/local/bin/crun");
  EXPECT_EQ(list(database(), "foo", {}).at(0).runtime_binary, "/usr/local/bin/crun");
  state::Statement event = database().query("SELECT payload FROM events WHERE topic = '/containers/create'");
  ASSERT_TRUE(event.step());
  EXPECT_NE(event.blob(0).find("containerd.runc.v1.Options"), std::string::npos);
  EXPECT_NE(event.blob(0).find("/usr/local/bin/crun"), std::string::npos);
}

TEST_F(ContainersTest, UpdateChangesTheFieldsThatAreNamedAndNoOthers) {
  create_container("foo", example("redis"));
  Container wanted = example("redis");
  wanted.image = "other";
  wanted.spec = "{}";
  wanted.runtime_binary = "crun";
  wanted.snapshot_key = "elsewhere";
  wanted.labels = {{"b", "2"}, {"c", "3"}};
  const auto update_it = [&](const std::vector<std::string>& fields) {
    write([&](state::Transaction& tx) { update(tx, "foo", wanted, fields); });
    return get(database(), "foo", "redis");
  };
  Container now = update_it({"image"});
  EXPECT_EQ(now.image, "other");
  EXPECT_EQ(now.labels, (Labels{{"a", "1"}}));
  EXPECT_EQ(now.spec, R"({"ociVersion":"1.0.2"})");
  EXPECT_GT(now.updated_at, now.created_at);
  now = update_it({"labels.b", "labels.a"});  // a is not among the wanted: it goes
  EXPECT_EQ(now.labels, (Labels{{"b", "2"}}));
  EXPECT_EQ(update_it({"labels"}).labels, (Labels{{"b", "2"}, {"c", "3"}}));
  now = update_it({"runtime", "spec", "rootfs"});
  EXPECT_EQ(now.runtime_binary, "crun");
  EXPECT_EQ(now.spec, "{}");
  EXPECT_EQ(now.snapshot_key, "elsewhere");
  EXPECT_EQ(told().size(), 6U);
  EXPECT_EQ(told().back(), "foo /containers/update");
}

TEST_F(ContainersTest, UpdateWithoutFieldsReplacesEverythingButTheTimeOfCreation) {
  create_container("foo", example("redis"));
  const Container before = get(database(), "foo", "redis");
  Container wanted;
  wanted.id = "redis";
  wanted.image = "other";
  wanted.spec = "{}";
  wanted.snapshotter = "native";
  write([&](state::Transaction& tx) { update(tx, "foo", wanted, {}); });
  const Container now = get(database(), "foo", "redis");
  EXPECT_EQ(now.image, "other");
  EXPECT_EQ(now.labels, Labels{});
  EXPECT_EQ(now.snapshotter, "native");
  EXPECT_EQ(now.snapshot_key, "");
  EXPECT_EQ(now.created_at, before.created_at);
}

TEST_F(ContainersTest, AnUpdateThatChangesNothingIsNotTold) {
  create_container("foo", example("redis"));
  const Container before = get(database(), "foo", "redis");
  write([&](state::Transaction& tx) { update(tx, "foo", before, {}); });
  write([&](state::Transaction& tx) { update(tx, "foo", before, {"image", "labels.a", "labels.none"}); });
  EXPECT_EQ(get(database(), "foo", "redis").updated_at, before.updated_at);
  EXPECT_EQ(told().size(), 2U);
}

TEST_F(ContainersTest, BadUpdatesChangeNothing) {
  create_container("foo", example("redis"));
  Container wanted = example("redis");
  wanted.image = "other";
  const auto refused_with = [&](const std::vector<std::string>& fields) {
    return std::string(refused([&](state::Transaction& tx) { update(tx, "foo", wanted, fields); }).what());
  };
  for (const char* field : {"created_at", "id", "labels.", ""})
    EXPECT_EQ(refused_with({"image", field}), "cannot update \"" + std::string(field) + "\" field on \"redis\"");
  wanted.id = "none";
  EXPECT_EQ(refused_with({"image"}), "container \"none\": not found");
  wanted.id = "";
  EXPECT_EQ(refused_with({"image"}), "Container.ID required");
  EXPECT_EQ(get(database(), "foo", "redis").image, "docker.io/library/redis:latest");
  EXPECT_EQ(told().size(), 2U);
}

TEST_F(ContainersTest, AnIdThatIsMadeUpIsTwelveHexadecimalDigits) {
  const std::string id = unused_id(database(), "foo");
  EXPECT_THAT(id, ::testing::MatchesRegex("[0-9a-f]{12}"));
  EXPECT_NE(unused_id(database(), "foo"), id);
}

TEST_F(ContainersTest, ListIsInByteOrderFilteredAndWithoutSpecs) {
  create_container("foo", example("b"));
  Container second = example("a");
  second.image = "other";
  second.runtime_name = "crun";
  second.labels = {{"tier", "db"}};
  create_container("foo", second);
  const auto all = list(database(), "foo", {});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, "a");
  EXPECT_EQ(all[0].labels, (Labels{{"tier", "db"}}));
  EXPECT_EQ(all[0].spec, "");
  EXPECT_EQ(all[1].id, "b");
  EXPECT_EQ(all[1].snapshot_key, "b");
  EXPECT_THAT(ids("foo", {"id==a"}), ElementsAre("a"));
  EXPECT_THAT(ids("foo", {"image==other", "id==b"}), ElementsAre("a", "b"));
  EXPECT_THAT(ids("foo", {"runtime.name==crun"}), ElementsAre("a"));
  EXPECT_THAT(ids("foo", {"labels.a==1"}), ElementsAre("b"));
  EXPECT_THAT(ids("bar"), ElementsAre());
}

}  // namespace
}  // namespace ctrbox::core::containers
