-- Campaigns whose documents ended at their first date. What stays of them is sealed under a key of
-- its own, which goes with the purge.
ALTER TABLE retention ADD COLUMN coarsen_from INTEGER;
ALTER TABLE retention ADD COLUMN coarsen_due INTEGER;
CREATE TABLE coarsenings(
  campaign BLOB PRIMARY KEY REFERENCES campaigns(id),
  begun_at INTEGER NOT NULL,
  name TEXT NOT NULL,
  purge_on TEXT,
  purge_due INTEGER,
  facts TEXT NOT NULL,
  tables BLOB,
  certificate TEXT
) STRICT, WITHOUT ROWID;
