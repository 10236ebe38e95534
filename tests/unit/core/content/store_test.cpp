#include "core/content/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core::content {
namespace {

namespace fs = std::filesystem;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/ctrbox-content-XXXXXX";
    directory_ = mkdtemp(pattern);
    paths_ = {directory_ + "/root", directory_ + "/state"};
    paths_.create();
  }
  void TearDown() override { fs::remove_all(directory_); }

  Store store() const { return Store(paths_); }
  std::string ingest_directory(const std::string& ref) const {
    return paths_.ingest() + "/" + std::string(Digest::of(ref).hex());
  }
  std::size_t count_ingests() const {
    const fs::directory_iterator all(paths_.ingest());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  static ErrorCode code_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.code();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorCode::internal;
  }

  std::string directory_;
  Paths paths_;
};

TEST_F(StoreTest, WhatWasWrittenIsReadBack) {
  const Digest digest = Digest::of("hello");
  EXPECT_FALSE(store().has_file(digest));
  store().write(digest, "hello");
  store().write(digest, "hello");
  EXPECT_TRUE(store().has_file(digest));
  EXPECT_EQ(store().read(digest, 5), "hello");
  struct stat status {};
  ASSERT_EQ(stat(paths_.blob(digest).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0444U);
  EXPECT_EQ(count_ingests(), 0U);
}

TEST_F(StoreTest, EmptyBlobIsABlob) {
  store().write(Digest::of(""), "");
  EXPECT_EQ(store().read(Digest::of(""), 0), "");
}

TEST_F(StoreTest, OtherAlgorithmsHaveDirectoriesOfTheirOwn) {
  Hasher hasher("sha512");
  hasher.update(bytes_of("hello"));
  const Digest digest = hasher.finish();
  store().write(digest, "hello");
  EXPECT_TRUE(fs::exists(directory_ + "/root/content/blobs/sha512/" + std::string(digest.hex())));
  EXPECT_EQ(store().read(digest, 100), "hello");
  EXPECT_NO_THROW(store().sync_blobs());
}

TEST_F(StoreTest, WrongBytesAreNotWritten) {
  const Digest digest = Digest::of("hello");
  EXPECT_EQ(code_of([&] { store().write(digest, "hullo"); }), ErrorCode::data_loss);
  EXPECT_FALSE(store().has_file(digest));
  EXPECT_EQ(count_ingests(), 0U);
}

TEST_F(StoreTest, ReadIsBoundedAndChecked) {
  const Digest digest = Digest::of("hello");
  EXPECT_EQ(code_of([&] { store().read(digest, 100); }), ErrorCode::not_found);
  store().write(digest, "hello");
  EXPECT_EQ(code_of([&] { store().read(digest, 4); }), ErrorCode::resource_exhausted);
  fs::permissions(paths_.blob(digest), fs::perms::owner_write, fs::perm_options::add);
  std::ofstream(paths_.blob(digest)) << "hullo";
  EXPECT_EQ(code_of([&] { store().read(digest, 100); }), ErrorCode::data_loss);
  store().write(digest, "hello");
  EXPECT_EQ(store().read(digest, 100), "hello");
}

TEST_F(StoreTest, LinkInTheBlobDirectoryIsNotFollowed) {
  const Digest digest = Digest::of("hello");
  std::ofstream(directory_ + "/outside") << "hello";
  fs::create_symlink(directory_ + "/outside", paths_.blob(digest));
  EXPECT_FALSE(store().has_file(digest));
  EXPECT_THROW(store().open(digest), Error);
}

TEST_F(StoreTest, IngestBecomesABlob) {
  Ingest ingest = store().begin("layer-1");
  EXPECT_EQ(ingest.offset(), 0);
  ingest.write(bytes_of("hel"));
  ingest.write(bytes_of("lo"));
  EXPECT_EQ(ingest.offset(), 5);
  std::ifstream ref(ingest_directory("layer-1") + "/ref");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(ref), {}), "layer-1");
  sync_file(ingest.fd(), "data");
  ingest.place(Digest::of("hello"));
  store().sync_blobs();
  EXPECT_EQ(store().read(Digest::of("hello"), 5), "hello");
  EXPECT_EQ(count_ingests(), 0U);
}

