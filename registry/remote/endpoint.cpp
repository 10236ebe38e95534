#include "registry/remote/endpoint.h"

namespace ctrbox::registry::remote {

http::Origin choose_endpoint(const std::string& host, const Access& access) {
  if (host == "docker.io" || host == "index.docker.io" || host == "registry-1.docker.io")
    return {"https", "registry-1.docker.io", 443};
  const bool plain = access.plain_http || http::is_loopback(host);
  return http::origin_of((plain ? "http://" : "https://") + host + "/");
}

}  // namespace ctrbox::registry::remote
