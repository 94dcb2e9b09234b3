ALTER TABLE audit ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN second_factor BLOB;
ALTER TABLE accounts ADD COLUMN second_factor_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;
CREATE TABLE recovery_codes(
  code BLOB PRIMARY KEY,
  account BLOB NOT NULL REFERENCES accounts(id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE retention(
  campaign BLOB PRIMARY KEY REFERENCES campaigns(id),
  purge_from INTEGER,
  held_at INTEGER,
  held_by TEXT,
  held_reason TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE purges(
  campaign BLOB PRIMARY KEY REFERENCES campaigns(id),
  begun_at INTEGER NOT NULL,
  facts TEXT NOT NULL,
  certificate TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE kept_releases(
  campaign BLOB NOT NULL,
  number INTEGER NOT NULL,
  stage TEXT NOT NULL,
  built_at INTEGER NOT NULL,
  position INTEGER NOT NULL,
  author TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY(campaign, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE kept_ledger(
  campaign BLOB NOT NULL,
  line INTEGER NOT NULL,
  release INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY(campaign, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE wipes_told(
  device BLOB PRIMARY KEY,
  campaign BLOB NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
