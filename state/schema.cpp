#include "state/schema.h"

namespace ctrbox::state {
namespace {

// Times are UTC nanoseconds since 1970. Digests are "algorithm:hex". Labels of an object go when the object goes.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE namespaces (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
);
CREATE TABLE namespace_labels (
  owner_id INTEGER NOT NULL REFERENCES namespaces(id) ON DELETE CASCADE,
  key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (owner_id, key)
) WITHOUT ROWID;

-- Bytes on disk, one row a blob, shared by all namespaces. The row is written after the file is in its place.
CREATE TABLE blobs (
  id         INTEGER PRIMARY KEY,
  digest     TEXT NOT NULL UNIQUE,
  size       INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
-- What a namespace knows of a blob. A blob without a row here is garbage.
CREATE TABLE content (
  id           INTEGER PRIMARY KEY,
  namespace_id INTEGER NOT NULL REFERENCES namespaces(id) ON DELETE CASCADE,
  blob_id      INTEGER NOT NULL REFERENCES blobs(id),
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  UNIQUE (namespace_id, blob_id)
);
CREATE INDEX content_blob ON content(blob_id);
CREATE TABLE content_labels (
  owner_id INTEGER NOT NULL REFERENCES content(id) ON DELETE CASCADE,
  key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (owner_id, key)
) WITHOUT ROWID;

-- measured_*: what of the image is here, so that lists need not read its documents; null when not known.
CREATE TABLE images (
  id                 INTEGER PRIMARY KEY,
  namespace_id       INTEGER NOT NULL REFERENCES namespaces(id),
  name               TEXT NOT NULL,
  media_type         TEXT NOT NULL,
  digest             TEXT NOT NULL,
  size               INTEGER NOT NULL,
  created_at         INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  measured_size      INTEGER,
  measured_platforms TEXT,
  UNIQUE (namespace_id, name)
);
CREATE INDEX images_digest ON images(digest);
-- The blobs whose coming or going changes what was measured.
CREATE TABLE image_dependencies (
  digest   TEXT NOT NULL,
  image_id INTEGER NOT NULL REFERENCES images(id) ON DELETE CASCADE,
  PRIMARY KEY (digest, image_id)
) WITHOUT ROWID;
CREATE INDEX image_dependencies_image ON image_dependencies(image_id);
CREATE TRIGGER content_comes AFTER INSERT ON content BEGIN
  UPDATE images SET measured_size = NULL WHERE namespace_id = NEW.namespace_id AND id IN
    (SELECT d.image_id FROM blobs b JOIN image_dependencies d ON d.digest = b.digest WHERE b.id = NEW.blob_id);
END;
CREATE TRIGGER content_goes AFTER DELETE ON content BEGIN
  UPDATE images SET measured_size = NULL WHERE namespace_id = OLD.namespace_id AND id IN
    (SELECT d.image_id FROM blobs b JOIN image_dependencies d ON d.digest = b.digest WHERE b.id = OLD.blob_id);
END;
CREATE TABLE image_labels (
  owner_id INTEGER NOT NULL REFERENCES images(id) ON DELETE CASCADE,
  key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (owner_id, key)
) WITHOUT ROWID;

-- Numbers that are handed out before the thing they name is visible, such as snapshot directories.
CREATE TABLE counters (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

-- Snapshot directories, <root>/snapshots/<snapshotter>/<id>. One with a chain id is an unpacked layer, shared by all
-- namespaces; one without belongs to a single snapshot. opaque_root: nothing below this layer shows through.
CREATE TABLE directories (
  id          INTEGER PRIMARY KEY,
  snapshotter TEXT NOT NULL,
  chain_id    TEXT,
  parent_id   INTEGER REFERENCES directories(id),
  opaque_root INTEGER NOT NULL DEFAULT 0,
  size        INTEGER NOT NULL DEFAULT 0,
  inodes      INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL
);
CREATE UNIQUE INDEX directories_chain ON directories(snapshotter, chain_id) WHERE chain_id IS NOT NULL;
CREATE INDEX directories_parent ON directories(parent_id);

-- kind: 1 view, 2 active, 3 committed (containerd's numbers). Keys and names share one space.
CREATE TABLE snapshots (
  id           INTEGER PRIMARY KEY,
  namespace_id INTEGER NOT NULL REFERENCES namespaces(id) ON DELETE CASCADE,
  snapshotter  TEXT NOT NULL,
  key          TEXT NOT NULL,
  kind         INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
  parent_id    INTEGER REFERENCES snapshots(id),
  directory_id INTEGER NOT NULL REFERENCES directories(id),
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  UNIQUE (namespace_id, snapshotter, key)
);
CREATE INDEX snapshots_parent ON snapshots(parent_id);
CREATE INDEX snapshots_directory ON snapshots(directory_id);
CREATE TABLE snapshot_labels (
  owner_id INTEGER NOT NULL REFERENCES snapshots(id) ON DELETE CASCADE,
  key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (owner_id, key)
) WITHOUT ROWID;

CREATE TABLE containers (
  id              INTEGER PRIMARY KEY,
  namespace_id    INTEGER NOT NULL REFERENCES namespaces(id),
  name            TEXT NOT NULL,
  image           TEXT NOT NULL,
  runtime_name    TEXT NOT NULL,
  snapshotter     TEXT NOT NULL,
  snapshot_key    TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  runtime_options BLOB,
  spec            TEXT NOT NULL,  -- last, since it is long and lists do not read it
  UNIQUE (namespace_id, name)
);
CREATE TABLE container_labels (
  owner_id INTEGER NOT NULL REFERENCES containers(id) ON DELETE CASCADE,
  key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (owner_id, key)
) WITHOUT ROWID;

-- The one task a container may have. A pid counts only together with its start time and the boot it belongs to.
-- status: 0 claimed (nothing runs yet), 1 created, 2 running, 3 stopped, 4 paused (containerd's numbers). exit_status is null until it is known.
CREATE TABLE tasks (
  container_id    INTEGER PRIMARY KEY REFERENCES containers(id),
  bundle          TEXT NOT NULL,
  boot_id         TEXT NOT NULL,
  shim_pid        INTEGER NOT NULL,
  shim_start_time INTEGER NOT NULL,
  pid             INTEGER NOT NULL,
  pid_start_time  INTEGER NOT NULL,
  status          INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
  stdin TEXT NOT NULL, stdout TEXT NOT NULL, stderr TEXT NOT NULL,
  terminal        INTEGER NOT NULL,
  exit_status     INTEGER,
  exited_at       INTEGER,
  remove_on_exit  INTEGER NOT NULL DEFAULT 0
);

-- The outbox: every change above writes its event in its own transaction. sequence never repeats.
-- payload is the value of a typeurl Any.
CREATE TABLE events (
  sequence  INTEGER PRIMARY KEY AUTOINCREMENT,
  timestamp INTEGER NOT NULL,
  namespace TEXT NOT NULL,
  topic     TEXT NOT NULL,
  type_url  TEXT NOT NULL,
  payload   BLOB NOT NULL
);
)sql";

constexpr const char* kVersion2 = R"sql(
-- What is set for the whole host; what has no row has its default.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
-- How far each named reader has come in the events: the last sequence it has dealt with.
CREATE TABLE event_cursors (
  name       TEXT PRIMARY KEY,
  sequence   INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
-- Messages go by their bare name, which every containerd since 1.0 understands; the prefix only some did.
UPDATE events SET type_url = substr(type_url, length('types.containerd.io/') + 1)
  WHERE type_url LIKE 'types.containerd.io/containerd.%';
)sql";

constexpr const char* kScripts[] = {kVersion1, kVersion2};

}  // namespace

std::span<const char* const> migration_scripts() noexcept { return kScripts; }

}  // namespace ctrbox::state
