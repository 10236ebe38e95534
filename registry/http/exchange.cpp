#include "registry/http/exchange.h"

#include <cerrno>
#include <exception>
#include <new>

#include "core/base/log.h"
#include "registry/http/libcurl.h"
#include "registry/http/url.h"

namespace ctrbox::registry::http {
namespace {

constexpr long kConnectTimeoutSeconds = 30;
constexpr long kStallSeconds = 30;  // slower than kStallBytesPerSecond for so long is a stall
constexpr long kStallBytesPerSecond = 32;
constexpr long kReceiveBufferBytes = 256 * 1024;
constexpr int kPollMs = 200;  // how late a cancellation may be noticed on a silent connection
constexpr const char* kUserAgent = "ctrbox/" CTRBOX_VERSION;

/// What libcurl's callbacks work on. An exception must not cross C: it is kept and rethrown.
struct Transfer {
  CURL* easy = nullptr;
  BodySink* sink = nullptr;
  std::size_t max_body = 0;
  const std::function<bool()>* cancelled = nullptr;
  Response response;
  std::size_t header_bytes = 0;
  bool began = false;
  bool interrupted = false;
  std::exception_ptr failure;

  void begin() {
    if (began) return;
    began = true;
    long status = 0;
    libcurl().easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    if (sink != nullptr && response.ok()) sink->begin(response);
  }
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  try {
    const std::string_view line(data, size * count);
    transfer.header_bytes += line.size();
    if (transfer.header_bytes > kMaxHeaderBytes)
      throw core::resource_exhausted("the answer's headers are longer than 64 KiB");
    if (line.starts_with("HTTP/")) transfer.response.headers.clear();  // the final answer after a 1xx
    transfer.response.headers.add(line);
    return line.size();
  } catch (...) {
    transfer.failure = std::current_exception();
    return 0;
  }
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::size_t length = size * count;
  try {
    transfer.begin();
    if (transfer.sink != nullptr && transfer.response.ok()) {
      transfer.sink->write(std::as_bytes(std::span(data, length)));
      return length;
    }
    const std::size_t room = transfer.max_body - transfer.response.body.size();
    transfer.response.body.append(data, std::min(room, length));
    if (length <= room) return length;
    transfer.response.body_exceeded = true;
    return 0;  // enough: the connection is closed
  } catch (...) {
    transfer.failure = std::current_exception();
    return 0;
  }
}

int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (*transfer.cancelled && (*transfer.cancelled)()) transfer.interrupted = true;
  return transfer.interrupted ? 1 : 0;
}

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (const CURLcode code = libcurl().easy_setopt(easy, option, value); code != CURLE_OK)
    throw core::internal(std::string("libcurl option: ") + libcurl().easy_strerror(code));
}

using HeaderList = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

HeaderList header_list(const std::vector<std::string>& headers) {
  HeaderList list(nullptr, [](curl_slist* l) { libcurl().slist_free_all(l); });
  for (const std::string& header : headers) {
    curl_slist* longer = libcurl().slist_append(list.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

void set_limits(CURL* easy, const ExchangeOptions& options) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // a cancelled transfer does not wait for a name server that keeps silent
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutSeconds);
  set(easy, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
  set(easy, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
  set(easy, CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_USERAGENT, kUserAgent);
  set(easy, CURLOPT_SSL_VERIFYPEER, options.skip_verify ? 0L : 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, options.skip_verify ? 0L : 2L);
}

void set_request(CURL* easy, const Request& request, curl_slist* headers) {
  set(easy, CURLOPT_URL, request.url.c_str());
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy, CURLOPT_HTTPHEADER, headers);
  if (request.method == "HEAD") set(easy, CURLOPT_NOBODY, 1L);
  if (request.method == "POST") {
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.form.size()));
    set(easy, CURLOPT_COPYPOSTFIELDS, request.form.c_str());
  }
  if (request.credentials.kind == Credentials::Kind::basic) {
    set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(easy, CURLOPT_USERNAME, request.credentials.username.c_str());
    set(easy, CURLOPT_PASSWORD, request.credentials.secret.c_str());
  } else if (request.credentials.kind == Credentials::Kind::bearer) {
    set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    set(easy, CURLOPT_XOAUTH2_BEARER, request.credentials.secret.c_str());
  }
}

