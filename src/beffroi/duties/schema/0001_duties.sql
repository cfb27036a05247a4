-- Instructions, reminders, routines and night rounds. Texts are erasable, hence not only in the journal.
CREATE TABLE duty_instruction (
    id          uuid PRIMARY KEY,
    position    bigint NOT NULL UNIQUE,
    text        text NOT NULL,
    desks       text[] NOT NULL,
    begins_at   bigint NOT NULL,
    ends_at     bigint NOT NULL CHECK (ends_at > begins_at),
    given_at    bigint NOT NULL,
    author      uuid,
    ended_at    bigint,
    end_reason  text NOT NULL DEFAULT '',
    commune     text NOT NULL,
    trade       text NOT NULL,
    kind        text NOT NULL
);
CREATE INDEX duty_instruction_open ON duty_instruction (ends_at) WHERE ended_at IS NULL;
CREATE INDEX duty_instruction_given ON duty_instruction (given_at DESC);

CREATE TABLE duty_reading (
    instruction  uuid NOT NULL REFERENCES duty_instruction (id),
    account      uuid NOT NULL,
    read_at      bigint NOT NULL,
    PRIMARY KEY (instruction, account)
);

CREATE TABLE duty_reminder (
    id           uuid PRIMARY KEY,
    position     bigint NOT NULL UNIQUE,
    text         text NOT NULL,
    about        text NOT NULL,
    target_kind  text NOT NULL,
    target       uuid,
    due_at       bigint NOT NULL,
    made_at      bigint NOT NULL,
    author       uuid,
    fell_due_at  bigint,
    postponed    integer NOT NULL DEFAULT 0,
    done_at      bigint,
    commune      text NOT NULL,
    trade        text NOT NULL,
    kind         text NOT NULL
);
CREATE INDEX duty_reminder_open ON duty_reminder (due_at) WHERE done_at IS NULL;

-- Versioned: each set of routines is a row, the newest is in force.
CREATE TABLE duty_routines (
    position  bigint PRIMARY KEY,
    set_at    bigint NOT NULL,
    routines  jsonb NOT NULL,
    calendar  jsonb NOT NULL
);

CREATE TABLE duty_reached (
    routine  text PRIMARY KEY,
    at       bigint NOT NULL
);

CREATE TABLE duty_occasion (
    routine      text NOT NULL,
    at           bigint NOT NULL,
    day          date NOT NULL,
    label        jsonb NOT NULL,
    result       text NOT NULL,
    remark       text NOT NULL,
    missed_at    bigint,
    recorded_at  bigint NOT NULL,
    happened_at  bigint NOT NULL,
    author       uuid,
    late         boolean NOT NULL,
    position     bigint NOT NULL,
    trade        text NOT NULL,
    PRIMARY KEY (routine, at)
);
CREATE INDEX duty_occasion_at ON duty_occasion (at DESC);

CREATE TABLE duty_round (
    id        uuid PRIMARY KEY,
    label     text NOT NULL,
    began_at  bigint NOT NULL,
    ended_at  bigint NOT NULL,
    author    uuid,
    seen      integer NOT NULL,
    faults    integer NOT NULL,
    commune   text NOT NULL,
    trade     text NOT NULL,
    kind      text NOT NULL
);

CREATE TABLE duty_observation (
    id       uuid PRIMARY KEY,
    round    uuid NOT NULL,
    asset    uuid NOT NULL,
    fault    text NOT NULL,
    seen_at  bigint NOT NULL,
    author   uuid,
    commune  text NOT NULL,
    trade    text NOT NULL,
    kind     text NOT NULL
);
CREATE INDEX duty_observation_round ON duty_observation (round);

-- What a seat sent: its own identity of each action, so that the same one again writes nothing.
CREATE TABLE duty_local (
    local     uuid PRIMARY KEY,
    position  bigint NOT NULL
);
CREATE INDEX duty_local_position ON duty_local (position DESC);
