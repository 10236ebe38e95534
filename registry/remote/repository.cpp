#include "registry/remote/repository.h"

#include <utility>

#include "registry/remote/endpoint.h"

namespace ctrbox::registry::remote {

Repository::Repository(const core::Reference& reference, const Access& access, std::function<bool()> cancelled)
    : origin_(choose_endpoint(reference.host, access)),
      base_url_(origin_.text() + "/v2/" + reference.repository + "/"),
      client_(http::ExchangeOptions{access.skip_verify, std::move(cancelled)}),
      authorizer_(client_, origin_, "repository:" + reference.repository + ":pull", access) {}

http::Response Repository::authorized(http::Request request,
                                      const std::function<http::Response(const http::Request&)>& exchange) {
  for (int attempt = 0;; ++attempt) {
    request.credentials = authorizer_.credentials();
    http::Response response = exchange(request);
    if (response.status != 401) return response;
    authorizer_.answer(response, request.credentials, attempt);
  }
}

http::Response Repository::send(const std::string& method, const std::string& path, std::vector<std::string> headers,
                                std::size_t max_body) {
  http::Request request;
  request.method = method;
  request.url = base_url_ + path;
  request.headers = std::move(headers);
  request.max_body = max_body;
  return authorized(std::move(request), [this](const http::Request& r) { return client_.send(r); });
}

http::Response Repository::stream(const std::string& path, std::vector<std::string> headers, http::BodySink& sink,
                                  const std::function<bool()>& cancelled) {
  http::Request request;
  request.url = base_url_ + path;
  request.headers = std::move(headers);
  return authorized(std::move(request), [&](const http::Request& r) { return client_.stream(r, sink, cancelled); });
}

}  // namespace ctrbox::registry::remote
