// Thousands of hostile layers, made by chance but always the same ones: whatever they hold, nothing outside the staging
// directories changes, and there is an Error or a layer, never a crash.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <random>
#include <sstream>

#include "core/base/error.h"
#include "core/diff/apply.h"
#include "core/diff/settle.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "support/memory_source.h"
#include "support/tar_builder.h"
#include "support/temp_dir.h"

namespace ctrbox::core::diff {
namespace {

using tests::Member;
using tests::MemorySource;
using tests::TarBuilder;

constexpr int kRounds = 2000;  // two layers each
constexpr std::size_t kBlock = 512;

class LayerMaker {
 public:
  explicit LayerMaker(std::string outside) : outside_(std::move(outside)) {}

  std::string make() {
    TarBuilder tar;
    for (int members = 1 + below(8); members > 0; --members) tar.add(member());
    std::string bytes = tar.finish();
    if (below(4) == 0) {
      for (int changes = 1 + below(4); changes > 0; --changes) change(bytes);
    }
    return bytes;
  }
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

 private:
  std::string component() {
    // Few names, so that members meet each other.
    static constexpr std::array kNames{"a", "b", "sub", "mark", "victim", ".", "..", ".wh..wh..opq", ".wh..wh.aufs"};
    const std::string name = kNames[static_cast<std::size_t>(below(below(10) == 0 ? 9 : 4))];
    return below(5) == 0 ? ".wh." + name : name;
  }
  std::string path() {
    std::string path = below(8) == 0 ? outside_ : below(8) == 0 ? "/" : "";
    for (int depth = 1 + below(3); depth > 0; --depth) path += (path.empty() ? "" : "/") + component();
    return path;
  }
  std::string target() {
    switch (below(4)) {
      case 0: return outside_;
      case 1: return outside_ + "/" + component();
      case 2: return "../../../../../../../.." + outside_;
      default: return path();
    }
  }
  Member member() {
    Member member{.name = below(40) == 0 ? "." : path(), .type = "0000012222255556"[below(16)]};
    member.mode = below(010000);
    member.uid = below(3) * 1000;
    if (member.type == '0') member.content = std::string(static_cast<std::size_t>(below(700)), 'x');
    if (member.type == '1' || member.type == '2') member.link = target();
    if (below(12) == 0) member.pax.emplace_back("path", path());
    if (below(12) == 0) member.pax.emplace_back("SCHILY.xattr.trusted.overlay.redirect", outside_);
    return member;
  }
  /// One change of the bytes; mostly the header's checksum is made right again, or nothing behind it would be tried.
  void change(std::string& bytes) {
    const std::size_t at = random_() % bytes.size();
    if (below(12) == 0) {
      bytes.resize(at);
      bytes.resize(std::max<std::size_t>(bytes.size(), 1));
      return;
    }
    bytes[at] = static_cast<char>(below(3) == 0 ? below(256) : "01257xgLKS/.\0"[below(13)]);
    const std::size_t header = at / kBlock * kBlock;
    if (below(5) == 0 || header + kBlock > bytes.size()) return;
    unsigned sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      sum += i >= 148 && i < 156 ? unsigned{' '} : static_cast<unsigned char>(bytes[header + i]);
    }
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%06o", sum & 0777777U);
    bytes.replace(header + 148, text.size(), text.data(), text.size());
  }

  std::string outside_;
  std::mt19937 random_{20170728};
};

void describe(int directory, const std::string& path, std::ostream& out) {
  for (const std::string& name : list_directory(directory)) {
    const auto status = find_status(directory, name);
    if (!status) continue;
    out << path << name << ' ' << status->st_mode << ' ' << status->st_uid << ' ' << status->st_nlink << ' '
        << status->st_size << ' ' << status->st_ctim.tv_sec << '.' << status->st_ctim.tv_nsec << '\n';
    if (S_ISDIR(status->st_mode))
      describe(open_at(directory, name, O_RDONLY | O_DIRECTORY).get(), path + name + "/", out);
  }
}

class MutatedLayers : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: owners, devices and trusted.* attributes";
    for (const char* name : {"outside", "outside/sub", "outside/a"}) make_directory(AT_FDCWD, top_.path(name), 0700);
    const Fd outside = open_at(AT_FDCWD, top_.path("outside"), O_RDONLY | O_DIRECTORY);
    for (const char* name : {"victim", "sub/victim", "a/b"}) write_file_atomically(outside.get(), name, "text", 0600);
    // What overlayfs takes for a removed file is what settling looks for, and removes.
    for (const char* name : {"mark", "sub/mark", "b"}) node::create_special(outside.get(), name, S_IFCHR, 0);
  }

  std::string outside() const {
    std::ostringstream text;
    describe(open_at(AT_FDCWD, top_.path("outside"), O_RDONLY | O_DIRECTORY).get(), "", text);
    const struct stat status = *find_status(AT_FDCWD, top_.path("outside"));
    text << status.st_mode << ' ' << status.st_ctim.tv_sec << '.' << status.st_ctim.tv_nsec;
    return text.str();
  }

  /// Unpacks both, as far as they can be. Returns whether they could.
  bool unpack(const std::string& lower, const std::string& upper) {
    const std::string at = top_.path("layers");
    for (const char* name : {"", "/lower", "/upper", "/tree"}) make_directory(AT_FDCWD, at + name, 0700);
    bool whole = false;
    try {
      const Fd below = open_at(AT_FDCWD, at + "/lower", O_RDONLY | O_DIRECTORY);
      const Fd above = open_at(AT_FDCWD, at + "/upper", O_RDONLY | O_DIRECTORY);
      StagedLayer base = applied(lower, below);
      settle_layer(base, below.get(), {});
      StagedLayer layer = applied(upper, above);
      settle_layer(layer, above.get(), layer.opaque_root ? std::vector<int>() : std::vector<int>{below.get()});
      flatten_layer(layer, above.get(), open_at(AT_FDCWD, at + "/tree", O_RDONLY | O_DIRECTORY).get());
      whole = true;
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
    }
    remove_tree(AT_FDCWD, at);
    return whole;
  }

  static std::filesystem::path in_memory() {
    return std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
  }

  test::TempDir top_{in_memory()};

 private:
  static StagedLayer applied(const std::string& bytes, const Fd& root) {
    MemorySource source(bytes, 1000);
    return apply_layer(source, root.get());
  }
};

TEST_F(MutatedLayers, ChangeNothingOutside) {
  LayerMaker maker(top_.path("outside"));
  const std::string before = outside();
  int whole = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string lower = maker.make();
    const std::string upper = maker.make();
    whole += unpack(lower, upper) ? 1 : 0;
    ASSERT_EQ(outside(), before) << "round " << round;
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
  RecordProperty("whole", whole);
  EXPECT_GT(whole, kRounds / 10) << "too few layers get far enough to try anything";
}

}  // namespace
}  // namespace ctrbox::core::diff
