-- Dispatch: agents, crews, rosters, engagements, call-outs. Times are µs UTC.
CREATE TABLE dispatch_agent (
    id    uuid PRIMARY KEY,
    facts jsonb NOT NULL
);
-- Names and phones: personal data, with purpose and end date; a row leaves on its date or on request.
CREATE TABLE dispatch_person (
    agent   uuid PRIMARY KEY REFERENCES dispatch_agent (id),
    name    text NOT NULL,
    phone   text NOT NULL,
    purpose text NOT NULL DEFAULT 'personal.agent',
    ends_at bigint NOT NULL
);
CREATE TABLE dispatch_crew (
    id    uuid PRIMARY KEY,
    facts jsonb NOT NULL
);
CREATE TABLE dispatch_turn (
    trade     text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('duty', 'on_call')),
    subject   uuid NOT NULL,
    starts    bigint NOT NULL,
    ends      bigint NOT NULL CHECK (ends > starts),
    rank      int NOT NULL,
    delay_min int NOT NULL
);
CREATE INDEX dispatch_turn_time ON dispatch_turn (trade, starts);
CREATE TABLE dispatch_roster (
    trade    text PRIMARY KEY,
    position bigint NOT NULL
);
CREATE TABLE dispatch_need (
    category text PRIMARY KEY,
    facts    jsonb NOT NULL
);
CREATE TABLE dispatch_engagement (
    id         uuid PRIMARY KEY,
    incident   uuid NOT NULL,
    crew       uuid,
    agent      uuid,
    started_at bigint NOT NULL,
    ended_at   bigint,
    facts      jsonb NOT NULL
);
CREATE INDEX dispatch_engagement_incident ON dispatch_engagement (incident);
CREATE INDEX dispatch_engagement_ended ON dispatch_engagement (ended_at);
CREATE TABLE dispatch_call_out (
    id        uuid PRIMARY KEY,
    incident  uuid NOT NULL,
    opened_at bigint NOT NULL,
    ended_at  bigint,
    facts     jsonb NOT NULL
);
CREATE INDEX dispatch_call_out_incident ON dispatch_call_out (incident);
CREATE TABLE dispatch_rest (
    agent   uuid PRIMARY KEY,
    ends_at bigint NOT NULL
);
-- What seats sent late, by their own identity: the same one again writes nothing.
CREATE TABLE dispatch_local (
    local    uuid PRIMARY KEY,
    position bigint NOT NULL,
    at       bigint NOT NULL
);
