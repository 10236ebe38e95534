#include "registry/http/libcurl.h"

#include <dlfcn.h>

#include <string>

#include "core/base/error.h"

namespace ctrbox::registry::http {
namespace {

template <typename Function>
void bind(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw core::failed_precondition(std::string("libcurl.so.4 has no function ") + name);
}

Libcurl load() {
  void* library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw core::failed_precondition(
        "libcurl is needed to talk to a registry and cannot be loaded: install the package "
        "libcurl4 (" +
        std::string(dlerror()) + ")");
  }
  decltype(&curl_global_init) global_init = nullptr;
  bind(library, "curl_global_init", global_init);
  Libcurl table{};
  bind(library, "curl_easy_init", table.easy_init);
  bind(library, "curl_easy_cleanup", table.easy_cleanup);
  bind(library, "curl_easy_reset", table.easy_reset);
  bind(library, "curl_easy_setopt", table.easy_setopt);
  bind(library, "curl_easy_getinfo", table.easy_getinfo);
  bind(library, "curl_easy_strerror", table.easy_strerror);
  bind(library, "curl_multi_init", table.multi_init);
  bind(library, "curl_multi_cleanup", table.multi_cleanup);
  bind(library, "curl_multi_add_handle", table.multi_add_handle);
  bind(library, "curl_multi_remove_handle", table.multi_remove_handle);
  bind(library, "curl_multi_perform", table.multi_perform);
  bind(library, "curl_multi_poll", table.multi_poll);
  bind(library, "curl_multi_info_read", table.multi_info_read);
  bind(library, "curl_multi_strerror", table.multi_strerror);
  bind(library, "curl_slist_append", table.slist_append);
  bind(library, "curl_slist_free_all", table.slist_free_all);
  bind(library, "curl_url", table.url);
  bind(library, "curl_url_cleanup", table.url_cleanup);
  bind(library, "curl_url_set", table.url_set);
  bind(library, "curl_url_get", table.url_get);
  bind(library, "curl_free", table.free);
  bind(library, "curl_getdate", table.getdate);
  if (const CURLcode code = global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK)
    throw core::internal(std::string("libcurl cannot start: ") + table.easy_strerror(code));
  return table;
}

}  // namespace

const Libcurl& libcurl() {
  static const Libcurl table = load();
  return table;
}

}  // namespace ctrbox::registry::http
