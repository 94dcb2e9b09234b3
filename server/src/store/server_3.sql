-- Shares of tablets' second wrapping, sealed to their campaigns, and tablets whose PIN is forgotten.
CREATE TABLE pin_resets(
  device BLOB PRIMARY KEY REFERENCES devices(id),
  share BLOB,
  left_at INTEGER,
  asks_with BLOB,
  asked_at INTEGER,
  given BLOB,
  allowed_at INTEGER
) STRICT, WITHOUT ROWID;
