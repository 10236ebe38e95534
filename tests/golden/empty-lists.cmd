# Lists of nothing are headers, and reading makes no namespace.
for list in "namespaces ls" "images ls" "content ls" "snapshots ls" "containers ls" "tasks ls"; do
  echo "--- $list"
  # shellcheck disable=SC2086 # two words
  ctr $list
  # shellcheck disable=SC2086
  ctr $list -q 2>/dev/null || true
done
ctr namespaces ls -q
