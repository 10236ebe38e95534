#include "core/content/store.h"

#include <fcntl.h>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core::content {
namespace {

void check_digest(const Digest& digest, std::string_view bytes) {
  Hasher hasher(digest.algorithm());
  hasher.update(std::as_bytes(std::span(bytes.data(), bytes.size())));
  const Digest actual = hasher.finish();
  if (actual != digest) throw data_loss("unexpected digest: " + digest.text() + " != " + actual.text());
}

void check_not_empty(const Digest& digest) {
  if (digest.empty()) throw invalid_argument("an empty digest names no content");
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

void sync_directory(const std::string& path) { sync_file(open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY).get(), path); }

}  // namespace

Fd Store::open(const Digest& digest) const {
  check_not_empty(digest);
  auto file = find_at(AT_FDCWD, paths_.blob(digest), O_RDONLY | O_NOFOLLOW);
  if (!file) throw not_found("content digest " + digest.text() + ": not found");
  return *std::move(file);
}

bool Store::has_file(const Digest& digest) const {
  check_not_empty(digest);
  const auto status = find_status(AT_FDCWD, paths_.blob(digest));
  return status && S_ISREG(status->st_mode);
}

std::string Store::read(const Digest& digest, std::size_t max_bytes) const {
  std::string bytes = read_all(open(digest).get(), max_bytes, "content " + digest.text());
  with_context("content " + digest.text(), [&] { check_digest(digest, bytes); });
  return bytes;
}

bool Store::holds(const Digest& digest, std::string_view bytes) const {
  const auto file = find_at(AT_FDCWD, paths_.blob(digest), O_RDONLY | O_NOFOLLOW);
  if (!file || status_of(file->get()).st_size != static_cast<off_t>(bytes.size())) return false;
  return read_all(file->get(), bytes.size(), digest.text()) == bytes;
}

void Store::write(const Digest& digest, std::string_view bytes) const {
  check_not_empty(digest);
  with_context("content " + digest.text(), [&] {
    check_digest(digest, bytes);
    if (!holds(digest, bytes)) {
      // A ref of its own, so that who has an ingest of the same blob open does not wait for himself.
      Ingest ingest = begin("write-" + digest.text());
      if (holds(digest, bytes)) {  // somebody else has written it while we waited
        ingest.discard();
      } else {
        ingest.write(std::as_bytes(std::span(bytes.data(), bytes.size())));
        sync_file(ingest.fd(), ingest.ref());
        ingest.place(digest);
      }
    }
    // Also when it was there: whoever renamed it may have died before this.
    sync_directory(parent_of(paths_.blob(digest)));
  });
}

void Store::sync_blobs() const {
  const std::string blobs = parent_of(paths_.blobs());
  const Fd directory = open_at(AT_FDCWD, blobs, O_RDONLY | O_DIRECTORY);
  for (const std::string& algorithm : list_directory(directory.get())) sync_directory(blobs + "/" + algorithm);
}

}  // namespace ctrbox::core::content
