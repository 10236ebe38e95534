#include "runtime/daemon/events_service.h"

#include <charconv>

#include "core/namespaces/namespaces.h"
#include "events_service.pb.h"

namespace ctrbox::runtime::daemon {
namespace {

namespace messages = ctrbox::wire;

constexpr const char* kService = "/containerd.services.events.v1.Events/";
constexpr const char* kShimService = "containerd.services.events.ttrpc.v1.Events";
constexpr const char* kNamespaceHeader = "containerd-namespace";
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kMaxSeconds = INT64_MAX / kNanosPerSecond - 1;

core::events::Event event_of(const std::string& topic, const messages::Any& payload) {
  core::events::Event event;
  event.topic = topic;
  event.type_url = payload.type_url();
  event.value = payload.value();
  return event;
}

std::string published_namespace(const grpc::Request& request) {
  const std::string ns = request.metadata_value(kNamespaceHeader);
  if (ns.empty()) throw core::failed_precondition("namespace is required: failed precondition");
  core::with_context("namespace validation", [&] { core::namespaces::check_name(ns); });
  return ns;
}

core::UnixNanos forwarded_time(const messages::Envelope& envelope) {
  const messages::Timestamp& time = envelope.timestamp();
  if (time.seconds() == 0 && time.nanos() == 0)
    throw core::invalid_argument("timestamp must be set on forwarded event: invalid argument");
  if (time.seconds() > kMaxSeconds || time.seconds() < -kMaxSeconds || time.nanos() < 0 ||
      time.nanos() >= kNanosPerSecond)
    throw core::invalid_argument("timestamp of forwarded event is out of range: invalid argument");
  return wire::to_time(time);
}

std::int64_t parse_sequence(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0)
    throw core::invalid_argument(std::string(kAfterSequence) + " is no sequence: " + core::quoted(text));
  return value;
}

template <typename Reply>
Publisher::Done answer_to(const Reply& reply) {
  return [reply](const std::optional<core::Error>& error) {
    if (error) {
      reply.fail(*error);
    } else {
      reply.send(messages::Empty());
    }
  };
}

}  // namespace

EventsService::EventsService(state::Database& database, Publisher& publisher)
    : database_(database), publisher_(publisher), tail_(database) {}

void EventsService::add_methods(grpc::Methods& methods) {
  const std::string service = kService;
  methods.add(service + "Publish", grpc::UnaryHandler([this](const auto& request, const auto& reply) {
                core::with_context("failed publishing event", [&] { publish(request, reply); });
              }));
  methods.add(service + "Forward",
              grpc::UnaryHandler([this](const auto& request, const auto& reply) { forward(request.message, reply); }));
  methods.add(service + "Subscribe", grpc::StreamHandler([this](const auto& request) { return subscribe(request); }));
}

void EventsService::call(const messages::Request& request, const ttrpc::Reply& reply) {
  if (request.service() != kShimService || request.method() != "Forward")
    throw core::not_implemented("/" + request.service() + "/" + request.method() + " is not served here");
  forward(request.payload(), reply);
}

void EventsService::publish(const grpc::Request& request, const grpc::Reply& reply) {
  messages::PublishRequest message;
  request.parse(message);
  core::events::Event event = event_of(message.topic(), message.event());
  event.ns = published_namespace(request);
  event.timestamp = core::now_ns();
  core::events::check_event(event);
  publisher_.publish(std::move(event), answer_to(reply));
}

template <typename Reply>
void EventsService::forward(const std::string& bytes, const Reply& reply) {
  messages::ForwardRequest message;
  wire::parse(message, bytes);
  if (!message.has_envelope()) throw core::invalid_argument("forward of no envelope");
  core::events::Event event = event_of(message.envelope().topic(), message.envelope().event());
  event.ns = message.envelope().namespace_();
  core::with_context("event envelope has invalid namespace", [&] { core::namespaces::check_name(event.ns); });
  core::events::check_event(event);
  event.timestamp = forwarded_time(message.envelope());
  publisher_.publish(std::move(event), answer_to(reply));
}

std::unique_ptr<grpc::MessageSource> EventsService::subscribe(const grpc::Request& request) {
  messages::SubscribeRequest message;
  request.parse(message);
  core::Filter filter = core::with_context("subscription error: failed parsing subscription filters", [&] {
    return core::Filter::parse({message.filters().begin(), message.filters().end()});
  });
  const std::string after = request.metadata_value(kAfterSequence);
  const std::int64_t start = after.empty() ? core::events::last_sequence(database_) : parse_sequence(after);
  return std::make_unique<Subscription>(tail_, std::move(filter), start);
}

}  // namespace ctrbox::runtime::daemon
