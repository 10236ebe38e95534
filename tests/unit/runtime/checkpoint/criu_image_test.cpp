// Unpacking criu's image: plain files come out, everything else is refused and makes nothing outside.
#include "runtime/checkpoint/criu_image.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "support/memory_source.h"
#include "support/tar_builder.h"
#include "support/temp_dir.h"

namespace ctrbox::runtime {
namespace {

using tests::TarBuilder;

class CriuImageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    core::make_directory(AT_FDCWD, top_.path("image"), 0700);
    directory_ = core::open_at(AT_FDCWD, top_.path("image"), O_RDONLY | O_DIRECTORY);
  }
  void unpack(const TarBuilder& tar) {
    tests::MemorySource source(tar.finish(), 700);
    unpack_criu_image(source, directory_.get());
    EXPECT_TRUE(source.at_end());
  }
  std::string refusal(const TarBuilder& tar) {
    for (const std::string& name : core::list_directory(directory_.get())) core::remove_tree(directory_.get(), name);
    std::string text;
    try {
      unpack(tar);
    } catch (const core::Error& error) {
      text = error.what();
    }
    EXPECT_EQ(core::list_directory(core::open_at(AT_FDCWD, top_.path(), O_RDONLY | O_DIRECTORY).get()),
              std::vector<std::string>{"image"});
    return text;
  }

  test::TempDir top_;
  core::Fd directory_;
};

TEST_F(CriuImageTest, PlainFilesComeOutAsTheyWere) {
  unpack(TarBuilder().directory("./").file("./core-1.img", std::string(3000, 'c')).file("empty.img", ""));
  EXPECT_EQ(core::list_directory(directory_.get()), (std::vector<std::string>{"core-1.img", "empty.img"}));
  EXPECT_EQ(core::read_file(directory_.get(), "core-1.img", 10000), std::string(3000, 'c'));
  EXPECT_EQ(core::status_of(core::open_at(directory_.get(), "empty.img", O_RDONLY).get()).st_mode & 0777U, 0600U);
}

TEST_F(CriuImageTest, WhatIsNotAPlainFileIsRefused) {
  const std::string refused = ": not a plain file";
  EXPECT_EQ(refusal(TarBuilder().file("../out", "x")), "criu's image: \"../out\"" + refused);
  EXPECT_EQ(refusal(TarBuilder().file("/out", "x")), "criu's image: \"/out\"" + refused);
  EXPECT_EQ(refusal(TarBuilder().file("..", "x")), "criu's image: \"..\"" + refused);
  EXPECT_EQ(refusal(TarBuilder().directory("d")), "criu's image: \"d\"" + refused);
  EXPECT_EQ(refusal(TarBuilder().file("d/f", "x")), "criu's image: \"d/f\"" + refused);
  EXPECT_EQ(refusal(TarBuilder().symlink("parent", "/etc")), "criu's image: \"parent\"" + refused);
  EXPECT_EQ(refusal(TarBuilder().file("a", "x").hard_link("b", "a")), "criu's image: \"b\"" + refused);
  EXPECT_EQ(refusal(TarBuilder().file("a", "x").file("./a", "y")), "criu's image: \"./a\": the name occurs twice");
}

TEST_F(CriuImageTest, SparseFilesAreRefused) {
  const std::string sparse = "1\n1048576\n1\n";
  TarBuilder tar;
  tar.add({.name = "pages-1.img",
           .content = sparse + std::string(512 - sparse.size(), '\0') + "x",
           .pax = {{"GNU.sparse.major", "1"},
                   {"GNU.sparse.minor", "0"},
                   {"GNU.sparse.name", "pages-1.img"},
                   {"GNU.sparse.realsize", "9000000000"}}});
  EXPECT_EQ(refusal(tar), "criu's image: \"pages-1.img\": a sparse file");
}

}  // namespace
}  // namespace ctrbox::runtime