TEST_F(StoreTest, HeldClaimOutlivesThePlacing) {
  Ingest ingest = store().begin("layer-1");
  ingest.write(bytes_of("hello"));
  ingest.place_and_hold(Digest::of("hello"));
  EXPECT_EQ(store().read(Digest::of("hello"), 5), "hello");
  store().sweep_ingests();
  EXPECT_EQ(code_of([&] { store().begin("layer-1", [] { return true; }); }), ErrorCode::canceled);
  ingest.discard();
  EXPECT_EQ(count_ingests(), 0U);
}

TEST_F(StoreTest, RestartForgetsAllBytes) {
  Ingest ingest = store().begin("layer-1");
  ingest.write(bytes_of("garbage"));
  ingest.restart();
  EXPECT_EQ(ingest.offset(), 0);
  ingest.write(bytes_of("hello"));
  ingest.place(Digest::of("hello"));
  EXPECT_EQ(store().read(Digest::of("hello"), 5), "hello");
}

TEST_F(StoreTest, DroppedIngestIsBegunAgainFromNothing) {
  { store().begin("layer-1").write(bytes_of("partial")); }
  EXPECT_EQ(fs::file_size(ingest_directory("layer-1") + "/data"), 7U);
  Ingest again = store().begin("layer-1");
  EXPECT_EQ(again.offset(), 0);
  EXPECT_EQ(fs::file_size(ingest_directory("layer-1") + "/data"), 0U);
  again.discard();
  EXPECT_EQ(count_ingests(), 0U);
}

TEST_F(StoreTest, UnusablePartialsAreReplaced) {
  const std::string directory = ingest_directory("r");
  const auto clear = [&] { fs::remove_all(directory); };
  const std::vector<std::function<void()>> damages = {
      [&] { fs::create_directory(directory); },  // no data at all
      [&] { std::ofstream{directory}; },
      [&] { fs::create_symlink("/tmp", directory); },
      [&] { fs::create_directories(directory + "/data/more"); },
      [&] { fs::create_directories(directory + "/lock/more"); },
      [&] { fs::create_directory(directory), fs::create_symlink("/nowhere", directory + "/lock"); },
      [&] { fs::create_directory(directory), fs::create_symlink(directory_ + "/outside", directory + "/data"); },
      [&] { fs::create_directories(directory + "/ref"); },
      [&] { fs::create_directory(directory), mkfifo((directory + "/data").c_str(), 0600); },
      [&] {
        fs::create_directory(directory), std::ofstream{directory + "/data"}, chmod((directory + "/data").c_str(), 0444);
      },
  };
  std::ofstream(directory_ + "/outside") << "keep me";
  for (std::size_t i = 0; i < damages.size(); ++i) {
    clear();
    damages[i]();
    Ingest ingest = store().begin("r");
    ingest.write(bytes_of("hello"));
    ingest.place(Digest::of("hello"));
    EXPECT_EQ(store().read(Digest::of("hello"), 5), "hello") << "damage " << i;
    EXPECT_EQ(count_ingests(), 0U) << "damage " << i;
  }
  EXPECT_EQ(fs::file_size(directory_ + "/outside"), 7U);
}

TEST_F(StoreTest, SweepTakesTheDeadAndLeavesTheLiving) {
  { store().begin("dead").write(bytes_of("partial")); }
  std::ofstream(paths_.ingest() + "/stray");
  fs::create_directories(ingest_directory("dead") + ".0123/data");
  Ingest living = store().begin("living");
  living.write(bytes_of("hello"));
  store().sweep_ingests();
  EXPECT_EQ(count_ingests(), 1U);
  EXPECT_EQ(fs::file_size(ingest_directory("living") + "/data"), 5U);
  living.place(Digest::of("hello"));
  EXPECT_EQ(count_ingests(), 0U);
}

