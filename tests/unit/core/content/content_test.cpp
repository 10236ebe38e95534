#include "core/content/content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/core/object_test.h"

namespace ctrbox::core::content {
namespace {

using ::testing::ElementsAre;

class ContentTest : public ObjectTest {
 protected:
  void put_blob(const std::string& ns, const std::string& text, const Labels& labels = {}) {
    write(
        [&](state::Transaction& tx) { put(tx, ns, Digest::of(text), static_cast<std::int64_t>(text.size()), labels); });
  }

  std::vector<std::int64_t> sizes(const std::string& ns, const std::vector<std::string>& filters = {}) {
    std::vector<std::int64_t> result;
    for (const Info& info : list(database(), ns, filters)) result.push_back(info.size);
    return result;
  }
};

TEST_F(ContentTest, WhatIsPutIsFound) {
  put_blob("foo", "one", {{"a", "1"}});
  const Info info = get(database(), "foo", Digest::of("one"));
  EXPECT_EQ(info.digest, Digest::of("one"));
  EXPECT_EQ(info.size, 3);
  EXPECT_EQ(info.labels, (Labels{{"a", "1"}}));
  EXPECT_EQ(info.created_at, info.updated_at);
  EXPECT_EQ(find_blob(database(), Digest::of("one")), 3);
  EXPECT_THAT(told(), ElementsAre("foo /namespaces/create", "foo /content/create"));
}

TEST_F(ContentTest, PutAgainMergesLabelsAndTellsOnlyThat) {
  put_blob("foo", "one", {{"a", "1"}});
  const Info before = get(database(), "foo", Digest::of("one"));
  put_blob("foo", "one", {{"b", "2"}});
  const Info after = get(database(), "foo", Digest::of("one"));
  EXPECT_EQ(after.labels, (Labels{{"a", "1"}, {"b", "2"}}));
  EXPECT_GT(after.updated_at, before.updated_at);
  put_blob("foo", "one");
  EXPECT_EQ(get(database(), "foo", Digest::of("one")).updated_at, after.updated_at);
  EXPECT_EQ(told(), (std::vector<std::string>{"foo /namespaces/create", "foo /content/create", "foo /content/update"}));
}

TEST_F(ContentTest, NamespacesShareTheBlobAndNotTheRecord) {
  put_blob("foo", "one", {{"a", "1"}});
  EXPECT_FALSE(find(database(), "bar", Digest::of("one")).has_value());
  put_blob("bar", "one");
  EXPECT_TRUE(get(database(), "bar", Digest::of("one")).labels.empty());
  state::Statement blobs = database().query("SELECT count(*) FROM blobs");
  ASSERT_TRUE(blobs.step());
  EXPECT_EQ(blobs.integer(0), 1);

  write([](state::Transaction& tx) { EXPECT_TRUE(remove(tx, "foo", Digest::of("one"))); });
  write([](state::Transaction& tx) { EXPECT_FALSE(remove(tx, "foo", Digest::of("one"))); });
  EXPECT_TRUE(find(database(), "bar", Digest::of("one")).has_value());
  EXPECT_EQ(find_blob(database(), Digest::of("one")), 3);
  EXPECT_EQ(told().back(), "foo /content/delete");
}

TEST_F(ContentTest, NotFoundSaysWhereTheContentIs) {
  const std::string digest = Digest::of("one").text();
  const auto look = [&] { get(database(), "foo", Digest::of("one")); };
  EXPECT_EQ(error_of(look).code(), ErrorCode::not_found);
  EXPECT_EQ(error_of(look).what(), "content digest " + digest + ": not found");
  put_blob("bar", "one");
  EXPECT_EQ(error_of(look).what(),
            "content digest " + digest + ": not found in namespace \"foo\"; it is in namespace \"bar\" (use -n bar)");
}

TEST_F(ContentTest, OneDigestHasOneSize) {
  put_blob("foo", "one");
  const auto put_longer = [](const char* ns) {
    return [ns](state::Transaction& tx) { put(tx, ns, Digest::of("one"), 4, {}); };
  };
  EXPECT_EQ(refused(put_longer("foo")).code(), ErrorCode::data_loss);
  EXPECT_EQ(refused(put_longer("bar")).code(), ErrorCode::data_loss);
  EXPECT_EQ(told().size(), 2U);
}

TEST_F(ContentTest, ListIsInByteOrderAndFiltered) {
  put_blob("foo", "three", {{"kind", "layer"}});
  put_blob("foo", "one", {{"kind", "config"}});
  put_blob("foo", "fourty");
  const auto all = list(database(), "foo", {});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_LT(all[0].digest, all[1].digest);
  EXPECT_LT(all[1].digest, all[2].digest);
  EXPECT_THAT(sizes("foo", {"digest==\"" + Digest::of("one").text() + "\""}), ElementsAre(3));
  EXPECT_THAT(sizes("foo", {"size==6"}), ElementsAre(6));
  EXPECT_THAT(sizes("foo", {"labels.kind==layer"}), ElementsAre(5));
  EXPECT_THAT(sizes("bar"), ElementsAre());
}

}  // namespace
}  // namespace ctrbox::core::content
