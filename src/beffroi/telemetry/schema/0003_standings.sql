-- Where the rules moved by a batch stand, noted in its own transaction as one value; `rule_state` becomes a checkpoint of
-- it about a second old, like `latest`: a city that fires at 10 % rewrites each row once a checkpoint, not once a batch.
ALTER TABLE intake_batch ADD COLUMN standings bytea NOT NULL DEFAULT '';
ALTER TABLE rule_state SET (fillfactor = 70);
