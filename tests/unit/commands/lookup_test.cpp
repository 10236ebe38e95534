#include "commands/lookup.h"

#include <gtest/gtest.h>

#include <set>

#include "commands/arguments.h"
#include "commands/help.h"
#include "commands/personality.h"

namespace ctrbox::commands {
namespace {

using Words = std::vector<std::string>;

Action nothing(CLI::App&) {
  return [](Context&) { return 0; };
}

constexpr Command kTable[] = {
    {.path = "images ls", .other_paths = {"images list"}, .declare = nothing},
    {.path = "images pull", .other_paths = {"pull"}, .declare = nothing},
    {.path = "namespaces ls", .declare = nothing},
    {.path = "version", .declare = nothing},
};

std::string path_of(const Words& words) {
  const auto found = find_command(kTable, words);
  return found ? std::string(found->command->path) + "/" + std::to_string(found->words) : "";
}

TEST(Lookup, FindsBothSpellingsOfACommand) {
  EXPECT_EQ(path_of({"images", "pull", "redis"}), "images pull/2");
  EXPECT_EQ(path_of({"pull", "redis"}), "images pull/1");
  EXPECT_EQ(path_of({"images", "list"}), "images ls/2");
}

TEST(Lookup, NounsHaveTheirAliasesInEveryCommand) {
  EXPECT_EQ(path_of({"i", "ls"}), "images ls/2");
  EXPECT_EQ(path_of({"image", "pull"}), "images pull/2");
  EXPECT_EQ(path_of({"ns", "ls"}), "namespaces ls/2");
}

TEST(Lookup, AnAliasOfANounIsNoCommandByItself) {
  EXPECT_EQ(path_of({"i"}), "");
  EXPECT_EQ(path_of({"images"}), "");
  EXPECT_EQ(path_of({"images", "lss"}), "");
  EXPECT_EQ(path_of({}), "");
}

TEST(Lookup, CommandsOfANounInAnySpelling) {
  EXPECT_EQ(commands_of(kTable, "i").size(), 2U);
  EXPECT_EQ(commands_of(kTable, "images").size(), 2U);
  EXPECT_TRUE(commands_of(kTable, "version").empty());
  EXPECT_TRUE(commands_of(kTable, "pull").empty());
}

TEST(Lookup, NearestFindsTyposAndBeginnings) {
  const Words candidates = {"images", "namespaces", "version", "pull"};
  EXPECT_EQ(nearest("imgaes", candidates), "images");
  EXPECT_EQ(nearest("image", candidates), "images");
  EXPECT_EQ(nearest("vers", candidates), "version");
  EXPECT_EQ(nearest("pulll", candidates), "pull");
  EXPECT_EQ(nearest("checkpoint", candidates), "");
  EXPECT_EQ(nearest("xy", candidates), "");
  EXPECT_EQ(nearest(std::string(10000, 'a'), candidates), "");
}

TEST(Lookup, SuggestsTheWholeCommand) {
  EXPECT_EQ(suggest(kTable, Words{"i", "pul"}), "images pull");
  EXPECT_EQ(suggest(kTable, Words{"versoin"}), "version");
  EXPECT_EQ(suggest(kTable, Words{"images", "checkpoint"}), "");
  EXPECT_EQ(suggest(kTable, Words{}), "");
}

std::vector<const Personality*> tables() {
  std::vector<const Personality*> all = {&box()};
  for (const Personality& row : personalities())
    if (row.entry == nullptr) all.push_back(&row);
  return all;
}

TEST(Tables, RowsAreSortedAndEverySpellingNamesOneCommand) {
  for (const Personality* personality : tables()) {
    std::set<std::string_view> seen;
    std::string_view last;
    for (const Command& row : personality->commands) {
      EXPECT_LT(last, row.path) << personality->name;
      last = row.path;
      for (std::string_view spelling : spellings(row)) EXPECT_TRUE(seen.insert(spelling).second) << spelling;
    }
  }
}

TEST(Tables, EveryRowHasASummaryAFunctionAndHelpThatShowsWhatItDeclares) {
  for (const Personality* personality : tables()) {
    for (const Command& row : personality->commands) {
      SCOPED_TRACE(std::string(personality->name) + " " + std::string(row.path));
      ASSERT_FALSE(row.summary.empty());
      EXPECT_NE(row.summary.back(), '.');
      ASSERT_NE(row.declare, nullptr);
      const CommandLine line(row);
      ASSERT_TRUE(line.action());
      const std::string help = command_help(*personality, row, 80);
      for (const Declared& one : line.declared()) {
        EXPECT_FALSE(one.summary.empty());
        for (const std::string& name : one.long_names) EXPECT_NE(help.find(name), std::string::npos) << name;
        if (one.positional.empty()) continue;
        EXPECT_NE(row.arguments.find(one.positional), std::string_view::npos) << one.positional;
      }
    }
  }
}

TEST(Help, LinesFitTheWidth) {
  for (const Personality* personality : tables()) {
    const std::string help = program_help(*personality, 72);
    for (std::size_t start = 0; start < help.size(); start = help.find('\n', start) + 1) {
      const std::string line = help.substr(start, help.find('\n', start) - start);
      if (line.starts_with("Programs, also")) continue;
      EXPECT_LE(line.size(), 72U) << line;
    }
  }
}

}  // namespace
}  // namespace ctrbox::commands
