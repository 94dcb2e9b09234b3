CREATE TABLE settings(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE campaigns(
  id BLOB PRIMARY KEY,
  created_at INTEGER NOT NULL,
  purged_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE accounts(
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL,
  password TEXT NOT NULL,
  organisation TEXT,
  created_at INTEGER NOT NULL,
  closed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions(
  token BLOB PRIMARY KEY,
  account BLOB NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  opened_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE devices(
  id BLOB PRIMARY KEY,
  campaign BLOB NOT NULL REFERENCES campaigns(id),
  label TEXT NOT NULL,
  team BLOB,
  organisation TEXT,
  verifying_key BLOB NOT NULL,
  upload_token BLOB NOT NULL UNIQUE,
  app_version TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_campaign ON devices(campaign, label);
CREATE TABLE enrolments(
  code BLOB PRIMARY KEY,
  link BLOB NOT NULL UNIQUE,
  campaign BLOB NOT NULL REFERENCES campaigns(id),
  label TEXT NOT NULL,
  team BLOB,
  organisation TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  redeemed_at INTEGER,
  device BLOB
) STRICT, WITHOUT ROWID;
CREATE TABLE audit(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  previous BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_keeps_its_rows BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'audit rows are never altered'); END;
CREATE TRIGGER audit_loses_no_row BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
