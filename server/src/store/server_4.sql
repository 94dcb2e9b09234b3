-- A tablet whose code no coordinator issued reads nothing until one accepts it.
ALTER TABLE devices ADD COLUMN accepted_at INTEGER;
UPDATE devices SET accepted_at = enrolled_at;
ALTER TABLE enrolments ADD COLUMN accepted INTEGER NOT NULL DEFAULT 1;
ALTER TABLE enrolments ADD COLUMN cancelled_at INTEGER;
-- The date a notice was given for: another date needs another notice.
ALTER TABLE retention ADD COLUMN purge_due INTEGER;
CREATE TABLE api_tokens(
  id BLOB PRIMARY KEY,
  account BLOB NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX api_tokens_by_account ON api_tokens(account);
