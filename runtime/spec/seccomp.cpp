// The list follows the well-known default of Docker and containerd, which years of images have been tried with:
// ordinary work passes; what reaches beyond the container (modules, clocks, mounts, tracing the kernel, io_uring,
// keyrings) does not. Kernels below 4.8, where ptrace could step around a filter, are not supported.
#include "runtime/spec/seccomp.h"

#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <vector>

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::span<const std::string_view>;

constexpr std::string_view kAlways[] = {"accept",
                                        "accept4",
                                        "access",
                                        "adjtimex",
                                        "alarm",
                                        "bind",
                                        "brk",
                                        "cachestat",
                                        "capget",
                                        "capset",
                                        "chdir",
                                        "chmod",
                                        "chown",
                                        "chown32",
                                        "clock_adjtime",
                                        "clock_adjtime64",
                                        "clock_getres",
                                        "clock_getres_time64",
                                        "clock_gettime",
                                        "clock_gettime64",
                                        "clock_nanosleep",
                                        "clock_nanosleep_time64",
                                        "close",
                                        "close_range",
                                        "connect",
                                        "copy_file_range",
                                        "creat",
                                        "dup",
                                        "dup2",
                                        "dup3",
                                        "epoll_create",
                                        "epoll_create1",
                                        "epoll_ctl",
                                        "epoll_ctl_old",
                                        "epoll_pwait",
                                        "epoll_pwait2",
                                        "epoll_wait",
                                        "epoll_wait_old",
                                        "eventfd",
                                        "eventfd2",
                                        "execve",
                                        "execveat",
                                        "exit",
                                        "exit_group",
                                        "faccessat",
                                        "faccessat2",
                                        "fadvise64",
                                        "fadvise64_64",
                                        "fallocate",
                                        "fanotify_mark",
                                        "fchdir",
                                        "fchmod",
                                        "fchmodat",
                                        "fchmodat2",
                                        "fchown",
                                        "fchown32",
                                        "fchownat",
                                        "fcntl",
                                        "fcntl64",
                                        "fdatasync",
                                        "fgetxattr",
                                        "flistxattr",
                                        "flock",
                                        "fork",
                                        "fremovexattr",
                                        "fsetxattr",
                                        "fstat",
                                        "fstat64",
                                        "fstatat64",
                                        "fstatfs",
                                        "fstatfs64",
                                        "fsync",
                                        "ftruncate",
                                        "ftruncate64",
                                        "futex",
                                        "futex_requeue",
                                        "futex_time64",
                                        "futex_wait",
                                        "futex_waitv",
                                        "futex_wake",
                                        "futimesat",
                                        "get_robust_list",
                                        "get_thread_area",
                                        "getcpu",
                                        "getcwd",
                                        "getdents",
                                        "getdents64",
                                        "getegid",
                                        "getegid32",
                                        "geteuid",
                                        "geteuid32",
                                        "getgid",
                                        "getgid32",
                                        "getgroups",
                                        "getgroups32",
                                        "getitimer",
                                        "getpeername",
                                        "getpgid",
                                        "getpgrp",
                                        "getpid",
                                        "getppid",
                                        "getpriority",
                                        "getrandom",
                                        "getresgid",
                                        "getresgid32",
                                        "getresuid",
                                        "getresuid32",
                                        "getrlimit",
                                        "getrusage",
                                        "getsid",
                                        "getsockname",
                                        "getsockopt",
                                        "gettid",
                                        "gettimeofday",
                                        "getuid",
                                        "getuid32",
                                        "getxattr",
                                        "inotify_add_watch",
                                        "inotify_init",
                                        "inotify_init1",
                                        "inotify_rm_watch",
                                        "io_cancel",
                                        "io_destroy",
                                        "io_getevents",
                                        "io_pgetevents",
                                        "io_pgetevents_time64",
                                        "io_setup",
                                        "io_submit",
                                        "ioctl",
                                        "ioprio_get",
                                        "ioprio_set",
                                        "ipc",
                                        "kill",
                                        "landlock_add_rule",
                                        "landlock_create_ruleset",
                                        "landlock_restrict_self",
                                        "lchown",
                                        "lchown32",
                                        "lgetxattr",
                                        "link",
                                        "linkat",
                                        "listen",
                                        "listxattr",
                                        "llistxattr",
                                        "_llseek",
                                        "lremovexattr",
                                        "lseek",
                                        "lsetxattr",
                                        "lstat",
                                        "lstat64",
                                        "madvise",
                                        "map_shadow_stack",
                                        "membarrier",
                                        "memfd_create",
                                        "memfd_secret",
                                        "mincore",
                                        "mkdir",
                                        "mkdirat",
                                        "mknod",
                                        "mknodat",
                                        "mlock",
                                        "mlock2",
                                        "mlockall",
                                        "mmap",
                                        "mmap2",
                                        "mprotect",
                                        "mq_getsetattr",
                                        "mq_notify",
                                        "mq_open",
                                        "mq_timedreceive",
                                        "mq_timedreceive_time64",
                                        "mq_timedsend",
                                        "mq_timedsend_time64",
                                        "mq_unlink",
                                        "mremap",
                                        "msgctl",
                                        "msgget",
                                        "msgrcv",
                                        "msgsnd",
                                        "msync",
                                        "munlock",
                                        "munlockall",
                                        "munmap",
                                        "name_to_handle_at",
                                        "nanosleep",
                                        "newfstatat",
                                        "_newselect",
                                        "open",
                                        "openat",
                                        "openat2",
                                        "pause",
                                        "pidfd_open",
                                        "pidfd_send_signal",
                                        "pipe",
                                        "pipe2",
                                        "pkey_alloc",
                                        "pkey_free",
                                        "pkey_mprotect",
                                        "poll",
                                        "ppoll",
                                        "ppoll_time64",
                                        "prctl",
                                        "pread64",
                                        "preadv",
                                        "preadv2",
                                        "prlimit64",
                                        "process_mrelease",
                                        "process_vm_readv",
                                        "process_vm_writev",
                                        "pselect6",
                                        "pselect6_time64",
                                        "ptrace",
                                        "pwrite64",
                                        "pwritev",
                                        "pwritev2",
                                        "read",
                                        "readahead",
                                        "readlink",
                                        "readlinkat",
                                        "readv",
                                        "recv",
                                        "recvfrom",
                                        "recvmmsg",
                                        "recvmmsg_time64",
                                        "recvmsg",
                                        "remap_file_pages",
                                        "removexattr",
                                        "rename",
                                        "renameat",
                                        "renameat2",
                                        "restart_syscall",
                                        "rmdir",
                                        "rseq",
                                        "rt_sigaction",
                                        "rt_sigpending",
                                        "rt_sigprocmask",
                                        "rt_sigqueueinfo",
                                        "rt_sigreturn",
                                        "rt_sigsuspend",
                                        "rt_sigtimedwait",
                                        "rt_sigtimedwait_time64",
                                        "rt_tgsigqueueinfo",
                                        "sched_get_priority_max",
                                        "sched_get_priority_min",
                                        "sched_getaffinity",
                                        "sched_getattr",
                                        "sched_getparam",
                                        "sched_getscheduler",
                                        "sched_rr_get_interval",
                                        "sched_rr_get_interval_time64",
                                        "sched_setaffinity",
                                        "sched_setattr",
                                        "sched_setparam",
                                        "sched_setscheduler",
                                        "sched_yield",
                                        "seccomp",
                                        "select",
                                        "semctl",
                                        "semget",
                                        "semop",
                                        "semtimedop",
                                        "semtimedop_time64",
                                        "send",
                                        "sendfile",
                                        "sendfile64",
                                        "sendmmsg",
                                        "sendmsg",
                                        "sendto",
                                        "set_robust_list",
                                        "set_thread_area",
                                        "set_tid_address",
                                        "setfsgid",
                                        "setfsgid32",
                                        "setfsuid",
                                        "setfsuid32",
                                        "setgid",
                                        "setgid32",
                                        "setgroups",
                                        "setgroups32",
                                        "setitimer",
                                        "setpgid",
                                        "setpriority",
                                        "setregid",
                                        "setregid32",
                                        "setresgid",
                                        "setresgid32",
                                        "setresuid",
                                        "setresuid32",
                                        "setreuid",
                                        "setreuid32",
                                        "setrlimit",
                                        "setsid",
                                        "setsockopt",
                                        "setuid",
                                        "setuid32",
                                        "setxattr",
                                        "shmat",
                                        "shmctl",
                                        "shmdt",
                                        "shmget",
                                        "shutdown",
                                        "sigaltstack",
                                        "signalfd",
                                        "signalfd4",
                                        "sigprocmask",
                                        "sigreturn",
                                        "socketcall",
                                        "socketpair",
                                        "splice",
                                        "stat",
                                        "stat64",
                                        "statfs",
                                        "statfs64",
                                        "statx",
                                        "symlink",
                                        "symlinkat",
                                        "sync",
                                        "sync_file_range",
                                        "syncfs",
                                        "sysinfo",
                                        "tee",
                                        "tgkill",
                                        "time",
                                        "timer_create",
                                        "timer_delete",
                                        "timer_getoverrun",
                                        "timer_gettime",
                                        "timer_gettime64",
                                        "timer_settime",
                                        "timer_settime64",
                                        "timerfd_create",
                                        "timerfd_gettime",
                                        "timerfd_gettime64",
                                        "timerfd_settime",
                                        "timerfd_settime64",
                                        "times",
                                        "tkill",
                                        "truncate",
                                        "truncate64",
                                        "ugetrlimit",
                                        "umask",
                                        "uname",
                                        "unlink",
                                        "unlinkat",
                                        "utime",
                                        "utimensat",
                                        "utimensat_time64",
                                        "utimes",
                                        "vfork",
                                        "vmsplice",
                                        "wait4",
                                        "waitid",
                                        "waitpid",
                                        "write",
                                        "writev"};

