// A fast client of the events service, containerd's or ours, for measuring either. It knows nothing of the server
// beyond the protocol, so that both are treated alike. Prints one JSON object.
//
//   events_load latency SOCK N                     publish, wait for it at a subscriber, N times
//   events_load rate SOCK SUBSCRIBERS EVENTS [CONNECTIONS IN_FLIGHT]
//   events_load stall SOCK EVENTS                  as rate with one subscriber, beside one that does not read;
//                                                  after the figures it stays connected until stdin ends
//   events_load watch SOCK N                       a subscriber: "ready", then how late N events of others are
//   events_load start SOCK PROGRAM [ARGUMENT...]   starts the program, waits for an answer, ends it
//
// SPDX-License-Identifier: Apache-2.0
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <thread>

#include "bench/events_client.h"

namespace events_load {
namespace {

constexpr std::chrono::milliseconds kPace{2};  // between two publishes whose latency is measured
constexpr std::chrono::seconds kPatience{60};

/// Returns once all of them get what is published: a server need not say when a subscription has begun.
void wait_subscribed(const std::string& socket, const std::vector<Subscriber*>& subscribers) {
  Publisher publisher(socket);
  std::vector<Connection*> all(subscribers.begin(), subscribers.end());
  all.push_back(&publisher);
  const auto deadline = Clock::now() + kPatience;
  const auto step = [&] {
    publisher.flush();
    pump(all, 20);
    if (Clock::now() > deadline) throw std::runtime_error("subscribers get nothing");
  };
  while (std::any_of(subscribers.begin(), subscribers.end(), [](const auto* one) { return one->count() == 0; })) {
    if (publisher.in_flight() == 0) publisher.publish(kWarm);
    step();
  }
  while (publisher.in_flight() > 0) step();
  publisher.publish(kMarker);
  const auto is_waiting = [](const auto* one) { return one->last() != kMarker; };
  while (publisher.in_flight() > 0 || std::any_of(subscribers.begin(), subscribers.end(), is_waiting)) step();
}

double percentile(std::vector<double>& samples, double share) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(samples.size()));
  return samples[std::min(rank, samples.size() - 1)];
}

void print_percentiles(const char* prefix, std::vector<double> micros) {
  std::printf("\"%sp50\": %.1f, \"%sp90\": %.1f, \"%sp99\": %.1f, \"%smax\": %.1f", prefix, percentile(micros, 0.5),
              prefix, percentile(micros, 0.9), prefix, percentile(micros, 0.99), prefix, percentile(micros, 1));
}

std::vector<double> to_micros(const std::vector<std::int64_t>& nanos) {
  std::vector<double> micros;
  for (const std::int64_t value : nanos) micros.push_back(static_cast<double>(value) / 1000);
  return micros;
}

void latency(const std::string& socket, std::uint32_t count) {
  Subscriber subscriber(socket);
  wait_subscribed(socket, {&subscriber});
  Publisher publisher(socket);
  subscriber.expect(count);
  std::vector<double> micros;
  auto next = Clock::now();
  for (std::uint32_t i = 0; i < count; ++i) {
    std::this_thread::sleep_until(next);
    const auto began = Clock::now();
    publisher.publish(i);
    publisher.flush();
    while (subscriber.count() <= i || publisher.in_flight() > 0) pump({&subscriber, &publisher}, 1000);
    micros.push_back(std::chrono::duration<double, std::micro>(subscriber.last_at() - began).count());
    next = std::max(next + kPace, Clock::now());
  }
  std::printf("{");
  print_percentiles("", micros);
  std::printf(", ");
  print_percentiles("stamp_", to_micros(subscriber.late()));
  std::printf("}\n");
}

struct Load {
  std::string socket;
  std::size_t subscribers = 1;
  std::uint32_t events = 0;
  std::size_t connections = 4;
  std::size_t in_flight = 128;  // on each
  bool stall = false;
};

/// Publishes all, in the calling thread; returns once all are answered.
void publish_all(std::vector<std::unique_ptr<Publisher>>& publishers, const Load& load) {
  std::vector<Connection*> connections;
  for (const auto& publisher : publishers) connections.push_back(publisher.get());
  std::uint32_t next = 0;
  std::size_t before = 0;
  auto deadline = Clock::now() + kPatience;
  while (true) {
    std::size_t open = 0;
    for (const auto& publisher : publishers) {
      while (publisher->in_flight() < load.in_flight && next < load.events) publisher->publish(next++);
      publisher->flush();
      open += publisher->in_flight();
    }
    if (open == 0) return;
    if (next + open != before) deadline = Clock::now() + kPatience;
    if (Clock::now() > deadline) throw std::runtime_error("publishes are not answered");
    before = next + open;
    pump(connections, 1000);
  }
}

