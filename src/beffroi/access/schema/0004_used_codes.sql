-- A time-based code is used once (RFC 6238 section 5.2), across restarts too: the last step that each account used.
CREATE TABLE access_totp_used (
    account  uuid PRIMARY KEY,
    step     bigint NOT NULL
);
