// libcurl as a table of functions, loaded when the first request is made: linking it would cost every command some
// thirty shared libraries at start-up. Nothing outside this room includes curl's headers.
// Thread: any; the first call loads and initialises it. It is never unloaded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

namespace ctrbox::registry::http {

struct Libcurl {
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_reset) easy_reset;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_multi_init) multi_init;
  decltype(&curl_multi_cleanup) multi_cleanup;
  decltype(&curl_multi_add_handle) multi_add_handle;
  decltype(&curl_multi_remove_handle) multi_remove_handle;
  decltype(&curl_multi_perform) multi_perform;
  decltype(&curl_multi_poll) multi_poll;
  decltype(&curl_multi_info_read) multi_info_read;
  decltype(&curl_multi_strerror) multi_strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
  decltype(&curl_url) url;
  decltype(&curl_url_cleanup) url_cleanup;
  decltype(&curl_url_set) url_set;
  decltype(&curl_url_get) url_get;
  decltype(&curl_free) free;
  decltype(&curl_getdate) getdate;
};

/// Throws failed_precondition, naming the package, if the library is not installed.
const Libcurl& libcurl();

}  // namespace ctrbox::registry::http
