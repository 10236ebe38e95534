#include "runtime/checkpoint/criu_image.h"

#include <string>

#include "core/archive/tar_reader.h"
#include "core/base/error.h"
#include "core/sys/fd.h"
#include "core/sys/node.h"

namespace ctrbox::runtime {
namespace {

namespace archive = core::archive;

constexpr std::size_t kMaxFiles = 1 << 20;

/// Throws unless the entry is a file of the directory itself.
std::string plain_name(const archive::TarEntry& entry) {
  std::string name = entry.path;
  if (name.starts_with("./")) name.erase(0, 2);
  const bool plain = !name.empty() && name != "." && name != ".." && name.find('/') == name.npos;
  if (entry.type != archive::EntryType::file || !plain) throw core::invalid_argument("not a plain file");
  return name;
}

void write_file(archive::TarReader& reader, const archive::TarEntry& entry, int directory) {
  const core::Fd file = core::node::create_file(directory, plain_name(entry), 0600);
  if (!file) throw core::invalid_argument("the name occurs twice");
  // A hole would let a few bytes ask for any amount of what criu reads into memory.
  std::int64_t end = 0;
  while (const auto run = reader.data()) {
    if (run->offset != end) throw core::invalid_argument("a sparse file");
    core::node::write_at(file.get(), run->bytes, run->offset);
    end += static_cast<std::int64_t>(run->bytes.size());
  }
  if (end != entry.size) throw core::invalid_argument("a sparse file");
}

}  // namespace

void unpack_criu_image(core::ByteSource& tar, int directory) {
  archive::TarReader reader(tar);
  std::size_t files = 0;
  while (const archive::TarEntry* entry = reader.next()) {
    if (entry->type == archive::EntryType::directory && (entry->path == "./" || entry->path == ".")) continue;
    core::with_context("criu's image: " + core::quoted(entry->path), [&] {
      if (++files > kMaxFiles) throw core::resource_exhausted("too many files");
      write_file(reader, *entry, directory);
    });
  }
  reader.drain();
}

}  // namespace ctrbox::runtime