/// Reads until all have everything, or nothing comes any more.
void receive_all(const std::vector<Subscriber*>& subscribers, std::uint32_t events) {
  auto deadline = Clock::now() + kPatience;
  std::vector<Connection*> missing;
  do {
    missing.clear();
    for (Subscriber* subscriber : subscribers)
      if (subscriber->count() < events) missing.push_back(subscriber);
    pump(missing, 1000);
    for (const Subscriber* subscriber : subscribers) deadline = std::max(deadline, subscriber->last_at() + kPatience);
  } while (!missing.empty() && Clock::now() < deadline);
}

void rate(const Load& load) {
  std::vector<std::unique_ptr<Subscriber>> owned;
  std::vector<Subscriber*> subscribers;
  for (std::size_t i = 0; i < load.subscribers + (load.stall ? 1 : 0); ++i) {
    owned.push_back(std::make_unique<Subscriber>(load.socket));
    subscribers.push_back(owned.back().get());
  }
  wait_subscribed(load.socket, subscribers);
  if (load.stall) subscribers.pop_back();  // stays connected, and nobody reads from it
  for (Subscriber* subscriber : subscribers) subscriber->expect(load.events);
  std::vector<std::unique_ptr<Publisher>> publishers;
  for (std::size_t i = 0; i < load.connections; ++i) publishers.push_back(std::make_unique<Publisher>(load.socket));

  std::string fault;
  const auto began = Clock::now();
  std::thread reader([&] {
    try {
      receive_all(subscribers, load.events);
    } catch (const std::exception& error) {
      fault = error.what();
    }
  });
  publish_all(publishers, load);
  const double answered = std::chrono::duration<double>(Clock::now() - began).count();
  reader.join();
  if (!fault.empty()) throw std::runtime_error("a subscriber: " + fault);

  auto ended = began;
  std::uint64_t missing = 0;
  bool same_order = true;
  for (const Subscriber* subscriber : subscribers) {
    ended = std::max(ended, subscriber->last_at());
    missing += load.events - subscriber->count();
    same_order = same_order && subscriber->order() == subscribers.front()->order();
  }
  const double seconds = std::chrono::duration<double>(ended - began).count();
  timespec cpu = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  std::printf(
      "{\"seconds\": %.4f, \"answered_seconds\": %.4f, \"rate\": %.0f, \"deliveries\": %.0f, \"missing\": %llu, "
      "\"same_order\": %s, \"load_cpu\": %.3f}\n",
      seconds, answered, load.events / seconds, load.events * static_cast<double>(subscribers.size()) / seconds,
      static_cast<unsigned long long>(missing), same_order ? "true" : "false",
      static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9);
  std::fflush(stdout);
  char byte = 0;
  while (load.stall && read(STDIN_FILENO, &byte, 1) > 0) {
  }
  if (missing != 0 || !same_order) throw std::runtime_error("events were lost or in different orders");
}

void watch(const std::string& socket, std::uint32_t count) {
  Subscriber subscriber(socket);
  wait_subscribed(socket, {&subscriber});
  subscriber.expect(0);
  std::puts("ready");
  std::fflush(stdout);
  while (subscriber.count() < count) pump({&subscriber}, 1000);
  std::printf("{");
  print_percentiles("", to_micros(subscriber.late()));
  std::printf("}\n");
}

/// Whether a call is answered. Nothing else is an error: it may not be there yet.
bool answers(const std::string& socket) {
  try {
    Publisher client(socket);
    client.ask_version();
    client.flush();
    while (client.in_flight() > 0) pump({&client}, 1000);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void start(const std::string& socket, char** command) {
  const auto began = Clock::now();
  pid_t child = 0;
  if (posix_spawn(&child, command[0], nullptr, nullptr, command, environ) != 0)
    throw std::runtime_error(std::string("cannot start ") + command[0]);
  while (!answers(socket)) {
    if (Clock::now() - began > kPatience || waitpid(child, nullptr, WNOHANG) != 0)
      throw std::runtime_error("no answer from " + socket);
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  const double millis = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
  kill(child, SIGTERM);
  waitpid(child, nullptr, 0);
  std::printf("{\"ms\": %.2f}\n", millis);
}

int run(int argc, char** argv) {
  const std::string mode = argc > 3 ? argv[1] : "";
  const auto number = [&](int i) { return static_cast<std::uint32_t>(std::stoul(argv[i])); };
  if (mode == "latency") {
    latency(argv[2], number(3));
  } else if (mode == "rate" && argc > 4) {
    Load load{.socket = argv[2], .subscribers = number(3), .events = number(4)};
    if (argc > 6) load.connections = number(5), load.in_flight = number(6);
    rate(load);
  } else if (mode == "stall") {
    rate({.socket = argv[2], .subscribers = 1, .events = number(3), .stall = true});
  } else if (mode == "watch") {
    watch(argv[2], number(3));
  } else if (mode == "start") {
    start(argv[2], argv + 3);
  } else {
    std::fputs("usage: the first lines of tests/bench/events_load.cpp\n", stderr);
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace events_load

int main(int argc, char** argv) {
  try {
    return events_load::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "events_load: %s\n", error.what());
    return 1;
  }
}
