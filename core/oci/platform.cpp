#include "core/oci/platform.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

constexpr std::size_t kMaxComponentBytes = 64;

constexpr std::array<std::string_view, 15> kSystems = {"aix",    "android", "darwin", "dragonfly", "freebsd",
                                                       "hurd",   "illumos", "ios",    "js",        "linux",
                                                       "netbsd", "openbsd", "plan9",  "solaris",   "windows"};
constexpr std::array<std::string_view, 14> kArchitectures = {"386",     "amd64",   "arm",    "arm64",    "loong64",
                                                             "mips",    "mipsle",  "mips64", "mips64le", "ppc64",
                                                             "ppc64le", "riscv64", "s390x",  "wasm"};

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

void normalise_architecture(std::string& architecture, std::string& variant) {
  struct Spelling {
    std::string_view other, architecture, variant;
  };
  constexpr std::array<Spelling, 9> kSpellings = {{{"x86_64", "amd64", ""},
                                                   {"x86-64", "amd64", ""},
                                                   {"i386", "386", ""},
                                                   {"i486", "386", ""},
                                                   {"i586", "386", ""},
                                                   {"i686", "386", ""},
                                                   {"aarch64", "arm64", ""},
                                                   {"armhf", "arm", "v7"},
                                                   {"armel", "arm", "v6"}}};
  for (const Spelling& spelling : kSpellings) {
    if (architecture != spelling.other) continue;
    architecture = spelling.architecture;
    if (variant.empty()) variant = spelling.variant;
  }
}

/// One canonical variant for what means the same: amd64 = amd64/v1, arm = arm/v7, arm64 = arm64/v8.
void normalise_variant(const std::string& architecture, std::string& variant) {
  if (!variant.empty() && variant[0] >= '0' && variant[0] <= '9') variant.insert(0, "v");
  if (architecture == "amd64" && variant == "v1") variant.clear();
  if (architecture == "386") variant.clear();
  if (architecture == "arm" && variant.empty()) variant = "v7";
  if (architecture == "arm64" && (variant.empty() || variant == "v8.0")) variant = "v8";
  if (architecture == "arm64" && variant == "v9.0") variant = "v9";
}

Platform normalised(const Platform& platform) {
  Platform result{
      .os = lower(platform.os), .architecture = lower(platform.architecture), .variant = lower(platform.variant)};
  if (result.os == "macos") result.os = "darwin";
  normalise_architecture(result.architecture, result.variant);
  normalise_variant(result.architecture, result.variant);
  return result;
}

/// "v8.2" as 82, "v7" as 70, "" as `none`; std::nullopt for what is no version.
std::optional<int> level_of(std::string_view variant, int none) {
  if (variant.empty()) return none;
  const auto digit = [&](std::size_t i) { return variant[i] >= '0' && variant[i] <= '9'; };
  const bool whole = variant.size() == 2 && variant[0] == 'v' && digit(1);
  const bool with_fraction = variant.size() == 4 && variant[0] == 'v' && digit(1) && variant[2] == '.' && digit(3);
  if (!whole && !with_fraction) return std::nullopt;
  return (variant[1] - '0') * 10 + (with_fraction ? variant[3] - '0' : 0);
}

constexpr int kSame = 1000;     // less the distance between variants
constexpr int kNarrower = 500;  // 32-bit programs on a 64-bit machine: the last resort

/// The score of an architecture whose variants are versions, each running what was built for those below it.
int score_versions(int best, std::string_view wanted, std::string_view offered) {
  if (wanted == offered) return best;
  const std::optional<int> above = level_of(wanted, 10);
  const std::optional<int> below = level_of(offered, 10);
  if (!above || !below || *below > *above) return 0;
  return best - (*above - *below);
}

bool is_component(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !text.empty() && text.size() <= kMaxComponentBytes && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), allowed);
}

std::string architecture_of_this_program() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#elif defined(__arm__)
  return "arm";
#elif defined(__i386__)
  return "386";
#elif defined(__riscv) && __riscv_xlen == 64
  return "riscv64";
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  return "ppc64le";
#elif defined(__s390x__)
  return "s390x";
#elif defined(__loongarch64)
  return "loong64";
#else
#error "say what images call this architecture"
#endif
}

}  // namespace

Platform parse_platform(std::string_view text) {
  std::array<std::string, 3> parts;
  std::size_t count = 0;
  for (std::string_view rest = text; count < parts.size(); ++count) {
    const auto slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (!is_component(part) || (slash != std::string_view::npos && count + 1 == parts.size()))
      throw invalid_argument("platform " + quoted(text.substr(0, kMaxComponentBytes)) +
                             " must have the form os/architecture[/variant], as linux/arm64");
    parts[count] = part;
    if (slash == std::string_view::npos) {
      ++count;
      break;
    }
    rest.remove_prefix(slash + 1);
  }
  if (count > 1) return normalised({.os = parts[0], .architecture = parts[1], .variant = parts[2]});

  const Platform as_architecture = normalised({.os = "linux", .architecture = parts[0], .variant = {}});
  if (contains(kArchitectures, as_architecture.architecture)) return as_architecture;
  const Platform as_system = normalised({.os = parts[0], .architecture = host_platform().architecture, .variant = {}});
  if (contains(kSystems, as_system.os)) return as_system;
  throw invalid_argument("platform " + quoted(text) + " is neither a known operating system nor a known architecture");
}

Platform host_platform() {
  return normalised({.os = "linux", .architecture = architecture_of_this_program(), .variant = {}});
}

std::string to_string(const Platform& platform) {
  std::string text = platform.os + "/" + platform.architecture;
  if (!platform.variant.empty()) text += "/" + platform.variant;
  return text;
}

int match_score(const Platform& wanted, const Platform& offered) {
  const Platform want = normalised(wanted);
  const Platform offer = normalised(offered);
  if (want.os.empty() || want.architecture.empty() || want.os != offer.os) return 0;
  if (want.architecture == offer.architecture) return score_versions(kSame, want.variant, offer.variant);
  if (want.architecture == "amd64" && offer.architecture == "386") return kNarrower;
  if (want.architecture == "arm64" && offer.architecture == "arm")
    return score_versions(kNarrower, "v8", offer.variant);
  return 0;
}

}  // namespace ctrbox::core
