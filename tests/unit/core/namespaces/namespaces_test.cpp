#include "core/namespaces/namespaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/core/object_test.h"

namespace ctrbox::core::namespaces {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NamespacesTest : public ObjectTest {
 protected:
  void create_namespace(const std::string& name, const Labels& labels = {}) {
    write([&](state::Transaction& tx) { create(tx, name, labels); });
  }

  std::int64_t count_rows(const char* sql) {
    state::Statement row = database().query(sql);
    row.step();
    return row.integer(0);
  }
};

TEST_F(NamespacesTest, ListIsInByteOrderWithLabels) {
  create_namespace("foo", {{"z", "1"}, {"a", "2"}});
  create_namespace("Bar");
  create_namespace("default", {{"k", "v"}});
  const auto all = list(database());
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].name, "Bar");
  EXPECT_TRUE(all[0].labels.empty());
  EXPECT_EQ(all[1].name, "default");
  EXPECT_EQ(all[1].labels, (Labels{{"k", "v"}}));
  EXPECT_EQ(all[2].name, "foo");
  EXPECT_EQ(all[2].labels, (Labels{{"a", "2"}, {"z", "1"}}));
}

TEST_F(NamespacesTest, CreateTwiceIsRefused) {
  create_namespace("foo");
  const Error error = refused([](state::Transaction& tx) { create(tx, "foo", {{"a", "b"}}); });
  EXPECT_EQ(error.code(), ErrorCode::already_exists);
  EXPECT_STREQ(error.what(), "namespace \"foo\": already exists");
  EXPECT_TRUE(list(database())[0].labels.empty());
  EXPECT_THAT(told(), ElementsAre("foo /namespaces/create"));
}

