#include "core/oci/digest.h"

// The plain functions, not EVP: setting up EVP reads a configuration file and builds tables of every algorithm, which
// took half of the instructions of a short command. Both end in the same SHA-NI code.
#define OPENSSL_API_COMPAT 0x10100000L
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

/// Room for the state of any of them.
union Running {
  SHA256_CTX sha256;
  SHA512_CTX sha512;  // also of sha384
};

struct Algorithm {
  std::string_view name;
  std::size_t hex_digits;
  int (*begin)(Running&);
  int (*update)(Running&, const void* data, std::size_t size);
  int (*finish)(Running&, unsigned char* hash);
};

constexpr std::array<Algorithm, 3> kAlgorithms = {{
    {"sha256", 2 * SHA256_DIGEST_LENGTH, [](Running& r) { return SHA256_Init(&r.sha256); },
     [](Running& r, const void* data, std::size_t size) { return SHA256_Update(&r.sha256, data, size); },
     [](Running& r, unsigned char* hash) { return SHA256_Final(hash, &r.sha256); }},
    {"sha384", 2 * SHA384_DIGEST_LENGTH, [](Running& r) { return SHA384_Init(&r.sha512); },
     [](Running& r, const void* data, std::size_t size) { return SHA384_Update(&r.sha512, data, size); },
     [](Running& r, unsigned char* hash) { return SHA384_Final(hash, &r.sha512); }},
    {"sha512", 2 * SHA512_DIGEST_LENGTH, [](Running& r) { return SHA512_Init(&r.sha512); },
     [](Running& r, const void* data, std::size_t size) { return SHA512_Update(&r.sha512, data, size); },
     [](Running& r, unsigned char* hash) { return SHA512_Final(hash, &r.sha512); }},
}};

const Algorithm* find_algorithm(std::string_view name) noexcept {
  for (const Algorithm& algorithm : kAlgorithms)
    if (algorithm.name == name) return &algorithm;
  return nullptr;
}

bool is_lower_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_lower_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower_hex(c); });
}

std::string to_text(std::string_view algorithm, std::span<const unsigned char> hash) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string text(algorithm);
  text.reserve(text.size() + 1 + hash.size() * 2);
  text += ':';
  for (const unsigned char byte : hash) {
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 0xf];
  }
  return text;
}

}  // namespace

bool Digest::is_valid(std::string_view text) noexcept {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const Algorithm* algorithm = find_algorithm(text.substr(0, colon));
  const std::string_view hex = text.substr(colon + 1);
  return algorithm != nullptr && hex.size() == algorithm->hex_digits && is_lower_hex(hex);
}

Digest Digest::parse(std::string_view text) {
  const auto colon = text.find(':');
  // What comes from outside may be long: an error shows its start.
  constexpr std::size_t kShown = 160;
  const std::string shown = quoted(text.substr(0, kShown));
  if (colon == std::string_view::npos) throw invalid_argument("digest " + shown + " has no algorithm (sha256:…)");
  const Algorithm* algorithm = find_algorithm(text.substr(0, colon));
  if (algorithm == nullptr)
    throw invalid_argument("digest " + shown + " has an unknown algorithm; sha256, sha384 and sha512 are known");
  const std::string_view hex = text.substr(colon + 1);
  if (hex.size() != algorithm->hex_digits)
    throw invalid_argument("digest " + shown + " must have " + std::to_string(algorithm->hex_digits) +
                           " hex digits, not " + std::to_string(hex.size()));
  if (!is_lower_hex(hex)) throw invalid_argument("digest " + shown + " must be written in lower-case hex digits");
  return Digest(std::string(text));
}

Digest Digest::of(std::string_view bytes) {
  Hasher hasher;
  hasher.update(std::as_bytes(std::span(bytes.data(), bytes.size())));
  return hasher.finish();
}

std::string_view Digest::algorithm() const noexcept {
  return std::string_view(text_).substr(0, std::min(text_.find(':'), text_.size()));
}

std::string_view Digest::hex() const noexcept {
  const auto colon = text_.find(':');
  return colon == std::string::npos ? std::string_view() : std::string_view(text_).substr(colon + 1);
}

struct Hasher::State {
  const Algorithm* algorithm = nullptr;
  Running running;
};

Hasher::Hasher(std::string_view algorithm) : state_(std::make_unique<State>()) {
  state_->algorithm = find_algorithm(algorithm);
  if (state_->algorithm == nullptr) throw invalid_argument("unknown digest algorithm " + quoted(algorithm));
  if (state_->algorithm->begin(state_->running) != 1) throw internal("OpenSSL cannot start " + std::string(algorithm));
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::span<const std::byte> data) {
  if (!state_) throw internal("a hasher was used after its end");
  if (state_->algorithm->update(state_->running, data.data(), data.size()) != 1) throw internal("OpenSSL cannot hash");
}

Digest Hasher::finish() {
  if (!state_) throw internal("a hasher was used after its end");
  const std::unique_ptr<State> state = std::move(state_);
  std::array<unsigned char, SHA512_DIGEST_LENGTH> hash{};
  if (state->algorithm->finish(state->running, hash.data()) != 1) throw internal("OpenSSL cannot finish a hash");
  return Digest(to_text(state->algorithm->name, std::span(hash.data(), state->algorithm->hex_digits / 2)));
}

}  // namespace ctrbox::core
