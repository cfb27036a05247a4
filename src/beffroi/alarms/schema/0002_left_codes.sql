-- What did not come back keeps its painted numbers on the line, long after its own record has ended.
ALTER TABLE alarm ADD COLUMN left_codes text[] NOT NULL DEFAULT '{}';
