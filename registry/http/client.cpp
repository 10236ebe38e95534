#include "registry/http/client.h"

#include "core/base/error.h"
#include "core/base/scope_exit.h"
#include "registry/http/url.h"

namespace ctrbox::registry::http {

bool is_redirect(const Response& response) {
  return (response.status == 301 || response.status == 302 || response.status == 303 || response.status == 307 ||
          response.status == 308) &&
         response.headers.find("location");
}

Request next_hop(const Request& request, const Response& redirect) {
  Request next = request;
  next.url = resolve_location(request.url, redirect.headers.find("location").value_or(""));
  const Origin from = origin_of(request.url);
  const Origin to = origin_of(next.url);
  if (from.scheme == "https" && to.scheme == "http" && !is_loopback(to.host))
    throw core::invalid_argument(from.text() + " redirects from TLS to plain " + to.text() + ": refused");
  if (from != to) next.credentials = {};
  if (request.method == "POST") {  // a form may hold a password: it goes to its first receiver only
    throw core::invalid_argument(from.text() + " redirects a token request: refused");
  }
  return next;
}

Response Client::follow(Request request, BodySink* sink, const ExchangeOptions& options) {
  std::vector<Lane> taken;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      taken.push_back(std::move(idle_.back()));
      idle_.pop_back();
    }
  }
  if (taken.empty()) taken.emplace_back();
  const core::ScopeExit give_back([&] {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(taken.back()));
  });
  for (int hops = 0;; ++hops) {
    Response response = taken.back().exchange(request, sink, options);
    if (!is_redirect(response)) return response;
    if (hops == kMaxRedirects)
      throw core::failed_precondition(printable_url(request.url) + ": more than " + std::to_string(kMaxRedirects) +
                                      " redirects");
    request = next_hop(request, response);
  }
}

Response Client::send(const Request& request) {
  Retry retry(options_.cancelled);
  while (true) {
    try {
      Response response = follow(request, nullptr, options_);
      if (!is_transient(response.status) || !retry.after_response(response)) return response;
    } catch (const TransferError& error) {
      if (!error.may_retry() || !retry.after_failure(error.stalled())) throw;
    }
  }
}

Response Client::stream(const Request& request, BodySink& sink, const std::function<bool()>& cancelled) {
  return follow(request, &sink, {options_.skip_verify, cancelled});
}

}  // namespace ctrbox::registry::http
