CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE documents(
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  last_position INTEGER NOT NULL DEFAULT 0,
  changes INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE changes(
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  document BLOB NOT NULL REFERENCES documents(id),
  hash BLOB NOT NULL,
  device BLOB NOT NULL,
  carrier BLOB NOT NULL,
  organisation TEXT,
  received_at INTEGER NOT NULL,
  clock_offset_ms INTEGER,
  circumstance TEXT,
  bytes BLOB NOT NULL,
  UNIQUE(document, hash)
) STRICT;
CREATE INDEX changes_by_document ON changes(document, position);
CREATE INDEX changes_by_device ON changes(device, document);
CREATE TABLE quarantine(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  envelope BLOB NOT NULL,
  item INTEGER NOT NULL,
  document BLOB,
  change BLOB,
  device BLOB,
  carrier BLOB NOT NULL,
  code TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  settled_at INTEGER,
  bytes BLOB NOT NULL,
  UNIQUE(envelope, item)
) STRICT;
CREATE INDEX quarantine_by_carrier ON quarantine(carrier);
CREATE TABLE contacts(
  device BLOB PRIMARY KEY,
  at INTEGER NOT NULL,
  clock_offset_ms INTEGER NOT NULL,
  app_version TEXT NOT NULL,
  battery_percent INTEGER,
  unsent INTEGER NOT NULL,
  oldest_unsent_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE commands(id TEXT PRIMARY KEY, answer BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE releases(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  stage TEXT NOT NULL,
  built_at INTEGER NOT NULL,
  position INTEGER NOT NULL,
  author TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE ledger(
  line INTEGER PRIMARY KEY AUTOINCREMENT,
  release INTEGER NOT NULL REFERENCES releases(number),
  body BLOB NOT NULL
) STRICT;
CREATE TABLE linkage(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  from_position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE tombstones(
  document BLOB PRIMARY KEY,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
