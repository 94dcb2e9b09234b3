-- Codes that enrol several tablets, until the night ends.
CREATE TABLE enrolment_series(
  id BLOB PRIMARY KEY,
  code BLOB NOT NULL UNIQUE,
  link BLOB NOT NULL UNIQUE,
  campaign BLOB NOT NULL REFERENCES campaigns(id),
  label TEXT NOT NULL,
  team BLOB,
  organisation TEXT,
  author TEXT NOT NULL,
  places INTEGER NOT NULL,
  used INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  cancelled_at INTEGER
) STRICT, WITHOUT ROWID;
-- Which tablet took a place: one whose answer was lost is told the same again.
CREATE TABLE enrolment_places(
  series BLOB NOT NULL REFERENCES enrolment_series(id),
  verifying_key BLOB NOT NULL,
  device BLOB NOT NULL REFERENCES devices(id),
  PRIMARY KEY(series, verifying_key)
) STRICT, WITHOUT ROWID;