constexpr std::string_view kAmd64[] = {"arch_prctl", "modify_ldt"};
constexpr std::string_view kArm64[] = {"arm_fadvise64_64", "arm_sync_file_range", "breakpoint", "cacheflush",
                                       "set_tls",          "sync_file_range2"};

constexpr std::string_view kBpf[] = {"bpf"};
constexpr std::string_view kChroot[] = {"chroot"};
constexpr std::string_view kHandles[] = {"open_by_handle_at"};
constexpr std::string_view kReboot[] = {"reboot"};
constexpr std::string_view kModules[] = {"delete_module", "finit_module", "init_module"};
constexpr std::string_view kNice[] = {"get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"};
constexpr std::string_view kAccounting[] = {"acct"};
constexpr std::string_view kPerf[] = {"perf_event_open"};
constexpr std::string_view kPtrace[] = {"kcmp", "pidfd_getfd", "process_madvise"};
constexpr std::string_view kRawIo[] = {"ioperm", "iopl"};
constexpr std::string_view kSyslog[] = {"syslog"};
constexpr std::string_view kTime[] = {"clock_settime", "clock_settime64", "settimeofday", "stime"};
constexpr std::string_view kTty[] = {"vhangup"};
constexpr std::string_view kAdmin[] = {"bpf",           "clone",         "clone3",      "fanotify_init",   "fsconfig",
                                       "fsmount",       "fsopen",        "fspick",      "lookup_dcookie",  "mount",
                                       "mount_setattr", "move_mount",    "open_tree",   "perf_event_open", "quotactl",
                                       "quotactl_fd",   "setdomainname", "sethostname", "setns",           "syslog",
                                       "umount",        "umount2",       "unshare"};

