#include "core/images/images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/namespaces/namespaces.h"
#include "unit/core/object_test.h"

namespace ctrbox::core::images {
namespace {

using ::testing::ElementsAre;

Descriptor target_of(const std::string& text,
                     const std::string& media_type = "application/vnd.oci.image.index.v1+json") {
  Descriptor target;
  target.media_type = media_type;
  target.digest = Digest::of(text);
  target.size = static_cast<std::int64_t>(text.size());
  return target;
}

class ImagesTest : public ObjectTest {
 protected:
  void put_image(const std::string& ns, const std::string& name, const std::string& text = "one",
                 const Labels& labels = {}) {
    write([&](state::Transaction& tx) { put(tx, ns, name, target_of(text), labels); });
  }

  std::vector<std::string> names(const std::string& ns, const std::vector<std::string>& filters = {}) {
    std::vector<std::string> result;
    for (const Image& image : list(database(), ns, filters)) result.push_back(image.name);
    return result;
  }
};

TEST_F(ImagesTest, WhatIsPutIsFound) {
  const UnixNanos before = now_ns();
  put_image("foo", "docker.io/library/redis:latest", "one", {{"b", "2"}, {"a", "1"}, {"none", ""}});
  const Image image = get(database(), "foo", "docker.io/library/redis:latest");
  EXPECT_EQ(image.name, "docker.io/library/redis:latest");
  EXPECT_EQ(image.target.media_type, "application/vnd.oci.image.index.v1+json");
  EXPECT_EQ(image.target.digest, Digest::of("one"));
  EXPECT_EQ(image.target.size, 3);
  EXPECT_EQ(image.labels, (Labels{{"a", "1"}, {"b", "2"}}));
  EXPECT_GE(image.created_at, before);
  EXPECT_EQ(image.updated_at, image.created_at);
  EXPECT_THAT(told(), ElementsAre("foo /namespaces/create", "foo /images/create"));
}

TEST_F(ImagesTest, PutMovesAnImageAndMergesItsLabels) {
  put_image("foo", "redis", "one", {{"a", "1"}});
  const Image before = get(database(), "foo", "redis");
  put_image("foo", "redis", "second", {{"b", "2"}});
  const Image after = get(database(), "foo", "redis");
  EXPECT_EQ(after.target.digest, Digest::of("second"));
  EXPECT_EQ(after.target.size, 6);
  EXPECT_EQ(after.labels, (Labels{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(after.created_at, before.created_at);
  EXPECT_GT(after.updated_at, before.updated_at);
  EXPECT_THAT(told(), ElementsAre("foo /namespaces/create", "foo /images/create", "foo /images/update"));
}

TEST_F(ImagesTest, PutOfTheSameChangesNothing) {
  put_image("foo", "redis", "one", {{"a", "1"}});
  const Image before = get(database(), "foo", "redis");
  put_image("foo", "redis", "one", {{"a", "1"}});
  EXPECT_EQ(get(database(), "foo", "redis").updated_at, before.updated_at);
  EXPECT_EQ(told().size(), 2U);
}

TEST_F(ImagesTest, BadImagesAreRefusedWhole) {
  EXPECT_EQ(refused([](state::Transaction& tx) { put(tx, "foo", "", target_of("one"), {}); }).code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(refused([](state::Transaction& tx) { put(tx, "foo", "x", Descriptor{}, {}); }).code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(refused([](state::Transaction& tx) { put(tx, "foo", "\xff", target_of("one"), {}); }).code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(refused([](state::Transaction& tx) {
              put(tx, "foo", "x", target_of("one"), {{"", "v"}});
            }).code(),
            ErrorCode::invalid_argument);
  EXPECT_TRUE(namespaces::list(database()).empty());
  EXPECT_TRUE(told().empty());
}

TEST_F(ImagesTest, NamespacesKeepImagesApart) {
  put_image("foo", "redis", "one");
  put_image("bar", "redis", "two!");
  EXPECT_EQ(get(database(), "foo", "redis").target.size, 3);
  EXPECT_EQ(get(database(), "bar", "redis").target.size, 4);
  write([](state::Transaction& tx) { EXPECT_TRUE(remove(tx, "foo", "redis")); });
  EXPECT_THAT(names("foo"), ElementsAre());
  EXPECT_THAT(names("bar"), ElementsAre("redis"));
  EXPECT_THAT(names("never"), ElementsAre());
}

TEST_F(ImagesTest, NotFoundSaysWhereTheImageIs) {
  const auto message = [&](const std::string& ns, const std::string& name) -> std::string {
    const Error error = error_of([&] { get(database(), ns, name); });
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    return error.what();
  };
  EXPECT_EQ(message("foo", "redis"), "image \"redis\": not found");
  put_image("default", "redis");
  EXPECT_EQ(message("foo", "redis"),
            "image \"redis\": not found in namespace \"foo\"; it is in namespace \"default\" (use -n default)");
  put_image("bar", "redis");
  EXPECT_EQ(
      message("foo", "redis"),
      "image \"redis\": not found in namespace \"foo\"; it is in namespaces \"bar\" and \"default\" (use -n bar)");
  put_image("zoo", "redis");
  put_image("zoom", "redis");
  EXPECT_EQ(
      message("foo", "redis"),
      "image \"redis\": not found in namespace \"foo\"; it is in namespaces \"bar\", \"default\", \"zoo\" and 1 more "
      "(use -n bar)");
}

TEST_F(ImagesTest, LabelMergesAndReturnsAll) {
  put_image("foo", "redis", "one", {{"a", "1"}});
  Labels labels;
  write([&](state::Transaction& tx) { labels = label(tx, "foo", "redis", {{"b", "2"}}); });
  EXPECT_EQ(labels, (Labels{{"a", "1"}, {"b", "2"}}));
  write([&](state::Transaction& tx) { labels = label(tx, "foo", "redis", {{"a", ""}}); });
  EXPECT_EQ(labels, (Labels{{"b", "2"}}));
  write([&](state::Transaction& tx) { labels = label(tx, "foo", "redis", {{"a", ""}}); });  // changes nothing
  EXPECT_EQ(labels, (Labels{{"b", "2"}}));
  EXPECT_THAT(told(),
              ElementsAre("foo /namespaces/create", "foo /images/create", "foo /images/update", "foo /images/update"));
  EXPECT_EQ(refused([](state::Transaction& tx) { label(tx, "foo", "none", {}); }).code(), ErrorCode::not_found);
}

TEST_F(ImagesTest, RemoveTakesLabelsAlongAndIsToldOnce) {
  put_image("foo", "redis", "one", {{"a", "1"}});
  write([](state::Transaction& tx) { EXPECT_TRUE(remove(tx, "foo", "redis")); });
  write([](state::Transaction& tx) { EXPECT_FALSE(remove(tx, "foo", "redis")); });
  state::Statement rows = database().query("SELECT count(*) FROM image_labels");
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.integer(0), 0);
  EXPECT_THAT(told(), ElementsAre("foo /namespaces/create", "foo /images/create", "foo /images/delete"));
}

TEST_F(ImagesTest, ListIsInByteOrderAndFiltered) {
  put_image("foo", "b", "one", {{"tier", "web"}, {"a.b", "c"}});
  put_image("foo", "a", "two", {{"tier", "db"}});
  put_image("foo", "Z", "three");
  EXPECT_THAT(names("foo"), ElementsAre("Z", "a", "b"));
  EXPECT_THAT(names("foo", {"name==a"}), ElementsAre("a"));
  EXPECT_THAT(names("foo", {"labels.tier"}), ElementsAre("a", "b"));
  EXPECT_THAT(names("foo", {"labels.tier==web", "name==Z"}), ElementsAre("Z", "b"));
  EXPECT_THAT(names("foo", {"labels.a.b==c"}), ElementsAre("b"));
  EXPECT_THAT(names("foo", {"target.digest==\"" + Digest::of("two").text() + "\""}), ElementsAre("a"));
  EXPECT_THAT(names("foo", {"target.mediatype~=index,name==b"}), ElementsAre("b"));
  EXPECT_THAT(names("foo", {"unknown"}), ElementsAre());
  EXPECT_EQ(error_of([&] { names("never", {"name=="}); }).code(), ErrorCode::invalid_argument);
}

TEST_F(ImagesTest, ListCostsOneStatementHoweverManyThereAre) {
  write([](state::Transaction& tx) {
    for (int i = 0; i < 300; ++i)
      put(tx, "foo", "image" + std::to_string(i), target_of("one"), {{"k", std::to_string(i)}, {"l", "m"}});
  });
  std::vector<std::string> statements;
  state::Database traced(directory_ + "/state.db", [&](std::string_view sql) { statements.emplace_back(sql); });
  statements.clear();
  const auto images = list(traced, "foo", {});
  ASSERT_EQ(images.size(), 300U);
  EXPECT_EQ(images[0].labels, (Labels{{"k", "0"}, {"l", "m"}}));
  EXPECT_EQ(statements.size(), 1U) << ::testing::PrintToString(statements);
}

}  // namespace
}  // namespace ctrbox::core::images
