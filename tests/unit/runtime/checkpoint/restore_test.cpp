// What becomes of a checkpoint's spec when a container of another name is made from it.
#include "runtime/checkpoint/restore.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

using nlohmann::json;

json spec() {
  return json::parse(R"({"process": {"args": ["sh"]}, "root": {"path": "/", "readonly": true}, "hostname": "old",
    "linux": {"cgroupsPath": "/default/old"}, "annotations": {"a": "b", "org.criu.config": "/etc/shadow"}})");
}

json adapted(const json& from) { return json::parse(adapt_spec(from.dump(), "ns", "new")); }

std::string refusal(const std::string& text) {
  try {
    adapt_spec(text, "ns", "new");
    return "";
  } catch (const core::Error& error) {
    return error.what();
  }
}

TEST(AdaptSpec, GroupAndHostNameAreThoseOfTheNewContainer) {
  const json result = adapted(spec());
  EXPECT_EQ(result["linux"]["cgroupsPath"], "/ns/new");
  EXPECT_EQ(result["hostname"], "new");
  EXPECT_EQ(result["process"]["args"], json({"sh"}));
}

TEST(AdaptSpec, AHostNameOfTheUsersOwnStays) {
  json from = spec();
  from["hostname"] = "database";
  EXPECT_EQ(adapted(from)["hostname"], "database");
  from.erase("hostname");
  EXPECT_FALSE(adapted(from).contains("hostname"));
}

TEST(AdaptSpec, WhatReachesTheHostIsNotTaken) {
  const json result = adapted(spec());
  EXPECT_EQ(result["root"]["path"], "rootfs");
  EXPECT_EQ(result["root"]["readonly"], true);
  EXPECT_EQ(result["annotations"], json({{"a", "b"}}));
  json from = spec();
  from["hooks"] = {{"prestart", json::array({{{"path", "/bin/sh"}}})}};
  EXPECT_NE(refusal(from.dump()).find("hooks"), std::string::npos);
}

TEST(AdaptSpec, WhatIsNoSpecIsRefused) {
  for (const char* text : {"", "[]", "{}", R"({"process": 1, "linux": {}})", R"({"process": {}, "linux": null})"})
    EXPECT_EQ(refusal(text), "the checkpoint's config is not a runtime spec") << text;
}

}  // namespace
}  // namespace ctrbox::runtime