struct WithCapability {
  std::string_view capability;
  Names names;
};

constexpr WithCapability kWithCapability[] = {
    {"CAP_BPF", kBpf},
    {"CAP_DAC_READ_SEARCH", kHandles},
    {"CAP_PERFMON", kPerf},
    {"CAP_SYS_ADMIN", kAdmin},
    {"CAP_SYS_BOOT", kReboot},
    {"CAP_SYS_CHROOT", kChroot},
    {"CAP_SYS_MODULE", kModules},
    {"CAP_SYS_NICE", kNice},
    {"CAP_SYS_PACCT", kAccounting},
    {"CAP_SYS_PTRACE", kPtrace},
    {"CAP_SYS_RAWIO", kRawIo},
    {"CAP_SYS_TIME", kTime},
    {"CAP_SYS_TTY_CONFIG", kTty},
    {"CAP_SYSLOG", kSyslog},
};

// PER_LINUX, PER_LINUX32, UNAME26, both of these, and "tell me only". No others: they switch off protections.
constexpr std::uint64_t kPersonalities[] = {0x0, 0x8, 0x20000, 0x20008, 0xffffffff};

constexpr std::uint64_t kNewNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

Json allow(std::vector<std::string_view> names) { return {{"names", std::move(names)}, {"action", "SCMP_ACT_ALLOW"}}; }

