#include "core/filters/filter.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

/// An object as the adaptors of images and containers show theirs: what follows `labels` is one key.
std::optional<std::string> redis(const std::vector<std::string>& path) {
  static const std::map<std::string, std::string> labels = {
      {"env", "prod"}, {"a.b", "dotted"}, {"containerd.io/gc.root", "now"},
      {"empty", ""},   {"comma", "x,y"},  {"nl", "a\nb"}};
  if (path.size() == 1 && path[0] == "name") return "docker.io/library/redis:7";
  if (path.size() == 1 && path[0] == "topic") return "/tasks/start";
  if (path.size() < 2 || path[0] != "labels") return std::nullopt;
  std::string key = path[1];
  for (std::size_t i = 2; i < path.size(); ++i) key += "." + path[i];
  const auto found = labels.find(key);
  if (found == labels.end()) return std::nullopt;
  return found->second;
}

bool matches(const std::string& expression) { return Filter::parse({expression}).matches(redis); }

std::string refusal(const std::string& expression) {
  try {
    Filter::parse({expression});
    return "parsed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
}

TEST(Filter, SelectorsMatch) {
  for (const char* expression : {"",
                                 "  ",
                                 "name",
                                 "name==docker.io/library/redis:7",
                                 "name!=x",
                                 "name~=redis",
                                 "topic~=.*",
                                 "topic~=^/tasks/.+$",
                                 "labels.env==prod",
                                 "labels.a.b==dotted",
                                 "labels.\"a.b\"==dotted",
                                 "labels.\"containerd.io/gc.root\"",
                                 "\"labels\".\"env\"",
                                 "labels.empty",
                                 "labels.empty==\"\"",
                                 "labels.comma==\"x,y\"",
                                 "labels.nl==\"a\\nb\"",
                                 "labels.env==\"pr\\x6fd\"",
                                 "labels.env==\"pr\\157d\"",
                                 "labels.env==\"pr\\u006fd\"",
                                 "labels.env==\"pr\\U0000006fd\"",
                                 "name~=redis,labels.env==prod",
                                 "labels.env==\"prod\",name~=redis",
                                 "missing!=x",
                                 "missing~=^$",
                                 "missing~=\"\"",
                                 " labels . env  ==  prod , name ~= redis ",
                                 "labels.env==prod\t,\nname",
                                 "labels.env!= =x",
                                 "labels.env!=.x",
                                 "labels.env!=!x",
                                 "labels.env!=~x",
                                 "labels.env~=(?i)PROD",
                                 "labels.env~=\"^p\\\\w+d$\""})
    EXPECT_TRUE(matches(expression)) << expression;
}

TEST(Filter, SelectorsDoNotMatch) {
  for (const char* expression :
       {"missing", "missing==\"\"", "missing!=\"\"", "name==redis", "name!=docker.io/library/redis:7", "name~=^redis",
        "labels", "labels.missing", "labels.env==prod,labels.env==test", "labels.env==\"prod\",missing",
        "labels.env~=PROD", "Name"})
    EXPECT_FALSE(matches(expression)) << expression;
}

TEST(Filter, SeveralAreAlternatives) {
  EXPECT_TRUE(Filter::parse({"missing", "name"}).matches(redis));
  EXPECT_FALSE(Filter::parse({"missing", "name==x"}).matches(redis));
  EXPECT_TRUE(Filter::parse({"missing", ""}).matches_everything());
  EXPECT_TRUE(Filter::parse({}).matches_everything());
  EXPECT_TRUE(Filter().matches(redis));
  EXPECT_FALSE(Filter::parse({"name"}).matches_everything());
  EXPECT_THROW(Filter::parse({"name", "name="}), Error);
}

TEST(Filter, ErrorsPointAtTheSpot) {
  const std::pair<std::string, std::string> cases[] = {
      {"a=b", "filters: parse error: [a >|=|< b]: unsupported operator \"=\""},
      {"a===b", "filters: parse error: [a >|=|< ==b]: unsupported operator \"===\""},
      {"a=~b", "filters: parse error: [a >|=|< ~b]: unsupported operator \"=~\""},
      {"a?=b", "filters: parse error: [a >|?|< =b]: expected an operator (\"==\"|\"!=\"|\"~=\")"},
      {"a==", "filters: parse error: [a==]: expected value or quoted"},
      {"a== ,b", "filters: parse error: [a==  >|,|< b]: expected value or quoted"},
      {"a,", "filters: parse error: [a,]: expected field or quoted"},
      {"a.", "filters: parse error: [a.]: expected field or quoted"},
      {"a..b", "filters: parse error: [a. >|.|< b]: expected field or quoted"},
      {",a", "filters: parse error: [ >|,|< a]: expected field or quoted"},
      {"==b", "filters: parse error: [ >|=|< =b]: expected field or quoted"},
      {"é==b", "filters: parse error: [ >|é|< ==b]: expected field or quoted"},
      {"labels.a-b==c",
       "filters: parse error: [labels.a >|-|< b==c]: expected an operator (\"==\"|\"!=\"|\"~=\"); a field that holds "
       "this "
       "must be quoted"},
      {"a==b c", "filters: parse error: [a==b  >|c|< ]: unexpected input: expected a comma or the end"},
      {"a==\"b\"c", "filters: parse error: [a==\"b\" >|c|< ]: unexpected input: expected a comma or the end"},
      {"a==\"b", "filters: parse error: [a== >|\"|< b]: quoted literal not terminated"},
      {"a==\"b\\", "filters: parse error: [a==\"b >|\\|< ]: quoted literal not terminated"},
      {"a==\"b\n\"", "filters: parse error: [a== >|\"|< b\n\"]: quoted literal not terminated"},
      {"a==\"\\q\"", "filters: parse error: [a==\" >|\\|< q\"]: illegal escape"},
      {"a==\"\\'\"", "filters: parse error: [a==\" >|\\|< '\"]: illegal escape"},
      {"a==\"\\x4\"", "filters: parse error: [a==\" >|\\|< x4\"]: illegal escape: too few digits"},
      {"a==\"\\400\"", "filters: parse error: [a==\" >|\\|< 400\"]: illegal escape: larger than a byte"},
      {"a==\"\\ud800\"", "filters: parse error: [a==\" >|\\|< ud800\"]: illegal escape: not a Unicode character"},
      {"a~=x(", "filters: parse error: [a~= >|x|< (]: invalid regular expression: missing ): x("},
  };
  for (const auto& [expression, text] : cases) EXPECT_EQ(refusal(expression), text);
}

TEST(Filter, LongExpressionsAreShownInPart) {
  const std::string long_value(10'000, 'v');
  const std::string text = refusal("a==" + long_value + " b" + std::string(10'000, 'c'));
  EXPECT_LT(text.size(), 700U);
  EXPECT_NE(text.find(" >|b|< "), std::string::npos) << text;
}

TEST(Filter, BoundsAreEnforced) {
  const auto code_of = [](const std::vector<std::string>& expressions) {
    try {
      Filter::parse(expressions);
      return ErrorCode::unknown;
    } catch (const Error& error) {
      return error.code();
    }
  };
  EXPECT_EQ(code_of({std::string(65 * 1024, 'a')}), ErrorCode::resource_exhausted);
  EXPECT_EQ(code_of(std::vector<std::string>(65, "a~=b")), ErrorCode::resource_exhausted);
  EXPECT_EQ(code_of({"a~=((x{1000}){1000}){1000}"}), ErrorCode::invalid_argument);
  EXPECT_TRUE(Filter::parse({"a~=(a*)*b"}).matches([](const auto&) { return std::string(50'000, 'a') + "b"; }));
}

TEST(Filter, AnyMutationIsParsedOrRefused) {
  std::mt19937 random(3);
  const std::string seeds[] = {"name==redis,labels.\"a/b\"~=^x", "topic~=/tasks/.+,namespace==bb",
                               "a==\"\\x41\\u00e9\\101\",b"};
  const std::string alphabet = "=!~\",.\\ xu0ab\n\xff\t-/(";
  int parsed_count = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string text = seeds[random() % std::size(seeds)];
    for (auto edits = random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0)
        text.insert(at, 1, alphabet[random() % alphabet.size()]);
      else
        text[at] = alphabet[random() % alphabet.size()];
    }
    try {
      Filter::parse({text}).matches(redis);
      ++parsed_count;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find("filters: parse error: ["), 0U) << error.what();
    }
  }
  EXPECT_GT(parsed_count, 500);
}

}  // namespace
}  // namespace ctrbox::core
