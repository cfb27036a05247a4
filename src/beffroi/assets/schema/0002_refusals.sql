-- Rows that an import or its undo left out, and why: reasons as code and parameters, rendered at reading.
CREATE TABLE asset_refusal (
    import   uuid NOT NULL,
    number   int NOT NULL,
    file     text NOT NULL,
    line     int NOT NULL,
    code     text NOT NULL,
    params   jsonb NOT NULL,
    excerpt  text NOT NULL,
    PRIMARY KEY (import, number)
);
