-- What campaigns leave without persons: counts by sector and unit, sealed under a key of the server. They
-- outlive the purge.
CREATE TABLE archives(
  campaign BLOB PRIMARY KEY REFERENCES campaigns(id),
  kept_at INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
