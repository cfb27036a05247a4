-- Outbox of the intake: rules that changed sides, in the order they were judged (one writer, so ids follow commits).
-- The alarms delete what they read in the transaction of the alarms themselves.
CREATE TABLE crossing (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asset        uuid NOT NULL,
    alarm_class  text NOT NULL,
    edge         text NOT NULL CHECK (edge IN ('raise', 'clear')),
    at           bigint NOT NULL,
    value        double precision,
    late         boolean NOT NULL DEFAULT false
);

-- Where each rule stands, written with the samples that moved it: a restart neither forgets nor repeats an edge.
-- `since` is the start of a running delay, 0 when none runs.
CREATE TABLE rule_state (
    series       integer NOT NULL,
    alarm_class  text NOT NULL,
    condition    boolean NOT NULL,
    active       boolean NOT NULL,
    since        bigint NOT NULL,
    PRIMARY KEY (series, alarm_class)
);

-- Who may send readings. `secret` is the SHA-256 of a random 128-bit token, made where it was shown: it was never here.
CREATE TABLE source (
    name        text PRIMARY KEY,
    label       text NOT NULL,
    kind        text NOT NULL,
    state       text NOT NULL CHECK (state IN ('active', 'disabled')),
    secret      bytea NOT NULL UNIQUE,
    assets      text[] NOT NULL,
    rate        double precision NOT NULL,
    burst       double precision NOT NULL,
    simulated   boolean NOT NULL DEFAULT false,
    created_at  bigint NOT NULL,
    changed_at  bigint NOT NULL
);

-- Devices that speak with the onboarding credential, or knock with an unknown name; forgotten after 24 h.
CREATE TABLE unknown_source (
    client    text PRIMARY KEY,
    first_at  bigint NOT NULL,
    last_at   bigint NOT NULL,
    count     bigint NOT NULL,
    messages  jsonb NOT NULL
);
CREATE INDEX unknown_source_last ON unknown_source (last_at);

-- What was received and what was refused, per source and reason, with the last samples of the refused.
CREATE TABLE source_count (
    source   text NOT NULL,
    reason   text NOT NULL,
    count    bigint NOT NULL,
    last_at  bigint NOT NULL,
    sample   text NOT NULL DEFAULT '',
    PRIMARY KEY (source, reason)
);

-- One row per stretch of time during which a source was over its quota.
CREATE TABLE quota_episode (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source      text NOT NULL,
    started_at  bigint NOT NULL,
    ended_at    bigint,
    refused     bigint NOT NULL,
    journalled  boolean NOT NULL DEFAULT false
);
CREATE INDEX quota_episode_new ON quota_episode (id) WHERE NOT journalled;
