-- Requests of citizens. `text` is erasable; no name, number or address of a person outside requests_contact.
CREATE TABLE requests_request (
    id           uuid PRIMARY KEY,
    code         text NOT NULL UNIQUE,
    local        uuid UNIQUE,
    position     bigint NOT NULL UNIQUE,
    recorded_at  bigint NOT NULL,
    changed_at   bigint NOT NULL,
    state        text NOT NULL,
    incident     uuid,
    follows      uuid REFERENCES requests_request (id),
    text         text NOT NULL,
    facts        jsonb NOT NULL,
    lon          double precision,
    lat          double precision,
    asset        uuid,
    commune      text NOT NULL,
    trade        text NOT NULL,
    kind         text NOT NULL
);
CREATE INDEX requests_request_recorded ON requests_request (recorded_at DESC);
CREATE INDEX requests_request_open ON requests_request (recorded_at) WHERE state IN ('recorded', 'attached', 'call_back');
CREATE INDEX requests_request_incident ON requests_request (incident) WHERE incident IS NOT NULL;
CREATE INDEX requests_request_asset ON requests_request (asset) WHERE asset IS NOT NULL;

-- Journal lines, besides the first, that hold words of a request: what must be erased with them.
CREATE TABLE requests_words (
    request   uuid NOT NULL REFERENCES requests_request (id),
    position  bigint NOT NULL UNIQUE
);
CREATE INDEX requests_words_request ON requests_words (request);

-- How to reach the people who call: purpose personal.caller, each row with its end date. Never in the journal.
CREATE TABLE requests_contact (
    subject   text PRIMARY KEY,
    request   uuid,
    call      text,
    name      text NOT NULL,
    phone     text NOT NULL,
    email     text NOT NULL,
    channel   text NOT NULL,
    lang      text NOT NULL,
    purpose   text NOT NULL DEFAULT 'personal.caller',
    until     bigint NOT NULL
);
CREATE INDEX requests_contact_until ON requests_contact (until);
CREATE INDEX requests_contact_phone ON requests_contact (phone) WHERE phone <> '';

-- Messages owed: one for each step of a request, for ever; who receives it is looked up when it leaves.
CREATE TABLE requests_owed (
    id          uuid PRIMARY KEY,
    request     uuid NOT NULL REFERENCES requests_request (id),
    step        text NOT NULL,
    round       integer NOT NULL,
    channel     text NOT NULL,
    created_at  bigint NOT NULL,
    state       text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'doubtful', 'by_phone', 'waived')),
    attempts    integer NOT NULL,
    next_at     bigint NOT NULL,
    problem     text NOT NULL
);
CREATE INDEX requests_owed_waiting ON requests_owed (next_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX requests_owed_request ON requests_owed (request);

-- Calls of the exchange, without their number.
CREATE TABLE requests_call (
    id       text PRIMARY KEY,
    state    text NOT NULL,
    rang_at  bigint NOT NULL,
    facts    jsonb NOT NULL
);
CREATE INDEX requests_call_rang ON requests_call (rang_at DESC);
