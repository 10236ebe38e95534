# Registries that are broken, overloaded or malicious: one clear line, a non-zero exit, no change.
# SPDX-License-Identifier: Apache-2.0
load lib
load liar

setup_file() { liar_layout; }
teardown_file() { :; }
teardown() { liars_stop; lib_teardown; }

@test "an unknown image is not found" { refuses 'not found' unknown; }
@test "an unknown host is one line" {
  assert_fails_cleanly timeout 60 dist pull --quiet 127.0.0.1:1/library/x:latest
  assert_match "$errors" '^dist: .*(refused|connect)'
}

# Documents
@test "a manifest that is not JSON is refused" { refuses 'manifest' bad-json; }
@test "a manifest that is an index too is refused" { refuses 'manifest' both; }
@test "a manifest without config is refused" { refuses 'config' no-config; }
@test "a manifest over 4 MiB is refused" { refuses '(large|big|limit|more than|exceed|4 MiB|4194304)' huge-manifest; }
@test "a manifest without end is refused" { refuses '(large|big|limit|more than|exceed|4 MiB|4194304|size)' endless=manifest; }
@test "a manifest of unknown media type is refused" { refuses 'media type' media=application/vnd.example+json; }
@test "a layer digest that is a path is refused" { refuses 'digest' bad-digest; }
@test "a negative layer size is refused" { refuses 'size' size=-1; }
@test "a layer size of 4 EiB is refused" { refuses '(size|bytes|short|large)' size=4611686018427387904; }
@test "a layer smaller than its descriptor says is refused" { refuses '(size|bytes|short)' size=1500000; }
@test "a layer larger than its descriptor says is refused" { refuses '(size|bytes|more|long)' size=100; }
@test "a wrong diff id is refused" { refuses 'diff' diff-id; }

# Bodies
@test "a manifest with another digest than its header says is refused" { refuses 'digest' digest-header; }
@test "a config with a wrong digest is refused" { refuses 'digest' flip=config; }
@test "a layer with a wrong digest is refused" { refuses '(digest|gzip|corrupt|inflat|checksum)' flip=layer1; }
@test "a short config is refused" { refuses '(size|bytes|short|digest)' short=config; }
@test "a short layer is refused" { refuses '(size|bytes|short)' short=layer1; }
@test "a long layer is refused" { refuses '(size|bytes|more|long|large)' long=layer1; }
@test "a layer without end is refused" { refuses '(size|bytes|more|long|large)' endless=layer0; }
@test "a missing layer is refused" { refuses 'not found' missing=layer1; }
@test "a missing config is refused" { refuses 'not found' missing=config; }

# Trouble on the way
@test "a server error that lasts is refused" { refuses '50[03]' status=layer1:503; }
@test "a server error that passes is survived" { accepts status=layer1:503:2; }
@test "too many requests with Retry-After is waited for" {
  accepts status=layer1:429:1:1
  assert_equal "$(log_count '.status == 429')" 1
}
@test "too many requests for ever is refused" { refuses '429|[Tt]oo many' status=layer1:429; }
@test "a cut connection goes on with a Range request" {
  accepts cut=layer0:100000
  assert_match "$(jq -r 'select(.range) | .range' "$LIAR_LOG")" '^bytes=[1-9]'
}
@test "a registry that ignores Range is started over" { accepts cut=layer0:100000 range=ignore; }
@test "a registry with a wrong Content-Range yields nothing wrong" {
  liar cut=layer0:100000 range=wrong
  run -1 --separate-stderr timeout 120 dist pull --quiet "$LIAR_REF" || dist images ls -q
  check_state
}

# Credentials
@test "basic authentication" {
  liar basic=joe:secret
  run_apart dist pull --quiet --user joe:secret "$LIAR_REF"
  echo "$errors"
  assert_equal "$status" 0
}
@test "no credentials where they are needed" { refuses 'user name and a password' basic=joe:secret; }
@test "a wrong password is not printed" {
  liar basic=joe:secret
  assert_fails_cleanly dist pull --quiet --user joe:wrong-password "$LIAR_REF"
  [[ $errors != *wrong-password* ]]
}
@test "an anonymous bearer token" {
  accepts bearer
  assert_equal "$(log_count '.path | startswith("/token")')" 1
}
@test "a bearer token for a user" {
  liar bearer=joe:secret
  dist pull --quiet --user joe:secret "$LIAR_REF"
  dist images ls | grep -F "$LIAR_REF"
}
@test "a bearer token refused" { refuses '(unauthorized|authentication|401|token)' bearer=joe:secret; }
@test "credentials do not follow a redirect to another host" {
  liar challenge-only
  local thief=$LIAR thief_log=$LIAR_LOG
  liar basic=joe:secret "redirect=$thief"
  assert_fails_cleanly timeout 60 dist pull --quiet --user joe:secret "$LIAR_REF"
  echo "$errors"
  [ -s "$thief_log" ]
  assert_equal "$(jq -r 'select(.authorization) | .authorization' "$thief_log")" ""
}
@test "a redirect to another host is followed without credentials" {
  liar
  local storage=$LIAR storage_log=$LIAR_LOG
  liar basic=joe:secret "redirect=$storage"
  dist pull --quiet --user joe:secret "$LIAR_REF"
  dist images ls | grep -F "$LIAR_REF"
  assert_equal "$(jq -r 'select(.authorization) | .authorization' "$storage_log")" ""
}
@test "a user without a name is refused" {
  liar
  assert_fails_cleanly dist pull --quiet --user :secret "$LIAR_REF"
  assert_match "$errors" '--user needs a name'
  [[ $errors != *secret* ]]
  [ ! -s "$LIAR_LOG" ]
}

# Interrupts
@test "an interrupt ends the wait for a name server that keeps silent" {
  require_root
  unshare -n -m true || skip "no namespaces here"
  run_apart unshare -n -m python3 "$SUPPORT/silent_name_server.py" dist pull --quiet nowhere.example.com/a:b
  echo "$errors"
  assert_equal "$status" 130
  assert_match "$output" '^stopped after [01]\.'
  assert_match "$errors" '^dist: .*interrupted$'
}
@test "a pull that outlasts --timeout ends and says so" {
  liar status=layer1:503:100:30
  assert_fails_cleanly dist --timeout 1s pull --quiet "$LIAR_REF"
  assert_match "$errors" '^dist: layer sha256:[0-9a-f]{64}: the time of --timeout is over$'
  check_state
}
