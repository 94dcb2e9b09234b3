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
