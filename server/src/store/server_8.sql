-- Public keys by which accounts log in without a password (WebAuthn).
CREATE TABLE passkeys(
  id BLOB PRIMARY KEY,
  account BLOB NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  credential BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kept TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_by_account ON passkeys(account);
-- Which sessions a passkey opened: that is a whole proof, a password alone is half of one.
ALTER TABLE sessions ADD COLUMN by_passkey INTEGER NOT NULL DEFAULT 0;
