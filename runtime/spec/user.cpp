#include "runtime/spec/user.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

// What runc takes; beyond lie the values that mean "no change" and "overflow".
constexpr std::uint32_t kMaxId = 2147483647;

struct PasswdEntry {
  std::string_view name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string_view home;
};

struct GroupEntry {
  std::string_view name;
  std::uint32_t gid = 0;
  std::string_view members;
};

std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id > kMaxId) return std::nullopt;
  return id;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Takes the text up to `separator` off the front of `rest`.
std::string_view take(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const std::string_view head = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return head;
}

std::optional<PasswdEntry> parse_passwd_line(std::string_view line) {
  std::array<std::string_view, 6> field;  // name, password, uid, gid, comment, home
  for (auto& value : field) value = take(line, ':');
  const auto uid = parse_id(field[2]);
  const auto gid = parse_id(field[3]);
  if (field[0].empty() || !uid || !gid) return std::nullopt;
  return PasswdEntry{field[0], *uid, *gid, field[5]};
}

std::optional<GroupEntry> parse_group_line(std::string_view line) {
  std::array<std::string_view, 4> field;  // name, password, gid, members
  for (auto& value : field) value = take(line, ':');
  const auto gid = parse_id(field[2]);
  if (field[0].empty() || !gid) return std::nullopt;
  return GroupEntry{field[0], *gid, field[3]};
}

// Calls `visit` with each good entry until it returns true.
template <typename Parse, typename Visit>
void for_each_entry(std::string_view text, Parse parse, Visit visit) {
  while (!text.empty()) {
    std::string_view line = take(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto entry = parse(line);
    if (entry && visit(*entry)) return;
  }
}

bool lists_member(std::string_view members, std::string_view name) {
  while (!members.empty()) {
    if (take(members, ',') == name) return true;
  }
  return false;
}

std::uint32_t require_id(std::string_view text, const char* what) {
  const auto id = parse_id(text);
  if (!id) {
    throw core::invalid_argument(std::string(what) + " " + core::quoted(text) + " is out of range: 0 to " +
                                 std::to_string(kMaxId));
  }
  return *id;
}

std::optional<PasswdEntry> find_user(std::string_view passwd, std::string_view wanted) {
  std::optional<std::uint32_t> uid;
  if (is_number(wanted)) uid = require_id(wanted, "user id");
  std::optional<PasswdEntry> found;
  for_each_entry(passwd, parse_passwd_line, [&](const PasswdEntry& entry) {
    if (uid ? entry.uid == *uid : entry.name == wanted) found = entry;
    return found.has_value();
  });
  if (!found && uid) return PasswdEntry{"", *uid, 0, ""};
  return found;
}

std::uint32_t find_group(std::string_view group_file, std::string_view wanted) {
  if (is_number(wanted)) return require_id(wanted, "group id");
  std::optional<std::uint32_t> gid;
  for_each_entry(group_file, parse_group_line, [&](const GroupEntry& entry) {
    if (entry.name == wanted) gid = entry.gid;
    return gid.has_value();
  });
  if (!gid) throw core::invalid_argument("group " + core::quoted(wanted) + " not found in the image's /etc/group");
  return *gid;
}

void add_memberships(User& user, std::string_view group_file, std::string_view name) {
  if (name.empty()) return;
  for_each_entry(group_file, parse_group_line, [&](const GroupEntry& entry) {
    auto& gids = user.additional_gids;
    if (lists_member(entry.members, name) && std::find(gids.begin(), gids.end(), entry.gid) == gids.end())
      gids.push_back(entry.gid);
    return gids.size() >= kMaxGroups;
  });
}

}  // namespace

User resolve_user(const std::string& text, const RootFileReader& read_file) {
  std::string_view group = text;
  std::string_view name = take(group, ':');
  if (group.find(':') != std::string_view::npos)
    throw core::invalid_argument("invalid user " + core::quoted(text) + ": expected user or user:group");
  if (name.empty()) name = "0";

  const std::string passwd = read_file("etc/passwd").value_or("");
  const std::string group_file = read_file("etc/group").value_or("");
  const auto entry = find_user(passwd, name);
  if (!entry) throw core::invalid_argument("user " + core::quoted(name) + " not found in the image's /etc/passwd");

  User user;
  user.uid = entry->uid;
  user.gid = group.empty() ? entry->gid : find_group(group_file, group);
  user.additional_gids = {user.gid};
  if (group.empty()) add_memberships(user, group_file, entry->name);
  if (entry->home.starts_with('/')) user.home = entry->home;
  return user;
}

}  // namespace ctrbox::runtime
