-- The directory. What is personal stands apart, in columns emptied at its end date or on request.
CREATE TABLE directory_contact (
    id            uuid PRIMARY KEY,
    key           text NOT NULL,
    organisation  text NOT NULL,
    function      text NOT NULL,
    category      text NOT NULL,
    commune       text NOT NULL,
    place         text NOT NULL,
    phones        jsonb NOT NULL,
    hours         text NOT NULL,
    languages     text[] NOT NULL,
    note          text NOT NULL,
    set_at        bigint NOT NULL
);
CREATE UNIQUE INDEX directory_contact_key ON directory_contact (key) WHERE key <> '';

-- Purpose personal.directory: kept until `until`, then the row goes.
CREATE TABLE directory_person (
    contact  uuid PRIMARY KEY REFERENCES directory_contact (id) ON DELETE CASCADE,
    person   jsonb NOT NULL,
    until    bigint NOT NULL
);
CREATE INDEX directory_person_until ON directory_person (until);

-- Where the journal holds bodies about a person: what to erase with it.
CREATE TABLE directory_trace (
    contact   uuid NOT NULL REFERENCES directory_contact (id) ON DELETE CASCADE,
    position  bigint NOT NULL,
    PRIMARY KEY (contact, position)
);

CREATE TABLE directory_roster (
    key      text PRIMARY KEY,
    label    text NOT NULL,
    commune  text NOT NULL,
    place    text NOT NULL
);

CREATE TABLE directory_slot (
    roster   text NOT NULL REFERENCES directory_roster (key) ON DELETE CASCADE,
    contact  uuid NOT NULL REFERENCES directory_contact (id) ON DELETE CASCADE,
    begin_at bigint NOT NULL,
    end_at   bigint NOT NULL CHECK (end_at > begin_at),
    PRIMARY KEY (roster, begin_at, end_at, contact)
);

-- The log of calls keeps functions, not names.
CREATE TABLE directory_call (
    id           uuid PRIMARY KEY,
    contact      uuid NOT NULL,
    label        text NOT NULL,
    outcome      text NOT NULL,
    incident     uuid,
    phone        text NOT NULL,
    called_at    bigint NOT NULL,
    recorded_at  bigint NOT NULL,
    author       uuid,
    local        uuid UNIQUE,
    position     bigint NOT NULL,
    commune      text NOT NULL,
    trade        text NOT NULL,
    kind         text NOT NULL
);
CREATE INDEX directory_call_contact ON directory_call (contact, called_at DESC);
CREATE INDEX directory_call_called ON directory_call (called_at DESC);
CREATE INDEX directory_call_incident ON directory_call (incident, called_at) WHERE incident IS NOT NULL;
