#include "registry/transfer/layers.h"

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/base/error.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"
#include "registry/remote/fetcher.h"
#include "registry/transfer/file_source.h"
#include "registry/transfer/layer_pipeline.h"

namespace ctrbox::registry::transfer {
namespace {

constexpr std::size_t kSequencesAtOnce = 4;
constexpr std::chrono::milliseconds kWriteBackEvery{400};

using core::ProgressState;

class LayerRun {
 public:
  LayerRun(Plan& plan, const ImageTree& tree, const LayerContext& context)
      : plan_(plan),
        tree_(tree),
        context_(context),
        cancelled_([this] { return stop_.stop_requested() || context_.cancelled(); }) {}

  void run();

 private:
  void work();
  void run_step(const LayerStep& step);
  LayerJob job_of(const LayerStep& step, BlobWork& blob);
  std::function<void(const Deliver&)> from_registry(const BlobWork& blob);
  std::function<void(const Deliver&)> from_file(const BlobWork& blob);
  void fail(std::exception_ptr error);
  void wait_and_write_back();

  Plan& plan_;
  const ImageTree& tree_;
  const LayerContext& context_;
  BufferPool pool_;
  std::stop_source stop_;
  std::function<bool()> cancelled_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::int64_t> activity_ = 0;  // buffers seen: whether there is anything new to write back
  std::mutex mutex_;
  std::condition_variable finished_;
  std::size_t working_ = 0;   // guarded by mutex_
  std::exception_ptr error_;  // the first; guarded by mutex_
};

void LayerRun::fail(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  if (error_ == nullptr) error_ = std::move(error);
  stop_.request_stop();
}

void LayerRun::work() {
  try {
    while (!stop_.stop_requested()) {
      const std::size_t i = next_++;
      if (i >= plan_.sequences.size()) break;
      for (const LayerStep& step : plan_.sequences[i]) run_step(step);
    }
  } catch (...) {
    fail(std::current_exception());
  }
  const std::lock_guard lock(mutex_);
  --working_;
  finished_.notify_all();
}

std::function<void(const Deliver&)> LayerRun::from_registry(const BlobWork& blob) {
  return [this, &blob](const Deliver& deliver) {
    DownloadReport report(context_.report, ref_key(blob.descriptor), blob.descriptor.size);
    const auto counted = [&](std::span<const std::byte> data) {
      report.received(static_cast<std::int64_t>(data.size()));
      ++activity_;
      deliver(data);
    };
    remote::fetch_blob(context_.repository, blob.descriptor, counted, cancelled_);
    report.finished(ProgressState::downloading);
  };
}

std::function<void(const Deliver&)> LayerRun::from_file(const BlobWork& blob) {
  return [this, &blob](const Deliver& deliver) {
    const core::Fd file = blob.fetched ? reopen(blob.ingest->fd()) : context_.store.open(blob.descriptor.digest);
    const auto counted = [&](std::span<const std::byte> data) {
      ++activity_;
      deliver(data);
    };
    read_file_into(file, counted, cancelled_);
  };
}

LayerJob LayerRun::job_of(const LayerStep& step, BlobWork& blob) {
  LayerJob job;
  job.descriptor = blob.descriptor;
  const bool have = blob.present || blob.fetched;
  job.receive = have ? from_file(blob) : from_registry(blob);
  if (!have) job.ingest = &*blob.ingest;
  if (step.unpack) {
    job.apply = [this, layer = *step.unpack](core::ByteSource& tar) { plan_.unpack->apply(layer, tar); };
    job.diff_id = tree_.to_unpack->diff_ids[*step.unpack];
  }
  return job;
}

void LayerRun::run_step(const LayerStep& step) {
  BlobWork& blob = plan_.blobs[step.blob];
  const std::string key = ref_key(blob.descriptor);
  const bool was_present = blob.present;
  if (was_present) context_.report.set(key, ProgressState::unpacking);
  LayerPipeline pipeline(job_of(step, blob), pool_, stop_.get_token());
  try {
    pipeline.run();
  } catch (const core::Error& error) {
    if (was_present && pipeline.source_is_bad()) throw DamagedBlob(blob.descriptor.digest);
    core::Error copy = error;
    throw copy.add_context("layer " + blob.descriptor.digest.text());
  }
  if (!was_present) {
    blob.fetched = true;
    context_.report.set(key, ProgressState::done, blob.descriptor.size, blob.descriptor.size);
  } else {
    context_.report.set(key, ProgressState::exists);
  }
  core::failpoint("pull.layer_done");
}

void LayerRun::wait_and_write_back() {
  std::int64_t written_back = 0;
  std::unique_lock lock(mutex_);
  while (!finished_.wait_for(lock, kWriteBackEvery, [this] { return working_ == 0; })) {
    lock.unlock();
    try {
      if (const std::int64_t now = activity_; now != written_back) {
        sync_files(plan_, context_.paths);
        written_back = now;
      }
    } catch (...) {
      fail(std::current_exception());  // a failed write back is told once, and never comes true later
    }
    lock.lock();
  }
}

void LayerRun::run() {
  if (plan_.sequences.empty()) return;
  std::vector<std::jthread> threads;
  working_ = std::min(kSequencesAtOnce, plan_.sequences.size());
  for (std::size_t count = working_; count > 0; --count) threads.emplace_back([this] { work(); });
  wait_and_write_back();
  threads.clear();
  if (error_ != nullptr) std::rethrow_exception(error_);
}

}  // namespace

void process_layers(Plan& plan, const ImageTree& tree, const LayerContext& context) {
  LayerRun(plan, tree, context).run();
}

void sync_files(const Plan& plan, const core::Paths& paths) {
  const core::Fd ingest = core::open_at(AT_FDCWD, paths.ingest(), O_RDONLY | O_DIRECTORY);
  core::sync_filesystem(ingest.get(), paths.ingest());
  if (!plan.unpack || plan.unpack->missing().empty()) return;
  const int snapshots = plan.unpack->filesystem();
  if (core::status_of(ingest.get()).st_dev != core::status_of(snapshots).st_dev)
    core::sync_filesystem(snapshots, "snapshots");
}

}  // namespace ctrbox::registry::transfer
