#include "runtime/shim/contract/account.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::runtime::shim::contract {
namespace {

using nlohmann::json;

constexpr const char* kFile = "ctrbox.json";
constexpr std::size_t kMaxBytes = 64 * 1024;

Account from_json(const json& value) {
  Account account;
  account.runtime = value.at("runtime");
  account.runtime_root = value.at("runtime_root");
  account.flags.systemd_cgroup = value.at("systemd_cgroup");
  account.init = {value.at("pid"), value.at("start_time")};
  if (value.contains("exit_status")) account.exit_status = value.at("exit_status");
  account.exited_at = value.value("exited_at", core::UnixNanos{0});
  return account;
}

}  // namespace

void write_account(int bundle, const Account& account) {
  json value = {{"runtime", account.runtime},
                {"runtime_root", account.runtime_root},
                {"systemd_cgroup", account.flags.systemd_cgroup},
                {"pid", account.init.pid},
                {"start_time", account.init.start_time}};
  if (account.exit_status) {
    value["exit_status"] = *account.exit_status;
    value["exited_at"] = account.exited_at;
  }
  core::write_file_atomically(bundle, kFile, value.dump(-1, ' ', false, json::error_handler_t::replace), 0600);
}

std::optional<Account> find_account(int bundle) {
  try {
    return from_json(json::parse(core::read_file(bundle, kFile, kMaxBytes)));
  } catch (const core::Error&) {
    return std::nullopt;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace ctrbox::runtime::shim::contract
