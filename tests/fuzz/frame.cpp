// Bytes torn anywhere: ttrpc's frames and gRPC's messages come out as they would in one piece. The first byte chooses
// the decoder, the next few where the rest is torn.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/wire/frame.h"

#include <span>
#include <vector>

#include "property.h"
#include "runtime/grpc/message.h"

using namespace ctrbox;

namespace {

using Pieces = std::vector<std::string_view>;

/// All that can be seen of a decoder's work.
template <typename Unit>
struct Outcome {
  std::vector<Unit> units;
  std::string error;  // at which it stopped
  bool unfinished = false;
  bool operator==(const Outcome&) const = default;
};

Outcome<runtime::wire::Frame> decode_frames(const Pieces& pieces) {
  runtime::wire::FrameDecoder decoder;
  Outcome<runtime::wire::Frame> outcome;
  try {
    for (const std::string_view piece : pieces) {
      decoder.append(std::as_bytes(std::span(piece)));
      while (auto frame = decoder.next()) outcome.units.push_back(*std::move(frame));
    }
    outcome.unfinished = decoder.in_frame();
  } catch (const core::Error& error) {
    outcome.error = error.what();
  }
  return outcome;
}

Outcome<std::string> decode_messages(const Pieces& pieces) {
  runtime::grpc::MessageDecoder decoder;
  Outcome<std::string> outcome;
  const auto take = [&] {
    for (std::string& message : decoder.take()) outcome.units.push_back(std::move(message));
  };
  try {
    for (const std::string_view piece : pieces) {
      decoder.append(piece);
      take();
    }
    outcome.unfinished = decoder.in_message();
  } catch (const core::Error& error) {
    take();
    outcome.error = error.what();
  }
  return outcome;
}

using Sizes = std::vector<std::size_t>;

Sizes take_sizes(fuzz::Input& input) {
  Sizes sizes(input.take_byte() % 8);
  for (std::size_t& size : sizes) size = input.take_byte();
  return sizes;
}

/// The sizes are used in turn, so that a few of them tear all there is.
Pieces tear(fuzz::Input input, const Sizes& sizes) {
  constexpr std::size_t kMostPieces = 512;  // each of them is small work, or none at all
  Pieces pieces;
  for (std::size_t i = 0; !sizes.empty() && i < kMostPieces && !input.empty(); ++i)
    pieces.push_back(input.take(sizes[i % sizes.size()]));
  pieces.push_back(input.rest());
  return pieces;
}

void check_frames(std::string_view whole, const Pieces& pieces) {
  const auto outcome = decode_frames({whole});
  fuzz::require(outcome == decode_frames(pieces), "torn frames come out the same");
  std::string bytes;
  for (const auto& frame : outcome.units) runtime::wire::encode_frame(bytes, frame.stream, frame.type, frame.payload);
  auto expected = outcome.units;
  for (auto& frame : expected) frame.flags = 0;  // none are ever sent
  fuzz::require(decode_frames({bytes}).units == expected, "an encoded frame is decoded to the same");
}

void check_messages(std::string_view whole, const Pieces& pieces) {
  const auto outcome = decode_messages({whole});
  fuzz::require(outcome == decode_messages(pieces), "torn messages come out the same");
  std::string bytes;
  for (const std::string& message : outcome.units) runtime::grpc::append_message(bytes, message);
  fuzz::require(whole.starts_with(bytes), "encoded messages are the bytes that they came from");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const bool is_frame = input.take_byte() % 2 == 0;
  const Sizes sizes = take_sizes(input);
  (is_frame ? check_frames : check_messages)(input.rest(), tear(input, sizes));
  return 0;
}
