-- Accounts, what they may do, who is signed in. Grants are read whole, never joined: JSON.
CREATE TABLE access_account (
    id           uuid PRIMARY KEY,
    login        text NOT NULL UNIQUE,
    name         text NOT NULL,
    lang         text NOT NULL,
    state        text NOT NULL CHECK (state IN ('active', 'disabled')),
    grants       jsonb NOT NULL,
    credential   uuid,
    must_change  boolean NOT NULL,
    totp         uuid,
    created_at   bigint NOT NULL
);

CREATE TABLE access_role (
    name    text PRIMARY KEY,
    rights  text[] NOT NULL,
    label   jsonb NOT NULL
);

CREATE TABLE access_key (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    digest      text NOT NULL UNIQUE,
    grants      jsonb NOT NULL,
    created_at  bigint NOT NULL,
    created_by  uuid,
    ends_at     bigint,
    revoked     boolean NOT NULL
);

CREATE TABLE access_session (
    id         uuid PRIMARY KEY,
    account    uuid NOT NULL,
    digest     text NOT NULL UNIQUE,
    opened_at  bigint NOT NULL,
    ends_at    bigint NOT NULL,
    address    text NOT NULL
);

-- Secrets alone: argon2id hashes and TOTP seeds, read at sign-in only. An account names its own.
CREATE TABLE access_credential (
    id      uuid PRIMARY KEY,
    kind    text NOT NULL CHECK (kind IN ('password', 'totp')),
    secret  text NOT NULL
);

CREATE TABLE access_purpose (
    name       text PRIMARY KEY,
    keep_days  integer NOT NULL CHECK (keep_days > 0)
);

-- Public password of a demonstration; no row anywhere else.
CREATE TABLE access_demo (
    single    boolean PRIMARY KEY DEFAULT true CHECK (single),
    password  text NOT NULL
);
