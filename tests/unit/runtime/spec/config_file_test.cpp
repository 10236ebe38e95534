#include "runtime/spec/config_file.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kWhole = R"({"ociVersion":"1.0.2","x-own":[1],"process":{"args":["sh"],"cwd":"/"},
    "root":{"path":"rootfs"}})";

ConfigFile file_of(std::string text) {
  ConfigFile file;
  file.text = std::move(text);
  file.directory = "/bundles/web";
  file.cgroup = "/default/web";
  return file;
}

std::string refusal(const std::string& text) {
  try {
    complete_config(file_of(text));
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::invalid_argument);
    return error.what();
  }
  return "no error";
}

TEST(ConfigFile, IsKeptWithItsRootMadeAbsoluteAndACgroup) {
  const auto completed = complete_config(file_of(kWhole));
  EXPECT_FALSE(completed.terminal);
  EXPECT_EQ(Json::parse(completed.spec), Json::parse(R"({"ociVersion":"1.0.2","x-own":[1],
      "process":{"args":["sh"],"cwd":"/"},"root":{"path":"/bundles/web/rootfs"},"linux":{"cgroupsPath":"/default/web"}})"));
}

TEST(ConfigFile, WhatItHasIsNotReplaced) {
  const std::string text = R"({"ociVersion":"1.1.0","process":{"args":["sh"],"cwd":"/","terminal":true},
      "root":{"path":"/srv"},"linux":{"cgroupsPath":"/own"}})";
  const auto completed = complete_config(file_of(text));
  EXPECT_TRUE(completed.terminal);
  EXPECT_EQ(Json::parse(completed.spec), Json::parse(text));
}

TEST(ConfigFile, TerminalAndRootMayBeAskedFor) {
  ConfigFile file = file_of(kWhole);
  file.terminal = true;
  file.rootfs = "/elsewhere";
  const auto completed = complete_config(file);
  EXPECT_TRUE(completed.terminal);
  EXPECT_EQ(Json::parse(completed.spec)["process"]["terminal"], true);
  EXPECT_EQ(Json::parse(completed.spec)["root"]["path"], "/elsewhere");
}

TEST(ConfigFile, WhatIsMissingIsNamed) {
  EXPECT_EQ(refusal("null"), "config.json is not a JSON object");
  EXPECT_EQ(refusal("{}"), "config.json has no ociVersion 1.x");
  EXPECT_EQ(refusal(R"({"ociVersion":"2.0"})"), "config.json has no ociVersion 1.x");
  EXPECT_EQ(refusal(R"({"ociVersion":"1.0"})"), "config.json has no process");
  EXPECT_EQ(refusal(R"({"ociVersion":"1.0","process":{"args":[]}})"), "config.json has no process.args");
  EXPECT_EQ(refusal(R"({"ociVersion":"1.0","process":{"args":[1]}})"),
            "config.json is not understood: type must be string, but is number");
  EXPECT_EQ(refusal(R"({"ociVersion":"1.0","process":{"args":[""]}})"),
            "config.json has an empty command in process.args");
  EXPECT_EQ(refusal(R"({"ociVersion":"1.0","process":{"args":["a"],"cwd":"x"}})"),
            "config.json has no absolute process.cwd");
  EXPECT_EQ(refusal(R"({"ociVersion":"1.0","process":{"args":["a"],"cwd":"/"}})"), "config.json has no root.path");
  EXPECT_EQ(refusal(R"({"ociVersion":"1.0","process":{"args":["a"],"cwd":"/"},"root":[],"linux":{}})"),
            "config.json has no root.path");
  EXPECT_EQ(refusal(R"({"ociVersion":"1.0","process":{"args":["a"],"cwd":"/"},"root":{"path":"/"},"linux":3})"),
            "config.json has a linux that is no object");
}

}  // namespace
}  // namespace ctrbox::runtime