TEST_F(StoreTest, WaitingEndsWhenCancelled) {
  const Ingest holder = store().begin("r");
  int asked = 0;
  EXPECT_EQ(code_of([&] { store().begin("r", [&] { return ++asked == 2; }); }), ErrorCode::canceled);
  EXPECT_EQ(asked, 2);
}

TEST_F(StoreTest, MissingRootIsAnErrorAndNotALoop) {
  fs::remove_all(paths_.ingest());
  EXPECT_EQ(code_of([&] { store().begin("r"); }), ErrorCode::not_found);
}

class IngestRace : public StoreTest {
 protected:
  pid_t start(const std::function<int()>& child) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    int status = 99;
    try {
      status = child();
    } catch (const std::exception& error) {
      fprintf(stderr, "child: %s\n", error.what());
    }
    _exit(status);
  }
  static int wait_for(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
  }
};

TEST_F(IngestRace, NeverTwoHoldersWhateverEachDoesAtItsEnd) {
  constexpr int kProcesses = 8;
  constexpr unsigned kRounds = 25;
  const std::string marker = directory_ + "/held";
  std::vector<pid_t> children;
  for (unsigned k = 0; k < kProcesses; ++k) {
    children.push_back(start([&, k] {
      for (unsigned round = 0; round < kRounds; ++round) {
        Ingest ingest = store().begin("r");
        const int held = open(marker.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        if (held < 0) return 1;  // somebody else holds it too
        close(held);
        ingest.write(bytes_of("hello"));
        unlink(marker.c_str());
        if ((k + round) % 3 == 0) ingest.place(Digest::of("hello"));
        if ((k + round) % 3 == 1) ingest.discard();
        if ((k + round) % 5 == 2) store().sweep_ingests();
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(wait_for(child), 0);
  EXPECT_EQ(store().read(Digest::of("hello"), 5), "hello");
  store().sweep_ingests();
  EXPECT_EQ(count_ingests(), 0U);
}

TEST_F(IngestRace, KilledHolderMakesRoomForExactlyOne) {
  constexpr int kProcesses = 8;
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  std::set<pid_t> waiting;
  for (int k = 0; k < kProcesses; ++k) {
    waiting.insert(start([&] {
      Ingest ingest = store().begin("r");
      ingest.write(bytes_of("partial"));
      const pid_t self = getpid();
      if (write(writer.get(), &self, sizeof self) != sizeof self) return 1;
      while (true) pause();
    }));
  }
  writer.reset();
  while (!waiting.empty()) {
    pid_t holder = 0;
    ASSERT_EQ(read(reader.get(), &holder, sizeof holder), static_cast<ssize_t>(sizeof holder));
    ASSERT_EQ(waiting.erase(holder), 1U);
    pollfd more{reader.get(), POLLIN, 0};
    EXPECT_EQ(poll(&more, 1, 0) == 1 && (more.revents & POLLIN) != 0, false) << "two holders";
    ASSERT_EQ(kill(holder, SIGKILL), 0);
    EXPECT_TRUE(WIFSIGNALED(wait_for(holder)));
  }
  Ingest last = store().begin("r");
  EXPECT_EQ(last.offset(), 0);
  EXPECT_EQ(fs::file_size(ingest_directory("r") + "/data"), 0U);
}

TEST_F(IngestRace, ManyWritersOfOneBlobAllSucceed) {
  const std::string text(100'000, 'x');
  std::vector<pid_t> children;
  for (int k = 0; k < 8; ++k) {
    children.push_back(start([&] {
      store().write(Digest::of(text), text);
      return store().read(Digest::of(text), text.size()) == text ? 0 : 1;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(wait_for(child), 0);
  EXPECT_EQ(count_ingests(), 0U);
}

}  // namespace
}  // namespace ctrbox::core::content
