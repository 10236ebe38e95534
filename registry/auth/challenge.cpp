#include "registry/auth/challenge.h"

#include <cctype>
#include <optional>

namespace ctrbox::registry::auth {
namespace {

bool is_token_character(char c) noexcept {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const noexcept { return position_ >= text_.size(); }
  std::size_t position() const noexcept { return position_; }
  void go_back(std::size_t position) noexcept { position_ = position; }

  void skip_space() {
    while (!at_end() && (text_[position_] == ' ' || text_[position_] == '\t')) ++position_;
  }
  void skip_commas() {
    skip_space();
    while (take(',')) skip_space();
  }
  bool take(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  std::string token() {
    const std::size_t start = position_;
    while (!at_end() && is_token_character(text_[position_])) ++position_;
    return std::string(text_.substr(start, position_ - start));
  }
  /// The single opaque value of schemes such as Negotiate.
  void skip_token68() {
    while (!at_end() && text_[position_] != ',' && text_[position_] != ' ') ++position_;
  }
  std::optional<std::string> quoted_string() {
    if (!take('"')) return std::nullopt;
    std::string value;
    while (!at_end()) {
      char c = text_[position_++];
      if (c == '"') return value;
      if (c == '\\') {
        if (at_end()) return std::nullopt;
        c = text_[position_++];
      }
      value.push_back(c);
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

enum class Read { parameter, none, damaged };

/// `name = value`; leaves the scanner where it was if the next thing is no parameter but, say, the next scheme.
Read read_parameter(Scanner& scanner, Challenge& challenge) {
  const std::size_t start = scanner.position();
  std::string name = lower(scanner.token());
  scanner.skip_space();
  if (name.empty() || !scanner.take('=')) {
    scanner.go_back(start);
    return Read::none;
  }
  scanner.skip_space();
  std::optional<std::string> value = scanner.quoted_string();
  if (!value) {
    value = scanner.token();
    if (value->empty()) return Read::damaged;
  }
  if (challenge.parameters.size() >= kMaxChallengeParameters) return Read::damaged;
  challenge.parameters.emplace(std::move(name), std::move(*value));
  return Read::parameter;
}

/// What follows the scheme up to the next one. False when the text stopped making sense.
bool read_parameters(Scanner& scanner, Challenge& challenge) {
  scanner.skip_space();
  if (scanner.at_end() || scanner.take(',')) return true;
  const std::size_t start = scanner.position();
  if (read_parameter(scanner, challenge) != Read::parameter) {
    scanner.go_back(start);
    scanner.skip_token68();
    return true;
  }
  while (true) {
    scanner.skip_commas();
    switch (read_parameter(scanner, challenge)) {
      case Read::parameter: break;
      case Read::damaged: return false;
      case Read::none: return true;
    }
  }
}

}  // namespace

std::string Challenge::parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

std::vector<Challenge> parse_challenges(std::string_view value) {
  std::vector<Challenge> challenges;
  Scanner scanner(value.substr(0, kMaxChallengeBytes));
  while (challenges.size() < kMaxChallenges) {
    scanner.skip_commas();
    Challenge challenge;
    challenge.scheme = lower(scanner.token());
    if (challenge.scheme.empty()) break;
    const bool sound = read_parameters(scanner, challenge);
    challenges.push_back(std::move(challenge));
    if (!sound) break;
  }
  return challenges;
}

}  // namespace ctrbox::registry::auth
