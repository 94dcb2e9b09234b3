CREATE TABLE snapshots(
  document BLOB PRIMARY KEY,
  position INTEGER NOT NULL,
  covers_bytes INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
