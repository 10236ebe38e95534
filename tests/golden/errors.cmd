# Each kind of error once: the line, and the exit status behind it.
try() {
  "$@"
  echo "status $?" >&2
}
try ctr nonsense
try ctr images nonsense
try ctr images ls --nonsense
try ctr namespaces create
try ctr namespaces create a
try ctr namespaces create foo a=b
try ctr namespaces create foo
try ctr namespaces rm bar
try ctr images label none a=b
try dist content get sha256:0
try dist content get sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
try ctr images ls 'name='
try ctr --timeout soon images ls
try ctr snapshots ls --snapshotter zfs
try ctr containers info none
try ctr tasks kill none
