-- Taking over a seat in seconds: a code per account, security keys, and a lock that keeps picture and sound.
ALTER TABLE access_account ADD COLUMN code uuid;
ALTER TABLE access_session ADD COLUMN locked boolean NOT NULL DEFAULT false;
ALTER TABLE access_credential DROP CONSTRAINT access_credential_kind_check;
ALTER TABLE access_credential ADD CONSTRAINT access_credential_kind_check CHECK (kind IN ('password', 'totp', 'code'));

CREATE TABLE access_security_key (
    id          text PRIMARY KEY,
    account     uuid NOT NULL,
    name        text NOT NULL,
    created_at  bigint NOT NULL
);

-- The public half of each key and its counter, moved at each use: not the journal's business.
CREATE TABLE access_public_key (
    id          text PRIMARY KEY,
    public_key  bytea NOT NULL,
    counter     bigint NOT NULL
);
