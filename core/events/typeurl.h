// Which message a type url means.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

namespace google::protobuf {
class Message;
}

namespace ctrbox::core::events {

/// An empty message of the type that the url ends in; null if it is not known here. Of protobuf's own types only Struct
/// is: which others there are would depend on what is linked.
std::unique_ptr<google::protobuf::Message> new_message(const std::string& type_url);

/// From now on protobuf does not write to stderr what it thinks of bytes from outside: they are an error or shown as
/// they are. Thread: any.
void silence_protobuf();

}  // namespace ctrbox::core::events
