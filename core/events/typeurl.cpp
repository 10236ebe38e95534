#include "core/events/typeurl.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

namespace ctrbox::core::events {

std::unique_ptr<google::protobuf::Message> new_message(const std::string& type_url) {
  namespace pb = google::protobuf;
  const std::string name = type_url.substr(type_url.find_last_of('/') + 1);
  if (name.starts_with("google.protobuf.") && name != "google.protobuf.Struct") return nullptr;
  const pb::Descriptor* type = pb::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type == nullptr) return nullptr;
  return std::unique_ptr<pb::Message>(pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

void silence_protobuf() {
  static const auto before = google::protobuf::SetLogHandler(nullptr);
  static_cast<void>(before);
}

}  // namespace ctrbox::core::events
