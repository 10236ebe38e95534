#include "core/oci/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

struct Algorithm {
  std::string_view name;
  std::size_t hex_digits;
  const char* openssl_name;
};

constexpr std::array<Algorithm, 3> kAlgorithms = {{
    {"sha256", 64, "SHA256"},
    {"sha384", 96, "SHA384"},
    {"sha512", 128, "SHA512"},
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

/// Fetched once: a fetch takes locks inside OpenSSL and costs as much as hashing a small blob. Kept until exit on
/// purpose.
const EVP_MD* implementation_of(const Algorithm& algorithm) {
  static const std::array<EVP_MD*, kAlgorithms.size()> fetched = [] {
    std::array<EVP_MD*, kAlgorithms.size()> methods{};
    for (std::size_t i = 0; i < kAlgorithms.size(); ++i)
      methods[i] = EVP_MD_fetch(nullptr, kAlgorithms[i].openssl_name, nullptr);
    return methods;
  }();
  const EVP_MD* method = fetched[static_cast<std::size_t>(&algorithm - kAlgorithms.data())];
  if (method == nullptr) throw not_implemented("this system's OpenSSL has no " + std::string(algorithm.name));
  return method;
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

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

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
  std::unique_ptr<EVP_MD_CTX, FreeContext> context;
};

Hasher::Hasher(std::string_view algorithm) : state_(std::make_unique<State>()) {
  state_->algorithm = find_algorithm(algorithm);
  if (state_->algorithm == nullptr) throw invalid_argument("unknown digest algorithm " + quoted(algorithm));
  state_->context.reset(EVP_MD_CTX_new());
  if (!state_->context) throw resource_exhausted("out of memory");
  if (EVP_DigestInit_ex2(state_->context.get(), implementation_of(*state_->algorithm), nullptr) != 1)
    throw internal("OpenSSL cannot start " + std::string(algorithm));
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::span<const std::byte> data) {
  if (!state_) throw internal("a hasher was used after its end");
  if (EVP_DigestUpdate(state_->context.get(), data.data(), data.size()) != 1) throw internal("OpenSSL cannot hash");
}

Digest Hasher::finish() {
  if (!state_) throw internal("a hasher was used after its end");
  const std::unique_ptr<State> state = std::move(state_);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(state->context.get(), hash.data(), &size) != 1) throw internal("OpenSSL cannot finish a hash");
  return Digest(to_text(state->algorithm->name, std::span(hash.data(), size)));
}

}  // namespace ctrbox::core