void set_callbacks(CURL* easy, Transfer& transfer, char* error_text) {
  set(easy, CURLOPT_ERRORBUFFER, error_text);
  set(easy, CURLOPT_HEADERFUNCTION, on_header);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  set(easy, CURLOPT_WRITEFUNCTION, on_body);
  set(easy, CURLOPT_WRITEDATA, &transfer);
  set(easy, CURLOPT_NOPROGRESS, 0L);
  set(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  set(easy, CURLOPT_XFERINFODATA, &transfer);
}

bool is_tls_problem(CURLcode code) {
  return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
}

/// What the user can do about it, when we know.
std::string advice(CURLcode code, const std::string& scheme, std::string_view detail) {
  if (scheme == "http" && (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY))
    return " (the server does not speak plain HTTP; it may want TLS)";
  if (code == CURLE_SSL_CONNECT_ERROR && detail.find("wrong version number") != std::string_view::npos)
    return " (the server does not speak TLS: use --plain-http if it is meant to be so)";
  if (code == CURLE_PEER_FAILED_VERIFICATION) return " (--skip-verify goes on without checking who the server is)";
  return "";
}

TransferError transfer_error(CURL* easy, CURLcode code, const char* error_text, const Request& request) {
  const std::string detail = *error_text != '\0' ? error_text : libcurl().easy_strerror(code);
  const Origin origin = origin_of(request.url);
  long os_errno = 0;
  libcurl().easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_errno);
  const bool stalled = code == CURLE_OPERATION_TIMEDOUT;
  const bool hopeless = is_tls_problem(code) || code == CURLE_COULDNT_RESOLVE_HOST ||
                        code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_UNSUPPORTED_PROTOCOL ||
                        code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_URL_MALFORMAT ||
                        (code == CURLE_COULDNT_CONNECT && os_errno == ECONNREFUSED);
  const std::string text =
      request.method + " " + printable_url(request.url) + ": " + detail + advice(code, origin.scheme, detail);
  return {stalled ? core::deadline_exceeded(text) : core::unavailable(text), !hopeless, stalled};
}

}  // namespace

struct Lane::Handles {
  CURL* easy = libcurl().easy_init();
  CURLM* multi = libcurl().multi_init();
  Handles() {
    if (easy == nullptr || multi == nullptr) throw std::bad_alloc();
  }
  ~Handles() {
    libcurl().easy_cleanup(easy);
    libcurl().multi_cleanup(multi);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  CURLcode run(const Transfer& transfer);
};

/// The multi interface, only because its poll lets us notice a cancellation in time.
CURLcode Lane::Handles::run(const Transfer& transfer) {
  if (libcurl().multi_add_handle(multi, easy) != CURLM_OK) throw core::internal("libcurl refused a transfer");
  CURLcode result = CURLE_OK;
  while (true) {
    int running = 0;
    const CURLMcode code = libcurl().multi_perform(multi, &running);
    if (code != CURLM_OK) {
      libcurl().multi_remove_handle(multi, easy);
      throw core::internal(std::string("libcurl: ") + libcurl().multi_strerror(code));
    }
    if (running == 0) break;
    libcurl().multi_poll(multi, nullptr, 0, kPollMs, nullptr);
    if (*transfer.cancelled && (*transfer.cancelled)()) {
      result = CURLE_ABORTED_BY_CALLBACK;
      break;
    }
  }
  int queued = 0;
  while (const CURLMsg* message = libcurl().multi_info_read(multi, &queued)) {
    if (message->msg == CURLMSG_DONE) result = message->data.result;
  }
  libcurl().multi_remove_handle(multi, easy);
  return result;
}

Lane::Lane() : handles_(std::make_unique<Handles>()) {}
Lane::~Lane() = default;
Lane::Lane(Lane&&) noexcept = default;

Response Lane::exchange(const Request& request, BodySink* sink, const ExchangeOptions& options) {
  CURL* easy = handles_->easy;
  libcurl().easy_reset(easy);  // keeps the connections
  char error_text[CURL_ERROR_SIZE] = "";
  Transfer transfer;
  transfer.easy = easy;
  transfer.sink = sink;
  transfer.max_body = sink != nullptr ? kMaxErrorBytes : request.max_body;
  transfer.cancelled = &options.cancelled;
  transfer.response.url = request.url;
  const HeaderList headers = header_list(request.headers);
  set_limits(easy, options);
  set_request(easy, request, headers.get());
  set_callbacks(easy, transfer, error_text);

  const CURLcode code = handles_->run(transfer);
  if (transfer.failure) std::rethrow_exception(transfer.failure);
  if (transfer.interrupted || code == CURLE_ABORTED_BY_CALLBACK) throw core::canceled("interrupted");
  if (code != CURLE_OK && !transfer.response.body_exceeded) throw transfer_error(easy, code, error_text, request);
  transfer.begin();
  if (core::log::enabled(core::log::Level::debug))
    core::log::debug(request.method + " " + printable_url(request.url) + ": " +
                     std::to_string(transfer.response.status));
  return std::move(transfer.response);
}

}  // namespace ctrbox::registry::http
