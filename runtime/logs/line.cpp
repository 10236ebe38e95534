#include "runtime/logs/line.h"

namespace ctrbox::runtime::logs {
namespace {

/// Takes the word up to the next blank, and the blank, off the front of `rest`.
std::optional<std::string_view> take_word(std::string_view& rest) {
  const auto blank = rest.find(' ');
  if (blank == rest.npos) return std::nullopt;
  const std::string_view word = rest.substr(0, blank);
  rest.remove_prefix(blank + 1);
  return word;
}

}  // namespace

std::optional<Piece> parse_line(std::string_view line) {
  const auto time_text = take_word(line);
  const auto stream = take_word(line);
  // Without text the tag is the last word, and some writers leave out the blank behind it.
  std::string_view tags = line;
  std::string_view text = line;
  if (const auto word = take_word(text)) {
    tags = *word;
  } else {
    text = {};
  }
  if (!time_text || !stream) return std::nullopt;
  const auto time = core::parse_time(*time_text);
  if (!time || (*stream != "stdout" && *stream != "stderr")) return std::nullopt;
  // Further tags may follow after colons.
  const std::string_view tag = tags.substr(0, tags.find(':'));
  if (tag != "F" && tag != "P") return std::nullopt;
  return Piece{*time, *stream == "stdout" ? Stream::out : Stream::err, tag == "F", std::string(text)};
}

}  // namespace ctrbox::runtime::logs
