#include "runtime/daemon/about_service.h"

#include <unistd.h>

#include <optional>

#include "about_services.pb.h"
#include "core/base/ids.h"
#include "core/config/settings.h"
#include "core/filters/filter.h"
#include "core/oci/platform.h"
#include "core/sys/process.h"
#include "state/transaction.h"

namespace ctrbox::runtime::daemon {
namespace {

namespace messages = ctrbox::wire;

/// What there is of containerd's plugins, under its names.
struct PluginRow {
  std::string_view type;
  std::string_view id;
  bool has_platform;
};
constexpr PluginRow kPlugins[] = {
    {"io.containerd.content.v1", "content", false},      {"io.containerd.snapshotter.v1", "native", true},
    {"io.containerd.snapshotter.v1", "overlayfs", true}, {"io.containerd.grpc.v1", "events", false},
    {"io.containerd.grpc.v1", "healthcheck", false},     {"io.containerd.grpc.v1", "introspection", false},
    {"io.containerd.grpc.v1", "version", false},
};

std::optional<std::string> field_of(const PluginRow& row, const std::vector<std::string>& path) {
  if (path == std::vector<std::string>{"type"}) return std::string(row.type);
  if (path == std::vector<std::string>{"id"}) return std::string(row.id);
  return std::nullopt;
}

void add_plugin(messages::PluginsResponse& response, const PluginRow& row) {
  messages::Plugin& plugin = *response.add_plugins();
  plugin.set_type(std::string(row.type));
  plugin.set_id(std::string(row.id));
  if (!row.has_platform) return;
  const core::Platform host = core::host_platform();
  messages::Platform& platform = *plugin.add_platforms();
  platform.set_os(host.os);
  platform.set_architecture(host.architecture);
  platform.set_variant(host.variant);
}

/// A random UUID (RFC 9562, version 4).
std::string new_uuid() {
  std::string hex = core::random_hex(16);
  hex[12] = '4';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  for (const std::size_t place : {20U, 16U, 12U, 8U}) hex.insert(place, "-");
  return hex;
}

/// A health check that is watched: one answer, and then nothing, since nothing changes while we live.
class HealthWatch : public grpc::MessageSource {
 public:
  explicit HealthWatch(std::string answer) : answer_(std::move(answer)) {}
  std::optional<std::string> next() override { return std::exchange(answer_, std::nullopt); }

 private:
  std::optional<std::string> answer_;
};

}  // namespace

std::string host_id(state::Database& database) {
  if (auto id = core::find_setting(database, core::kHostId)) return *std::move(id);
  std::string id;
  database.write(state::Durability::full, [&](state::Transaction& tx) {
    id = core::find_setting(tx.database(), core::kHostId).value_or(new_uuid());
    core::put_setting(tx, core::kHostId, id);
  });
  return id;
}

void AboutService::add_methods(grpc::Methods& methods) {
  methods.add("/containerd.services.version.v1.Version/Version",
              grpc::UnaryHandler([this](const auto&, const auto& reply) { version(reply); }));
  const std::string introspection = "/containerd.services.introspection.v1.Introspection/";
  methods.add(introspection + "Server", grpc::UnaryHandler([this](const auto&, const auto& reply) { server(reply); }));
  methods.add(introspection + "Plugins",
              grpc::UnaryHandler([this](const auto& request, const auto& reply) { plugins(request, reply); }));
  methods.add("/grpc.health.v1.Health/Check",
              grpc::UnaryHandler([this](const auto& request, const auto& reply) { check_health(request, reply); }));
  methods.add("/grpc.health.v1.Health/Watch", grpc::StreamHandler([this](const auto& request) {
                messages::HealthCheckResponse response;
                response.set_status(is_served(request) ? messages::HealthCheckResponse::SERVING
                                                       : messages::HealthCheckResponse::SERVICE_UNKNOWN);
                return std::make_unique<HealthWatch>(response.SerializeAsString());
              }));
}

void AboutService::version(const grpc::Reply& reply) const {
  messages::VersionResponse response;
  response.set_version(build_.version);
  response.set_revision(build_.revision);
  reply.send(response);
}

void AboutService::server(const grpc::Reply& reply) const {
  messages::ServerResponse response;
  response.set_uuid(host_id_);
  response.set_pid(static_cast<std::uint64_t>(getpid()));
  response.set_pidns(core::pid_namespace());
  reply.send(response);
}

void AboutService::plugins(const grpc::Request& request, const grpc::Reply& reply) const {
  messages::PluginsRequest message;
  request.parse(message);
  const core::Filter filter = core::Filter::parse({message.filters().begin(), message.filters().end()});
  messages::PluginsResponse response;
  for (const PluginRow& row : kPlugins)
    if (filter.matches([&](const std::vector<std::string>& path) { return field_of(row, path); }))
      add_plugin(response, row);
  reply.send(response);
}

bool AboutService::is_served(const grpc::Request& request) const {
  messages::HealthCheckRequest message;
  request.parse(message);
  return message.service().empty() || services_->has_service(message.service());
}

void AboutService::check_health(const grpc::Request& request, const grpc::Reply& reply) const {
  if (!is_served(request)) throw core::not_found("unknown service");
  messages::HealthCheckResponse response;
  response.set_status(messages::HealthCheckResponse::SERVING);
  reply.send(response);
}

}  // namespace ctrbox::runtime::daemon
