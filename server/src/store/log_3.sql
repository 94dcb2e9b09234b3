ALTER TABLE quarantine ADD COLUMN awaits BLOB;
CREATE INDEX quarantine_by_awaited ON quarantine(document, awaits)
  WHERE awaits IS NOT NULL AND settled_at IS NULL;
