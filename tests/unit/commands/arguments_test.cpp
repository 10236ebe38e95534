#include "commands/arguments.h"

#include <gtest/gtest.h>

#include "commands/errors.h"

namespace ctrbox::commands {
namespace {

using Words = std::vector<std::string>;

struct Options {
  bool remove = false;
  bool terminal = false;
  std::string directory;
  Words env;
  std::string image;
  std::string id;
  Words rest;
};
Options options;  // of the last parsed line

Action declare_run(CLI::App& app) {
  options = {};
  add_switch(app, "--rm", options.remove, "remove");
  add_switch(app, "-t,--tty", options.terminal, "terminal");
  add_value(app, "-C,--cwd", options.directory, "DIR", "directory");
  add_values(app, "-e,--env", options.env, "K=V", "environment");
  add_positional(app, "IMAGE", options.image, "image");
  add_positional(app, "ID", options.id, "id");
  return [](Context&) { return 0; };
}

Action declare_optional_id(CLI::App& app) {
  options = {};
  add_switch(app, "--rm", options.remove, "remove");
  add_positional(app, "IMAGE", options.image, "image");
  add_positional(app, "ID", options.id, "id", Presence::optional);
  return [](Context&) { return 0; };
}

Action declare_list(CLI::App& app) {
  options = {};
  add_switch(app, "-q,--quiet", options.remove, "quiet");
  add_positionals(app, "FILTER", options.rest, "filter", Presence::optional);
  return [](Context&) { return 0; };
}

constexpr Command kRun = {.path = "run", .declare = declare_run, .raw_after = 2};
constexpr Command kPlain = {.path = "create", .declare = declare_run};
constexpr Command kList = {.path = "ls", .declare = declare_list};

/// The tail after parsing.
Words parse(const Command& command, const Words& words) {
  CommandLine line(command);
  EXPECT_EQ(line.parse(words, "ctr run --help"), CommandLine::Outcome::run);
  return line.tail();
}

std::string usage_error(const Command& command, const Words& words) {
  try {
    CommandLine(command).parse(words, "ctr run --help");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Arguments, FlagsMayStandAnywhereBeforeTheTail) {
  parse(kRun, {"--rm", "redis", "-t", "id"});
  EXPECT_TRUE(options.remove);
  EXPECT_TRUE(options.terminal);
  EXPECT_EQ(options.image, "redis");
  EXPECT_EQ(options.id, "id");
}

TEST(Arguments, TheTailIsVerbatim) {
  EXPECT_EQ(parse(kRun, {"redis", "id", "sh", "-c", "x", "--rm", "--help", "--", "[a,b]"}),
            (Words{"sh", "-c", "x", "--rm", "--help", "--", "[a,b]"}));
  EXPECT_FALSE(options.remove);
}

constexpr Command kShort = {.path = "run", .declare = declare_optional_id, .raw_after = 2};

TEST(Arguments, ASeparatorAfterTheFirstArgumentBeginsTheTailEarly) {
  EXPECT_EQ(parse(kShort, {"--rm", "redis", "--", "sh", "-c", "--"}), (Words{"sh", "-c", "--"}));
  EXPECT_EQ(options.image, "redis");
  EXPECT_EQ(options.id, "");
  EXPECT_TRUE(options.remove);
  EXPECT_EQ(parse(kShort, {"--", "redis", "--", "sh"}), (Words{"sh"}));
  EXPECT_EQ(usage_error(kRun, {"redis", "--", "sh"}), "missing argument ID");
}

TEST(Arguments, OneSeparatorBeforeTheTailIsDropped) {
  EXPECT_EQ(parse(kRun, {"redis", "id", "--", "sh"}), (Words{"sh"}));
  EXPECT_EQ(parse(kRun, {"redis", "id", "--", "--", "sh"}), (Words{"--", "sh"}));
  EXPECT_EQ(parse(kRun, {"--rm", "--", "redis", "id", "-x"}), (Words{"-x"}));
  EXPECT_TRUE(options.remove);
}

TEST(Arguments, ValuesThatLookLikePositionalsOrFlags) {
  EXPECT_EQ(parse(kRun, {"--env", "A=1", "-e", "B=2", "-eC=3", "--env=D=4", "--cwd", "-x", "redis", "id", "ls"}),
            (Words{"ls"}));
  EXPECT_EQ(options.env, (Words{"A=1", "B=2", "C=3", "D=4"}));
  EXPECT_EQ(options.directory, "-x");
  EXPECT_EQ(options.image, "redis");
}

TEST(Arguments, AnEmptyValueIsAValue) {
  parse(kRun, {"--cwd=", "redis", "id"});
  EXPECT_EQ(options.directory, "");
  EXPECT_EQ(options.image, "redis");
}

TEST(Arguments, ShortFlagsMayBeJoined) {
  parse(kRun, {"-tC/tmp", "redis", "id"});
  EXPECT_TRUE(options.terminal);
  EXPECT_EQ(options.directory, "/tmp");
  parse(kRun, {"-tC", "/srv", "redis", "id"});
  EXPECT_EQ(options.directory, "/srv");
  parse(kRun, {"-C=/var", "redis", "id"});
  EXPECT_EQ(options.directory, "/var");
}

TEST(Arguments, ASwitchMaySayTrueOrFalseAndTheLastValueCounts) {
  parse(kRun, {"--rm=false", "--cwd", "a", "--cwd", "b", "redis", "id"});
  EXPECT_FALSE(options.remove);
  EXPECT_EQ(options.directory, "b");
  parse(kRun, {"--rm=true", "redis", "id"});
  EXPECT_TRUE(options.remove);
}

TEST(Arguments, ASeparatorEndsFlags) {
  parse(kList, {"--", "-q", "--"});
  EXPECT_FALSE(options.remove);
  EXPECT_EQ(options.rest, (Words{"-q", "--"}));
}

TEST(Arguments, ErrorsNameWhatIsWrong) {
  EXPECT_EQ(usage_error(kRun, {"redis"}), "missing argument ID");
  EXPECT_EQ(usage_error(kPlain, {"redis", "id", "more"}), "unexpected argument \"more\"");
  EXPECT_EQ(usage_error(kList, {"--quite"}), "unknown flag --quite; did you mean --quiet?");
  EXPECT_EQ(usage_error(kList, {"-z"}), "unknown flag -z");
  EXPECT_EQ(usage_error(kList, {"--namespace", "foo"}), "flag --namespace goes before the command");
  EXPECT_EQ(usage_error(kRun, {"redis", "--cwd"}), "flag --cwd needs a value (DIR)");
  EXPECT_EQ(usage_error(kRun, {"--rm=perhaps", "redis", "id"}), "flag --rm is true or false, not \"perhaps\"");
}

TEST(Arguments, HelpIsAskedForEvenWhenSomethingIsMissing) {
  CommandLine line(kRun);
  EXPECT_EQ(line.parse(Words{"--help"}, ""), CommandLine::Outcome::help);
  CommandLine other(kRun);
  EXPECT_EQ(other.parse(Words{"redis", "-h"}, ""), CommandLine::Outcome::help);
}

}  // namespace
}  // namespace ctrbox::commands
