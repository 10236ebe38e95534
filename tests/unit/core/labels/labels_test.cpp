#include "core/labels/labels.h"

#include <gtest/gtest.h>

#include "unit/core/object_test.h"

namespace ctrbox::core {
namespace {

class LabelsTest : public ObjectTest {
 protected:
  void SetUp() override {
    ObjectTest::SetUp();
    write([&](state::Transaction& tx) {
      owner_ = tx.insert("INSERT INTO namespaces(name, created_at) VALUES('foo', 1)");
    });
  }

  bool merge(const Labels& labels) {
    bool changed = false;
    write([&](state::Transaction& tx) { changed = merge_labels(tx, LabelOwner::namespaces, owner_, labels); });
    return changed;
  }

  bool replace(const Labels& labels) {
    bool changed = false;
    write([&](state::Transaction& tx) { changed = replace_labels(tx, LabelOwner::namespaces, owner_, labels); });
    return changed;
  }

  Labels read() { return read_labels(database(), LabelOwner::namespaces, owner_); }

  std::int64_t owner_ = 0;
};

TEST_F(LabelsTest, MergeSetsChangesAndRemoves) {
  EXPECT_TRUE(merge({{"a", "1"}, {"b", "2"}}));
  EXPECT_TRUE(merge({{"b", "3"}, {"c", "4"}}));
  EXPECT_TRUE(merge({{"a", ""}}));
  EXPECT_EQ(read(), (Labels{{"b", "3"}, {"c", "4"}}));
}

TEST_F(LabelsTest, MergeOfWhatIsThereChangesNothing) {
  merge({{"a", "1"}});
  EXPECT_FALSE(merge({{"a", "1"}}));
  EXPECT_FALSE(merge({{"absent", ""}}));
  EXPECT_FALSE(merge({}));
}

TEST_F(LabelsTest, ReplaceLeavesOnlyTheNewOnes) {
  merge({{"a", "1"}, {"b", "2"}});
  EXPECT_TRUE(replace({{"b", "2"}, {"gone", ""}}));
  EXPECT_FALSE(replace({{"b", "2"}}));
  EXPECT_EQ(read(), (Labels{{"b", "2"}}));
}

TEST_F(LabelsTest, OwnersOfDifferentTablesDoNotMix) {
  merge({{"a", "1"}});
  EXPECT_TRUE(read_labels(database(), LabelOwner::images, owner_).empty());
}

TEST_F(LabelsTest, LabelsOfNobodyAreRefused) {
  EXPECT_THROW(write([](state::Transaction& tx) {
                 merge_labels(tx, LabelOwner::images, 99, {{"a", "1"}});
               }),
               std::system_error);
}

TEST(LabelRules, KeyAndValueTogetherHaveALimit) {
  const std::string key = "0123456789abc";
  EXPECT_NO_THROW(check_labels({{key, std::string(kMaxLabelBytes - key.size(), 'v')}}));
  try {
    check_labels({{key, std::string(kMaxLabelBytes - key.size() + 1, 'v')}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_STREQ(error.what(), "label key and value greater than maximum size (4096 bytes), key: 0123456789");
  }
}

TEST(LabelRules, EmptyKeysAndBrokenTextAreRefused) {
  EXPECT_THROW(check_labels({{"", "v"}}), Error);
  EXPECT_THROW(check_labels({{"k\xff", "v"}}), Error);
  EXPECT_THROW(check_labels({{"k", "\xc0\x80"}}), Error);
}

TEST(LabelRules, TypedPairs) {
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(parse_label("a=b"), Pair("a", "b"));
  EXPECT_EQ(parse_label("a=b=c"), Pair("a", "b=c"));
  EXPECT_EQ(parse_label("a"), Pair("a", "true"));
  EXPECT_EQ(parse_label("a="), Pair("a", ""));
  EXPECT_THROW(parse_label(""), Error);
  EXPECT_THROW(parse_label("=b"), Error);
  EXPECT_THROW(parse_label("k=" + std::string(5000, 'x')), Error);
}

TEST(LabelRules, TextIsSortedByKey) {
  EXPECT_EQ(to_string(Labels{{"c", "d"}, {"a", "b"}}), "a=b,c=d");
  EXPECT_EQ(to_string(Labels{}), "");
}

TEST(LabelRules, FieldPathsJoinTheirRestWithDots) {
  const Labels labels = {{"a.b", "1"}, {"plain", "2"}};
  EXPECT_EQ(find_label(labels, {"labels", "a", "b"}), "1");
  EXPECT_EQ(find_label(labels, {"labels", "a.b"}), "1");
  EXPECT_EQ(find_label(labels, {"labels", "plain"}), "2");
  EXPECT_EQ(find_label(labels, {"labels", "a"}), std::nullopt);
  EXPECT_EQ(find_label(labels, {"labels"}), std::nullopt);
  EXPECT_EQ(find_label(labels, {"name", "plain"}), std::nullopt);
}

}  // namespace
}  // namespace ctrbox::core
