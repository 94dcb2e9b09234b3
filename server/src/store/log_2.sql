ALTER TABLE tombstones ADD COLUMN successor TEXT;
CREATE INDEX quarantine_by_change ON quarantine(document, change);
CREATE INDEX quarantine_open ON quarantine(number) WHERE settled_at IS NULL;