TEST_F(NamespacesTest, BadNameOrLabelLeavesNothing) {
  EXPECT_EQ(refused([](state::Transaction& tx) { create(tx, "foo-1", {}); }).code(), ErrorCode::invalid_argument);
  EXPECT_EQ(refused([](state::Transaction& tx) {
              create(tx, "foo", {{"k", std::string(5000, 'x')}});
            }).code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(refused([](state::Transaction& tx) { ensure(tx, "../foo"); }).code(), ErrorCode::invalid_argument);
  EXPECT_TRUE(list(database()).empty());
  EXPECT_TRUE(told().empty());
}

TEST_F(NamespacesTest, EnsureCreatesOnce) {
  std::int64_t first = 0;
  std::int64_t second = 0;
  write([&](state::Transaction& tx) { first = ensure(tx, "foo"); });
  write([&](state::Transaction& tx) { second = ensure(tx, "foo"); });
  EXPECT_EQ(first, second);
  EXPECT_EQ(find_id(database(), "foo"), first);
  EXPECT_THAT(told(), ElementsAre("foo /namespaces/create"));
}

TEST_F(NamespacesTest, ReadingCreatesNothing) {
  EXPECT_EQ(find_id(database(), "foo"), std::nullopt);
  EXPECT_TRUE(list(database()).empty());
}

TEST_F(NamespacesTest, LabelMergesAndCreates) {
  write([](state::Transaction& tx) { label(tx, "foo", {{"a", "1"}, {"none", ""}}); });
  write([](state::Transaction& tx) { label(tx, "foo", {{"b", "2"}}); });
  write([](state::Transaction& tx) { label(tx, "foo", {{"a", ""}}); });
  write([](state::Transaction& tx) { label(tx, "foo", {{"b", "2"}}); });  // nothing new: no event
  EXPECT_EQ(list(database())[0].labels, (Labels{{"b", "2"}}));
  EXPECT_THAT(told(), ElementsAre("foo /namespaces/create", "foo /namespaces/update", "foo /namespaces/update"));
}

TEST_F(NamespacesTest, RemoveOfAnInhabitedOneSaysWhatIsInIt) {
  create_namespace("default");
  write([](state::Transaction& tx) {
    tx.execute(
        "INSERT INTO images(namespace_id, name, media_type, digest, size, created_at, updated_at) "
        "VALUES(1, 'redis', 't', 'd', 1, 1, 1)");
  });
  const auto remove_it = [](state::Transaction& tx) { remove(tx, "default"); };
  EXPECT_EQ(refused(remove_it).code(), ErrorCode::failed_precondition);
  EXPECT_STREQ(refused(remove_it).what(), "namespace \"default\" must be empty, but it still has 1 image");
  write([](state::Transaction& tx) {
    for (const char* id : {"a", "b"})
      tx.execute(
          "INSERT INTO containers(namespace_id, name, image, runtime_name, spec, snapshotter, snapshot_key, "
          "created_at, updated_at) VALUES(1, ?, '', '', '', '', '', 1, 1)",
          id);
  });
  EXPECT_STREQ(refused(remove_it).what(),
               "namespace \"default\" must be empty, but it still has 1 image and 2 containers");
  write([](state::Transaction& tx) { tx.execute("DELETE FROM images"); });
  EXPECT_STREQ(refused(remove_it).what(), "namespace \"default\" must be empty, but it still has 2 containers");
}

TEST_F(NamespacesTest, RemoveTakesContentSnapshotsAndLabelsAlong) {
  create_namespace("foo", {{"a", "b"}});
  create_namespace("other");
  write([](state::Transaction& tx) {
    tx.execute("INSERT INTO blobs(id, digest, size, created_at) VALUES(7, 'd', 1, 1)");
    tx.execute("INSERT INTO directories(id, snapshotter, created_at) VALUES(5, 'overlayfs', 1)");
    for (int ns : {1, 2}) {
      const auto content =
          tx.insert("INSERT INTO content(namespace_id, blob_id, created_at, updated_at) VALUES(?, 7, 1, 1)", ns);
      tx.execute("INSERT INTO content_labels VALUES(?, 'k', 'v')", content);
      std::optional<std::int64_t> parent;
      for (const char* key : {"base", "middle", "top"}) {
        parent = tx.insert(
            "INSERT INTO snapshots(namespace_id, snapshotter, key, kind, parent_id, directory_id, created_at, "
            "updated_at) VALUES(?, 'overlayfs', ?, 3, ?, 5, 1, 1)",
            ns, key, parent);
        tx.execute("INSERT INTO snapshot_labels VALUES(?, 'k', 'v')", *parent);
      }
    }
  });
  write([](state::Transaction& tx) { remove(tx, "foo"); });

  EXPECT_EQ(list(database()).size(), 1U);
  EXPECT_EQ(count_rows("SELECT count(*) FROM namespace_labels"), 0);
  EXPECT_EQ(count_rows("SELECT count(*) FROM content"), 1);
  EXPECT_EQ(count_rows("SELECT count(*) FROM content_labels"), 1);
  EXPECT_EQ(count_rows("SELECT count(*) FROM snapshots"), 3);
  EXPECT_EQ(count_rows("SELECT count(*) FROM snapshot_labels"), 3);
  EXPECT_EQ(count_rows("SELECT count(*) FROM blobs"), 1);
  EXPECT_EQ(count_rows("SELECT count(*) FROM pragma_foreign_key_check"), 0);
  // What goes with it is told, children before their parents.
  EXPECT_THAT(told(), ElementsAre("foo /namespaces/create", "other /namespaces/create", "foo /snapshot/remove",
                                  "foo /snapshot/remove", "foo /snapshot/remove", "foo /content/delete",
                                  "foo /namespaces/delete"));
  state::Statement row = database().query("SELECT payload FROM events WHERE sequence IN (3, 5) ORDER BY sequence");
  ASSERT_TRUE(row.step());
  EXPECT_THAT(row.blob(0), HasSubstr("top"));
  ASSERT_TRUE(row.step());
  EXPECT_THAT(row.blob(0), HasSubstr("base"));
}

TEST_F(NamespacesTest, ListsTakeFilters) {
  create_namespace("one", {{"a", "b"}});
  create_namespace("two");
  EXPECT_EQ(list(database(), {"labels.a==b"}).size(), 1U);
  EXPECT_EQ(list(database(), {"name==one", "name~=wo$"}).size(), 2U);
  EXPECT_EQ(list(database(), {"name==one,labels.x"}).size(), 0U);
}

TEST_F(NamespacesTest, RemoveOfNoneIsNotFound) {
  const Error error = refused([](state::Transaction& tx) { remove(tx, "foo"); });
  EXPECT_EQ(error.code(), ErrorCode::not_found);
  EXPECT_STREQ(error.what(), "namespace \"foo\": not found");
}

TEST(NamespaceNames, ThoseOfTheRuleAreTaken) {
  for (const std::string name : {"default", "Default", "default-default", "default--default", "containerd.io",
                                 "foo.boo", "swarmkit.docker.io", "zn--e9.org", "ab", "a1"})
    EXPECT_NO_THROW(check_name(name)) << name;
  EXPECT_NO_THROW(check_name(std::string(76, 'a')));
}

TEST(NamespaceNames, OthersAreRefused) {
  for (const std::string name : {"",
                                 "a",
                                 "foo-1",
                                 "foo-a",
                                 "0912341234",
                                 "task.0.0123456789",
                                 "foo_foo",
                                 "foo..foo",
                                 "-foo.boo",
                                 "foo.boo-",
                                 "foo/..",
                                 "foo-.boo",
                                 ".foo",
                                 "foo.",
                                 "foo.-boo",
                                 "but__two",
                                 "underscores_are_allowed",
                                 "foo:-boo",
                                 "foo boo",
                                 "foo\n",
                                 "caf\xc3\xa9"})
    EXPECT_THROW(check_name(name), Error) << name;
  EXPECT_THROW(check_name(std::string_view("foo\0boo", 7)), Error);
}

TEST(NamespaceNames, MessagesSayWhatIsWrong) {
  const auto message = [](const std::string& name) -> std::string {
    try {
      check_name(name);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message(std::string(77, 'a')),
            "namespace \"" + std::string(77, 'a') + "\" greater than maximum length (76 characters)");
  EXPECT_TRUE(message("foo-1").starts_with("namespace \"foo-1\" must match ^[A-Za-z]"));
}

}  // namespace
}  // namespace ctrbox::core::namespaces
