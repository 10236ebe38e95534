#include "core/oci/image_config.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

const std::string kFirst = "sha256:" + std::string(64, '1');
const std::string kSecond = "sha256:" + std::string(64, '2');

std::string config_with(const std::string& members) {
  return R"({"rootfs":{"type":"layers","diff_ids":[")" + kFirst + "\"]}," + members + "}";
}

TEST(ImageConfig, GivesWhatToRunAndTheDiffIds) {
  const ImageConfig config = parse_image_config(R"({"os":"linux","architecture":"arm64","variant":"v8","config":{
      "User":"1000:100","Env":["PATH=/bin","A=b"],"Entrypoint":["/init"],"Cmd":["run"],"WorkingDir":"/srv",
      "StopSignal":"SIGINT","Labels":{"k":"v"},"ExposedPorts":{"80/tcp":{}}},"history":[{"empty_layer":true}],
      "rootfs":{"type":"layers","diff_ids":[")" +
                                                kFirst + "\",\"" + kSecond + "\"]}}");
  EXPECT_EQ(config.platform, (Platform{"linux", "arm64", "v8"}));
  EXPECT_EQ(config.user, "1000:100");
  EXPECT_EQ(config.env, (std::vector<std::string>{"PATH=/bin", "A=b"}));
  EXPECT_EQ(config.entrypoint, std::vector<std::string>{"/init"});
  EXPECT_EQ(config.cmd, std::vector<std::string>{"run"});
  EXPECT_EQ(config.working_dir, "/srv");
  EXPECT_EQ(config.stop_signal, "SIGINT");
  EXPECT_EQ(config.labels.at("k"), "v");
  ASSERT_EQ(config.diff_ids.size(), 2U);
  EXPECT_EQ(config.diff_ids[1].text(), kSecond);
}

TEST(ImageConfig, NullMeansAbsent) {
  const ImageConfig config = parse_image_config(
      config_with(R"("config":{"Env":null,"Cmd":null,"Labels":null,"Entrypoint":null,"User":null})"));
  EXPECT_TRUE(config.env.empty());
  EXPECT_TRUE(config.labels.empty());
  EXPECT_TRUE(parse_image_config(config_with("\"config\":null")).cmd.empty());
}

TEST(ImageConfig, IsRefusedWithTheReason) {
  const std::pair<std::string, std::string> cases[] = {
      {"{}", "\"rootfs\" is missing"},
      {R"({"rootfs":{"type":"tar","diff_ids":[]}})", "\"rootfs.type\" must be \"layers\""},
      {R"({"rootfs":{"type":"layers"}})", "\"diff_ids\" is missing"},
      {R"({"rootfs":{"type":"layers","diff_ids":["../x"]}})", "digest \"../x\""},
      {R"({"rootfs":{"type":"layers","diff_ids":[7]}})", "\"diff_ids\" must be a string"},
      {config_with(R"("config":{"Env":{"A":"b"}})"), "\"Env\" must be an array of strings"},
      {config_with(R"("config":{"Env":[1]})"), "\"Env\" must be a string"},
      {config_with(R"("config":{"Env":["A=\u0000"]})"), "\"Env\" holds a NUL character"},
      {config_with(R"("config":{"Cmd":"sh"})"), "\"Cmd\" must be an array of strings"},
      {config_with(R"("config":{"Labels":[]})"), "\"Labels\" must be an object of strings"},
      {config_with(R"("config":[])"), "\"config\" must be an object"},
      {config_with(R"("config":{},"config":{})"), "occurs twice"},
      {std::string(kMaxConfigBytes + 1, ' '), "larger than"},
  };
  for (const auto& [text, reason] : cases) {
    try {
      parse_image_config(text);
      FAIL() << "accepted: " << text.substr(0, 200);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    }
  }
}

TEST(ChainId, OfOneLayerIsItsDiffIdAndOfMoreTheHashOfBoth) {
  const std::vector<Digest> diff_ids = {Digest::parse(kFirst), Digest::parse(kSecond), Digest::parse(kFirst)};
  const std::vector<Digest> chains = chain_ids(diff_ids);
  ASSERT_EQ(chains.size(), 3U);
  EXPECT_EQ(chains[0].text(), kFirst);
  EXPECT_EQ(chains[1], Digest::of(kFirst + " " + kSecond));
  EXPECT_EQ(chains[2], Digest::of(chains[1].text() + " " + kFirst));
  for (std::size_t count = 1; count <= 3; ++count) EXPECT_EQ(chain_id(diff_ids, count), chains[count - 1]);
}

}  // namespace
}  // namespace ctrbox::core
