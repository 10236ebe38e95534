#include "commands/ui/human.h"

#include <gtest/gtest.h>

namespace ctrbox::commands {
namespace {

TEST(Human, BinarySizesHaveOneDecimal) {
  EXPECT_EQ(binary_size(0), "0.0 B");
  EXPECT_EQ(binary_size(1023), "1023.0 B");
  EXPECT_EQ(binary_size(1024), "1.0 KiB");
  EXPECT_EQ(binary_size(76231475), "72.7 MiB");
  EXPECT_EQ(binary_size(9.3e18), "8.1 EiB");
}

TEST(Human, DecimalSizesHaveFourDigits) {
  EXPECT_EQ(decimal_size(0), "0 B");
  EXPECT_EQ(decimal_size(527), "527 B");
  EXPECT_EQ(decimal_size(1000), "1 kB");
  EXPECT_EQ(decimal_size(72700000), "72.7 MB");
  EXPECT_EQ(decimal_size(1234567), "1.235 MB");
}

std::string age(std::int64_t seconds) { return age_in_words(seconds * 1'000'000'000); }

TEST(Human, AgesInWords) {
  constexpr std::int64_t kHour = 3600, kDay = 24 * kHour;
  EXPECT_EQ(age(-5), "Less than a second");
  EXPECT_EQ(age_in_words(999'999'999), "Less than a second");
  EXPECT_EQ(age(1), "1 second");
  EXPECT_EQ(age(59), "59 seconds");
  EXPECT_EQ(age(60), "About a minute");
  EXPECT_EQ(age(45 * 60), "45 minutes");
  EXPECT_EQ(age(46 * 60), "About an hour");
  EXPECT_EQ(age(2 * kHour), "2 hours");
  EXPECT_EQ(age(47 * kHour), "47 hours");
  EXPECT_EQ(age(2 * kDay), "2 days");
  EXPECT_EQ(age(21 * kDay), "3 weeks");
  EXPECT_EQ(age(90 * kDay), "3 months");
  EXPECT_EQ(age(800 * kDay), "2 years");
}

}  // namespace
}  // namespace ctrbox::commands
