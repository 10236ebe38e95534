#include "runtime/spec/exec_process.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSpec = R"({"ociVersion":"1.0.2","process":{"terminal":true,"consoleSize":{"height":1,"width":2},
  "user":{"uid":7,"gid":8,"umask":18,"additionalGids":[8,9]},"args":["sleep","1"],"commandLine":"sleep 1",
  "env":["PATH=/bin","LANG=C","HOME=/seven"],"cwd":"/seven",
  "capabilities":{"bounding":["CAP_KILL"],"effective":["CAP_KILL"],"permitted":["CAP_KILL"]},
  "rlimits":[{"type":"RLIMIT_NOFILE","hard":10,"soft":5}],"noNewPrivileges":true,"apparmorProfile":"p",
  "oomScoreAdj":3},"root":{"path":"rootfs"}})";

std::optional<std::string> files(const std::string& path) {
  if (path == "etc/passwd") return "root:x:0:0::/root:/bin/sh\nwww:x:33:34:www:/srv:/bin/false\n";
  if (path == "etc/group") return "root:x:0:\nwww:x:34:\ntls:x:70:www\n";
  return std::nullopt;
}

Json build(const ExecRequest& request) { return Json::parse(build_exec_process(kSpec, request, files)); }

ExecRequest plain() {
  ExecRequest request;
  request.args = {"echo", "hi"};
  return request;
}

TEST(ExecProcess, IsTheContainersWithAnotherCommand) {
  Json expected = Json::parse(kSpec)["process"];
  expected["terminal"] = false;
  expected["args"] = {"echo", "hi"};
  expected.erase("consoleSize");
  expected.erase("commandLine");
  EXPECT_EQ(nlohmann::json(build(plain())), nlohmann::json(expected));
}

TEST(ExecProcess, EnvironmentReplacesAppendsAndUnsets) {
  ExecRequest request = plain();
  request.env = {"LANG=de", "NEW=1=2", "HOME"};
  EXPECT_EQ(build(request)["env"], Json::parse(R"(["PATH=/bin","LANG=de","NEW=1=2"])"));
}

TEST(ExecProcess, ATerminalComesWithATermUnlessThereIsOne) {
  ExecRequest request = plain();
  request.terminal = true;
  EXPECT_EQ(build(request)["terminal"], true);
  EXPECT_EQ(build(request)["env"].back(), "TERM=xterm");
  request.env = {"TERM=dumb"};
  EXPECT_EQ(build(request)["env"].back(), "TERM=dumb");
}

TEST(ExecProcess, AUserIsLookedUpInTheContainerAndHasItsHome) {
  ExecRequest request = plain();
  request.user = "www";
  const Json process = build(request);
  EXPECT_EQ(process["user"], Json::parse(R"({"uid":33,"gid":34,"umask":18,"additionalGids":[34,70]})"));
  EXPECT_EQ(process["env"], Json::parse(R"(["PATH=/bin","LANG=C","HOME=/srv"])"));
  request.env = {"HOME=/mine"};
  EXPECT_EQ(build(request)["env"], Json::parse(R"(["PATH=/bin","LANG=C","HOME=/mine"])"));
}

TEST(ExecProcess, RightsStayTheContainersWhoeverTheUserIs) {
  ExecRequest request = plain();
  request.user = "0";
  const Json process = build(request);
  const Json before = Json::parse(kSpec)["process"];
  for (const char* name : {"capabilities", "rlimits", "noNewPrivileges", "apparmorProfile", "oomScoreAdj"})
    EXPECT_EQ(process[name], before[name]) << name;
}

TEST(ExecProcess, WorkingDirectory) {
  ExecRequest request = plain();
  request.cwd = "/tmp";
  EXPECT_EQ(build(request)["cwd"], "/tmp");
  request.cwd = "tmp";
  EXPECT_THROW(build(request), core::Error);
}

TEST(ExecProcess, WithoutAUserNoFileIsRead) {
  EXPECT_NO_THROW(build_exec_process(
      kSpec, plain(), [](const std::string&) -> std::optional<std::string> { throw core::internal("asked"); }));
}

TEST(ExecProcess, WhatCannotBeIsRefused) {
  EXPECT_THROW(build({}), core::Error);
  ExecRequest empty = plain();
  empty.args = {""};
  EXPECT_THROW(build(empty), core::Error);
  ExecRequest unknown = plain();
  unknown.user = "nobody-here";
  EXPECT_THROW(build(unknown), core::Error);
  ExecRequest bytes = plain();
  bytes.args = {"\xff"};
  EXPECT_THROW(build(bytes), core::Error);
  ExecRequest variable = plain();
  variable.env = {"=x"};
  EXPECT_THROW(build(variable), core::Error);
  for (const char* spec : {"", "[]", "{}", "{\"process\":1}", "not json"})
    EXPECT_THROW(build_exec_process(spec, plain(), files), core::Error) << spec;
}

TEST(ExecProcess, AnOddSpecIsTakenAsFarAsItGoes) {
  const std::string process = build_exec_process(R"({"process":{"env":[1,"A=b","none"],"user":3}})", plain(), files);
  EXPECT_EQ(Json::parse(process)["env"],
            Json::parse(R"(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","A=b"])"));
}

TEST(ExecProcess, ATerminalIsOneThatTheSpecAsksFor) {
  EXPECT_TRUE(has_terminal(kSpec));
  EXPECT_FALSE(has_terminal(R"({"process":{"terminal":false}})"));
  EXPECT_FALSE(has_terminal(R"({"process":{}})"));
  EXPECT_FALSE(has_terminal(R"({"process":{"terminal":1}})"));
  EXPECT_THROW(has_terminal("{}"), core::Error);
}

}  // namespace
}  // namespace ctrbox::runtime
