# A private docker-registry on a loopback port that the kernel chooses. Sourced by the functional tests, the demo and the
# benchmarks; the caller ends it with registry_stop.
# SPDX-License-Identifier: Apache-2.0

# registry_start DIR: keeps its blobs below DIR, its access log in DIR/log. Sets REGISTRY (host:port) and REGISTRY_PID.
registry_start() {
  local directory=$1 tries
  mkdir -p "$directory"
  cat >"$directory/config.yml" <<YAML
version: 0.1
log: {level: info, formatter: text, accesslog: {disabled: false}}
storage: {filesystem: {rootdirectory: "$directory/data"}, delete: {enabled: true}}
http: {addr: "127.0.0.1:0"}
YAML
  : >"$directory/log"
  # Not in the caller's descriptors: bats waits for whoever holds its own.
  docker-registry serve "$directory/config.yml" >>"$directory/log" 2>&1 3>&- 4>&- </dev/null &
  REGISTRY_PID=$!
  echo "$REGISTRY_PID" >"$directory/pid"
  for tries in $(seq 200); do
    REGISTRY=$(sed -n 's/.*msg="listening on \([0-9.:]*\)".*/\1/p' "$directory/log")
    [ -n "$REGISTRY" ] && return 0
    kill -0 "$REGISTRY_PID" 2>/dev/null || break
    sleep 0.05
  done
  echo "docker-registry did not start (try $tries):" >&2
  cat "$directory/log" >&2
  return 1
}

# registry_stop DIR: ends the registry that registry_start started there.
registry_stop() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  rm -f "$1/pid"
}

# registry_gets DIR DIGEST: how often the blob was asked for (GET) since the registry started.
registry_gets() {
  grep -c "\"GET /v2/[^ ]*/blobs/$2 " "$1/log" || true
}
