#include "runtime/daemon/publisher.h"

#include <chrono>
#include <iterator>

#include "core/events/outbox.h"

namespace ctrbox::runtime::daemon {
namespace {

constexpr std::size_t kMaxWaitingBytes = 32 << 20;
constexpr std::size_t kEntryBytes = 512;  // of an event beside its value, about
// Folding the log back waits for the disk: under load it is done seldom, and when nothing comes for a moment.
constexpr int kPagesBeforeFold = 4096;
constexpr std::chrono::milliseconds kQuiet{200};
constexpr std::size_t kMaxBatch = 512;  // events in one transaction: others are waiting for the database too

}  // namespace

Publisher::Publisher(core::EventLoop& loop, std::string database_path, std::function<void()> on_written)
    : loop_(loop),
      database_path_(std::move(database_path)),
      on_written_(std::move(on_written)),
      thread_([this] { run(); }) {
  loop_.add(written_.fd(), EPOLLIN, [this](std::uint32_t) { answer(); });
}

Publisher::~Publisher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
  loop_.remove(written_.fd());
}

void Publisher::publish(core::events::Event event, Done done) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = waiting_.empty();
    const std::size_t bytes = kEntryBytes + event.value.size();
    if (waiting_bytes_ + bytes > kMaxWaitingBytes)
      throw core::unavailable("too many events are waiting to be written; try again");
    waiting_bytes_ += bytes;
    waiting_.push_back({std::move(event), std::move(done), std::nullopt});
  }
  if (was_empty) wanted_.notify_one();
}

/// Requires: the mutex is held.
std::vector<Publisher::Entry> Publisher::take_batch() {
  std::vector<Entry> batch;
  for (; !waiting_.empty() && batch.size() < kMaxBatch; waiting_.pop_front()) {
    waiting_bytes_ -= kEntryBytes + waiting_.front().event.value.size();
    batch.push_back(std::move(waiting_.front()));
  }
  return batch;
}

void Publisher::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto has_work = [this] { return stopping_ || !waiting_.empty(); };
    const bool has_log = database_ != nullptr && database_->has_log();
    if (has_log && !wanted_.wait_for(lock, kQuiet, has_work)) {
      lock.unlock();
      database_->fold_log(0);  // whoever opens the file next need not read a long log
      lock.lock();
      continue;
    }
    wanted_.wait(lock, has_work);
    if (waiting_.empty()) break;
    std::vector<Entry> batch = take_batch();
    lock.unlock();
    write(batch);
    lock.lock();
    std::move(batch.begin(), batch.end(), std::back_inserter(finished_));
    written_.signal();
    lock.unlock();
    if (database_ != nullptr) database_->fold_log(kPagesBeforeFold);
    lock.lock();
  }
  if (database_ != nullptr && database_->has_log()) database_->fold_log(0);
}

void Publisher::write(std::vector<Entry>& batch) {
  try {
    // Opened when first needed, so that a daemon that only tells costs no second connection.
    if (database_ == nullptr)
      database_ = std::make_unique<state::Database>(database_path_, state::StatementTrace(),
                                                    state::Database::Folding::by_owner);
    database_->write(state::Durability::normal, [&](state::Transaction& tx) {
      for (const Entry& entry : batch) core::events::append(tx, entry.event);
    });
  } catch (...) {
    const core::Error error = core::current_error().add_context("writing the event");
    for (Entry& entry : batch) entry.error = error;
  }
}

void Publisher::answer() {
  written_.answer();
  std::vector<Entry> finished;
  {
    const std::lock_guard lock(mutex_);
    finished = std::exchange(finished_, {});
  }
  on_written_();
  for (const Entry& entry : finished) entry.done(entry.error);
}

}  // namespace ctrbox::runtime::daemon
