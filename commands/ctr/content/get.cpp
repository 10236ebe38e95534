#include <array>
#include <memory>

#include "commands/context.h"
#include "commands/ctr/content/content.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "core/content/content.h"
#include "core/content/store.h"
#include "core/sys/file.h"

namespace ctrbox::commands {
namespace {

constexpr std::size_t kMinPrefix = 4;
constexpr std::size_t kChunk = 256 * 1024;

/// The blob of the namespace whose digest, or its hexadecimal part, begins with `typed`.
core::Digest find_digest(Context& context, const std::string& typed) {
  if (core::Digest::is_valid(typed))
    return core::content::get(context.database(), context.ns(), core::Digest::parse(typed)).digest;
  const std::string prefix = typed.find(':') == std::string::npos ? "sha256:" + typed : typed;
  if (prefix.size() < std::string_view("sha256:").size() + kMinPrefix)
    throw core::invalid_argument("digest " + core::quoted(typed) + " is too short to tell blobs apart");
  core::Digest found;
  for (const auto& blob : core::content::list(context.database(), context.ns(), {})) {
    if (!blob.digest.text().starts_with(prefix)) continue;
    if (!found.empty()) throw core::invalid_argument("digest " + core::quoted(typed) + " is the beginning of several");
    found = blob.digest;
  }
  if (found.empty()) throw core::not_found("content digest " + typed + ": not found");
  return found;
}

/// Writes the bytes out and checks them on their way: a damaged blob is an error, though its bytes are gone by then.
void stream(Context& context, const core::Digest& digest) {
  const core::Fd file = core::content::Store(context.paths()).open(digest);
  core::Hasher hasher(digest.algorithm());
  std::vector<std::byte> chunk(kChunk);
  while (const std::size_t size = core::read_some(file.get(), chunk)) {
    if (Context::cancelled()) throw core::canceled("interrupted");
    hasher.update(std::span(chunk).first(size));
    context.out().write(reinterpret_cast<const char*>(chunk.data()), static_cast<std::streamsize>(size));
    if (!context.out()) return;  // told at the end, by whoever owns the stream
  }
  if (hasher.finish() != digest) throw core::data_loss("the bytes of " + digest.text() + " are damaged on disk");
}

}  // namespace

Action declare_content_get(CLI::App& app) {
  auto typed = std::make_shared<std::string>();
  add_positional(app, "DIGEST", *typed, "digest of the blob, or a beginning that only one has");
  return [typed](Context& context) {
    stream(context, find_digest(context, *typed));
    return 0;
  };
}

}  // namespace ctrbox::commands
