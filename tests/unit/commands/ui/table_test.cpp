#include "commands/ui/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace ctrbox::commands {
namespace {

std::string printed(const Table& table) {
  std::ostringstream out;
  table.print(out);
  return out.str();
}

TEST(Table, PadsEveryColumnButTheLast) {
  Table table({"NAME", "LABELS"});
  table.add_row({"foo", "mylabel=bar"});
  table.add_row({"default", ""});
  EXPECT_EQ(printed(table), "NAME    LABELS\nfoo     mylabel=bar\ndefault\n");
}

TEST(Table, WithoutRowsPrintsItsHeader) { EXPECT_EQ(printed(Table({"NAME", "LABELS"})), "NAME LABELS\n"); }

TEST(Table, KeepsTheLayoutItWasGiven) {
  Table table({"A", "B"}, {.padding = 3, .min_width = 6});
  table.add_row({"abcd", "x"});
  EXPECT_EQ(printed(table), "A      B\nabcd   x\n");
}

TEST(Table, CountsCharactersAndDefusesEscapes) {
  Table table({"N", "X"});
  table.add_row({"\xC3\xA4\xC3\xB6", "1"});
  table.add_row({"\x1b[31m", "2"});
  EXPECT_EQ(printed(table), "N        X\n\xC3\xA4\xC3\xB6       1\n\\x1b[31m 2\n");
}

}  // namespace
}  // namespace ctrbox::commands
