// The commands of ctr, sorted by path: what is not here does not exist.
#include "commands/ctr/containers/containers.h"
#include "commands/ctr/content/content.h"
#include "commands/ctr/events/events.h"
#include "commands/ctr/images/images.h"
#include "commands/ctr/namespaces/namespaces.h"
#include "commands/ctr/pull.h"
#include "commands/ctr/run.h"
#include "commands/ctr/snapshots/snapshots.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/ctr/version.h"
#include "commands/personality.h"

namespace ctrbox::commands {
namespace {

constexpr std::string_view kContainerNotes =
    "An ID is made up, twelve hexadecimal digits, when none is given: with IMAGE alone, or when -- follows it and a "
    "command. With --name ID what follows IMAGE is the command. With --config FILE there is no IMAGE (with --rootfs, "
    "the "
    "directory), and a relative root.path starts where FILE is.";

}  // namespace

std::span<const Command> ctr_commands() noexcept {
  static constexpr Command table[] = {
      {.path = "containers create",
       .other_paths = {"create"},
       .arguments = "IMAGE [ID [COMMAND [ARG...]]]",
       .summary = "make a container that does not run yet",
       .declare = declare_containers_create,
       .needs_root = "it makes files of other users",
       .raw_after = 2,
       .notes = kContainerNotes,
       .examples = "$ containers create --memory 512m docker.io/library/redis:latest cache\n"
                   "$ containers create docker.io/library/redis:latest | prints the ID it made up\n"
                   "$ containers create --config bundle/config.json web | a whole spec instead of an image"},
      {.path = "containers info",
       .other_paths = {"info", "containers inspect"},
       .arguments = "ID",
       .summary = "print the record of a container as JSON",
       .declare = declare_containers_info},
      {.path = "containers label",
       .arguments = "ID [LABEL...]",
       .summary = "set or remove labels of a container and print what it has",
       .declare = declare_containers_label,
       .examples = "$ containers label cache tier=db old= | sets one, removes the other"},
      {.path = "containers ls",
       .other_paths = {"containers list"},
       .arguments = "[FILTER...]",
       .summary = "list containers",
       .declare = declare_containers_ls,
       .examples = "$ containers ls 'labels.\"app\"==web' | those labelled app=web"},
      {.path = "containers rm",
       .other_paths = {"containers remove", "containers delete", "containers del", "delete"},
       .arguments = "ID...",
       .summary = "remove containers that do not run, with their snapshots",
       .declare = declare_containers_rm,
       .needs_root = "it removes the files of other users"},
      {.path = "containers update",
       .arguments = "ID",
       .summary = "change the record of a container",
       .declare = declare_containers_update,
       .notes = "What runs is not changed: the next task is made from the new record.",
       .examples = "$ containers update --label tier=db --runtime crun cache\n"
                   "$ containers info --spec cache > spec.json | edit it, and:\n"
                   "$ containers update --spec spec.json cache"},
      {.path = "content fetch",
       .other_paths = {"fetch"},
       .arguments = "REF",
       .summary = "fetch an image without unpacking it",
       .declare = declare_fetch,
       .examples = "$ content fetch --all-platforms redis | keep every platform's bytes"},
      {.path = "content get",
       .arguments = "DIGEST",
       .summary = "write the bytes of a blob to stdout",
       .declare = declare_content_get,
       .examples = "$ content get sha256:2c26b46b > layer.tar.gz | a beginning of the digest is enough"},
      {.path = "content ls",
       .other_paths = {"content list"},
       .arguments = "[FILTER...]",
       .summary = "list blobs",
       .declare = declare_content_ls},
      {.path = "events",
       .arguments = "[FILTER...]",
       .summary = "print events of all namespaces as they happen, or those that are kept",
       .declare = declare_events,
       .notes =
           "A MOMENT is a sequence (42), a time (2017-07-28T22:19:51Z, or as events print it) or a duration ago (10m). "
           "Without --since only new events are shown, with --no-follow all that are kept. A cursor is moved after "
           "its events were written: one that is killed shows the last few again, and misses none.",
       .endless = true,
       .examples = "$ events 'topic~=/tasks/.+,namespace==bb'\n"
                   "$ events --since 1h --no-follow 'event.exit_status!=0,topic==/tasks/exit' | what failed lately\n"
                   "$ events --cursor deploy --format json | each event at least once, across restarts"},
      {.path = "events forward",
       .summary = "append events that were printed with --format json, from stdin, as they were",
       .declare = declare_events_forward,
       .examples = "ssh other ctr events --format json | ctr events forward"},
      {.path = "events publish",
       .arguments = "TOPIC JSON",
       .summary = "append an event of your own, in the namespace of --namespace",
       .declare = declare_events_publish,
       .examples = "$ events publish /deploy/done '{\"app\":\"web\",\"version\":7}'"},
      {.path = "events retention",
       .summary = "print or set for how long events are kept",
       .declare = declare_events_retention,
       .examples = "$ events retention --max-age 72h --max-count 100000"},
      {.path = "images label",
       .arguments = "REF [LABEL...]",
       .summary = "set or remove labels of an image and print what it has",
       .declare = declare_images_label,
       .examples = "$ images label redis stage=test old= | sets one, removes the other"},
      {.path = "images ls",
       .other_paths = {"images list"},
       .arguments = "[FILTER...]",
       .summary = "list images",
       .declare = declare_images_ls,
       .examples = "$ images ls 'name~=redis'"},
      {.path = "images pull",
       .other_paths = {"pull"},
       .arguments = "REF",
       .summary = "fetch an image and unpack it",
       .declare = declare_pull,
       .needs_root = kPullNeedsRoot,
       .examples = "$ images pull redis | docker.io/library/redis:latest for this host's platform\n"
                   "$ images pull --platform linux/arm64 redis:7\n"
                   "$ images pull --user me registry.example.com/app:1 | asks for the password"},
      {.path = "images rm",
       .other_paths = {"images remove", "images delete"},
       .arguments = "REF...",
       .summary = "remove images from the namespace",
       .declare = declare_images_rm},
      {.path = "namespaces create",
       .arguments = "NAME [LABEL...]",
       .summary = "make a namespace",
       .declare = declare_namespaces_create,
       .examples = "$ namespaces create build owner=ci"},
      {.path = "namespaces label",
       .arguments = "NAME LABEL...",
       .summary = "set or remove labels of a namespace",
       .declare = declare_namespaces_label},
      {.path = "namespaces ls",
       .other_paths = {"namespaces list"},
       .arguments = "[FILTER...]",
       .summary = "list namespaces",
       .declare = declare_namespaces_ls},
      {.path = "namespaces rm",
       .other_paths = {"namespaces remove", "namespaces delete"},
       .arguments = "NAME...",
       .summary = "remove empty namespaces",
       .declare = declare_namespaces_rm},
      {.path = "run",
       .arguments = "IMAGE [ID [COMMAND [ARG...]]]",
       .summary = "run a container from an image",
       .declare = declare_run,
       .needs_root = "it mounts file systems and starts runc",
       .raw_after = 2,
       .failure_status = 125,
       .notes = kContainerNotes,
       .examples = "$ run --rm docker.io/library/busybox:latest hello echo hello | run a command and tidy up\n"
                   "$ run -t --rm docker.io/library/busybox:latest shell sh | a shell with a terminal\n"
                   "$ run -d docker.io/library/redis:latest cache | leave it running\n"
                   "$ run --rm docker.io/library/busybox:latest -- id | an ID is made up"},
      {.path = "snapshots ls",
       .other_paths = {"snapshots list"},
       .arguments = "[FILTER...]",
       .summary = "list snapshots",
       .declare = declare_snapshots_ls},
      {.path = "tasks kill",
       .other_paths = {"kill"},
       .arguments = "ID",
       .summary = "send a signal to a container",
       .declare = declare_tasks_kill,
       .needs_root = "containers run as root"},
      {.path = "tasks ls", .other_paths = {"tasks list"}, .summary = "list what runs", .declare = declare_tasks_ls},
      {.path = "tasks metrics",
       .other_paths = {"metrics", "tasks metric"},
       .arguments = "[ID...]",
       .summary = "print what running containers use of memory, CPU, processes and devices",
       .declare = declare_tasks_metrics,
       .needs_root = "containers run as root",
       .notes = "One ID gives a list of its figures; several, or none (all that run), a row each, whose CPU % is "
                "measured over one interval. JSON has an object a container and a line: times are nanoseconds, sizes "
                "bytes, a limit of null is none, and counters the host does not have are 0.",
       .endless = true,
       .examples = "$ tasks metrics cache\n"
                   "$ tasks metrics --follow | all that run, until it is interrupted\n"
                   "$ tasks metrics --format json cache | for programs"},
      {.path = "tasks rm",
       .other_paths = {"tasks remove", "tasks delete", "tasks del"},
       .arguments = "ID...",
       .summary = "remove the tasks of containers that have ended",
       .declare = declare_tasks_rm,
       .needs_root = "it removes the files of other users"},
      {.path = "tasks update",
       .other_paths = {"update"},
       .arguments = "ID",
       .summary = "change limits of a container while it runs",
       .declare = declare_tasks_update,
       .needs_root = "containers run as root",
       .notes =
           "What is not named stays as it is. Flags count more than --resources. When one of the limits is refused, "
           "none is changed.",
       .examples = "$ tasks update --memory 256m --cpus 1.5 cache\n"
                   "$ tasks update --resources limits.json cache | LinuxResources of the OCI runtime spec"},
      {.path = "version", .summary = "print the version of this build", .declare = declare_version},
  };
  return table;
}

}  // namespace ctrbox::commands
