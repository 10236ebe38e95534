#include "registry/transfer/layer_pipeline.h"

#include <gtest/gtest.h>

#include <string>

namespace ctrbox::registry::transfer {
namespace {

/// Larger than all queues together, so that stages really wait for each other.
const std::string& long_text() {
  static const std::string text(16 * kBufferBytes + 5, 'x');
  return text;
}

LayerJob job_for(const std::string& sent, const std::string& described, std::string* applied) {
  LayerJob job;
  job.descriptor.digest = core::Digest::of(described);
  job.descriptor.size = static_cast<std::int64_t>(described.size());
  job.diff_id = core::Digest::of(described);
  job.receive = [&sent](const Deliver& deliver) { deliver(std::as_bytes(std::span(sent))); };
  job.apply = [applied](core::ByteSource& tar) {
    for (auto bytes = tar.next(); !bytes.empty(); bytes = tar.next())
      applied->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  return job;
}

std::string error_of(LayerJob job) {
  BufferPool pool;
  LayerPipeline pipeline(std::move(job), pool, {});
  try {
    pipeline.run();
  } catch (const core::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(LayerPipeline, EveryByteArrives) {
  std::string applied;
  EXPECT_EQ(error_of(job_for(long_text(), long_text(), &applied)), "no error");
  EXPECT_EQ(applied, long_text());
}

TEST(LayerPipeline, BytesNobodyReadCountForTheDiffId) {
  std::string applied;
  LayerJob job = job_for(long_text(), long_text(), &applied);
  job.apply = [](core::ByteSource& tar) { tar.next(); };
  EXPECT_EQ(error_of(std::move(job)), "no error");
}

TEST(LayerPipeline, WrongBytesAreNamedAsSuch) {
  std::string applied;
  const std::string other = long_text() + "y";
  const std::string expected =
      "unexpected digest: " + core::Digest::of(other).text() + " instead of " + core::Digest::of(long_text()).text();
  EXPECT_EQ(error_of(job_for(other, long_text(), &applied)), expected);
  LayerJob failing = job_for(other, long_text(), &applied);
  failing.apply = [](core::ByteSource&) { throw core::invalid_argument("no tar"); };
  EXPECT_EQ(error_of(std::move(failing)), expected);
}

TEST(LayerPipeline, WrongDiffIdIsTheLayersFault) {
  std::string applied;
  LayerJob job = job_for(long_text(), long_text(), &applied);
  job.diff_id = core::Digest::of("something else");
  EXPECT_EQ(error_of(std::move(job)),
            "wrong diff id calculated on extraction \"" + core::Digest::of(long_text()).text() + "\"");
}

TEST(LayerPipeline, ErrorOfApplyIsTheOneTold) {
  std::string applied;
  for (const core::Error& cause :
       {core::invalid_argument("bad entry"), core::resource_exhausted("no space left on device")}) {
    LayerJob job = job_for(long_text(), long_text(), &applied);
    job.apply = [&](core::ByteSource& tar) {
      tar.next();
      throw cause;
    };
    EXPECT_EQ(error_of(std::move(job)), cause.what());
  }
}

TEST(LayerPipeline, ErrorOfReceiveIsTheOneTold) {
  std::string applied;
  LayerJob job = job_for(long_text(), long_text(), &applied);
  job.receive = [](const Deliver& deliver) {
    deliver(std::as_bytes(std::span("abc", 3)));
    throw core::unavailable("connection reset");
  };
  EXPECT_EQ(error_of(std::move(job)), "connection reset");
}

TEST(LayerPipeline, ARequestToStopEndsAllStages) {
  std::stop_source stop;
  BufferPool pool;
  std::string applied;
  LayerJob job = job_for(long_text(), long_text(), &applied);
  job.apply = [&](core::ByteSource& tar) {
    stop.request_stop();
    while (!tar.next().empty()) {
    }
  };
  LayerPipeline pipeline(std::move(job), pool, stop.get_token());
  try {
    pipeline.run();
    FAIL() << "did not stop";
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::canceled);
  }
  EXPECT_FALSE(pipeline.source_is_bad());
}

}  // namespace
}  // namespace ctrbox::registry::transfer
