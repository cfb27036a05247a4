-- Settings of the city: versioned, journalled, in force without restart. `rehearsal` marks a simulated city for ever.
CREATE TABLE city_setting (
    name        text PRIMARY KEY,
    value       jsonb NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    changed_at  bigint NOT NULL DEFAULT 0,
    position    bigint NOT NULL DEFAULT 0
);

-- Where each reaction stands in the journal; it moves in the transaction of the action that answers the line.
CREATE TABLE reaction_position (
    name      text PRIMARY KEY,
    position  bigint NOT NULL
);