Json allow_if(std::string_view name, Json argument) {
  Json rule = allow({name});
  rule["args"] = Json::array({std::move(argument)});
  return rule;
}

// The 64-bit kernel's own and its 32-bit one; programs of any other are killed. x32 is left out on purpose: kernels
// have it switched off, and it costs every start of a container 5 ms of making filters.
std::vector<std::string_view> filtered_architectures(std::string_view architecture) {
  if (architecture == "amd64") return {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"};
  if (architecture == "arm64") return {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
  return {};
}

std::vector<std::string_view> allowed_names(Names capabilities, std::string_view architecture) {
  std::vector<std::string_view> names(std::begin(kAlways), std::end(kAlways));
  const auto add = [&](Names more) { names.insert(names.end(), more.begin(), more.end()); };
  if (architecture == "amd64") add(kAmd64);
  if (architecture == "arm64") add(kArm64);
  for (const WithCapability& row : kWithCapability) {
    if (std::find(capabilities.begin(), capabilities.end(), row.capability) != capabilities.end()) add(row.names);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

Json default_seccomp(Names capabilities, std::string_view architecture) {
  std::vector<std::string_view> names = allowed_names(capabilities, architecture);
  const bool may_clone_anything = std::binary_search(names.begin(), names.end(), "clone3");

  Json rules = Json::array({allow(std::move(names))});
  rules.push_back(allow_if("socket", {{"index", 0}, {"value", AF_VSOCK}, {"op", "SCMP_CMP_NE"}}));
  for (const std::uint64_t persona : kPersonalities)
    rules.push_back(allow_if("personality", {{"index", 0}, {"value", persona}, {"op", "SCMP_CMP_EQ"}}));
  if (!may_clone_anything) {
    // clone passes when it asks for no new namespace. The flags of clone3 are behind a pointer, where no filter sees
    // them: "not implemented" makes C libraries fall back to clone.
    rules.push_back(
        allow_if("clone", {{"index", 0}, {"value", kNewNamespaces}, {"valueTwo", 0}, {"op", "SCMP_CMP_MASKED_EQ"}}));
    rules.push_back({{"names", Json::array({"clone3"})}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", ENOSYS}});
  }
  Json filter = {{"defaultAction", "SCMP_ACT_ERRNO"}, {"defaultErrnoRet", EPERM}};
  if (auto architectures = filtered_architectures(architecture); !architectures.empty())
    filter["architectures"] = std::move(architectures);
  filter["syscalls"] = std::move(rules);
  return filter;
}

}  // namespace ctrbox::runtime
