-- The journal: one row per line, the hash covers `bytes`; the other columns repeat it for searching.
-- The application role may INSERT and SELECT only (migrations grant no more on tables named journal_…).
CREATE TABLE journal_line (
    position     bigint PRIMARY KEY CHECK (position > 0),
    recorded_at  bigint NOT NULL,
    happened_at  bigint NOT NULL,
    type         text NOT NULL,
    version      smallint NOT NULL,
    actor_kind   text NOT NULL,
    actor        uuid,
    actor_name   text,
    cause        bigint,
    depth        smallint,
    asset        uuid,
    commune      text NOT NULL,
    trade        text NOT NULL,
    kind         text NOT NULL,
    bytes        bytea NOT NULL,
    hash         bytea NOT NULL CHECK (length(hash) = 32)
);
-- Lines are written once and read by position: few indexes, each partial where most lines have nothing.
CREATE INDEX journal_line_recorded ON journal_line USING brin (recorded_at);
CREATE INDEX journal_line_type ON journal_line (type, position);
CREATE INDEX journal_line_asset ON journal_line (asset, position) WHERE asset IS NOT NULL;
CREATE INDEX journal_line_actor ON journal_line (actor, position) WHERE actor IS NOT NULL;
CREATE INDEX journal_line_cause ON journal_line (cause) WHERE cause IS NOT NULL;

-- Free text and personal fields: outside the chain so that they can be erased without breaking it.
CREATE TABLE journal_body (
    position     bigint NOT NULL REFERENCES journal_line (position),
    field        text NOT NULL,
    purpose      text NOT NULL,
    recorded_at  bigint NOT NULL,
    salt         bytea,
    text         text,
    erased_at    bigint,
    PRIMARY KEY (position, field),
    CHECK ((erased_at IS NULL) = (text IS NOT NULL) AND (text IS NULL) = (salt IS NULL))
);
CREATE INDEX journal_body_living ON journal_body (purpose, recorded_at) WHERE erased_at IS NULL;

CREATE TABLE journal_head (
    position   bigint NOT NULL,
    hash       bytea NOT NULL,
    signed_at  bigint NOT NULL,
    key_id     text NOT NULL,
    signature  bytea NOT NULL,
    PRIMARY KEY (position, signed_at)
);

-- The only ways to change anything here: they take a text and its salt away, and keep who asked for it in the journal
-- (the caller writes a line "journal.erased" in the same transaction). Run with the rights of the owner.
CREATE FUNCTION journal_erase_before(erased_purpose text, before bigint, at bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        UPDATE journal_body SET text = NULL, salt = NULL, erased_at = at
        WHERE purpose = erased_purpose AND recorded_at < before AND erased_at IS NULL
        RETURNING 1
    ) SELECT count(*) FROM gone
$$;

CREATE FUNCTION journal_erase_line(erased_position bigint, at bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        UPDATE journal_body SET text = NULL, salt = NULL, erased_at = at
        WHERE position = erased_position AND erased_at IS NULL
        RETURNING 1
    ) SELECT count(*) FROM gone
$$;
