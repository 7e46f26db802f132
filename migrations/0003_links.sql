-- What signs a survey's links (/l/..). Kept as it is: checking a signature needs the secret itself.
CREATE TABLE link_secrets (
    account_id bigint NOT NULL,
    survey text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    secret text NOT NULL,
    created_at timestamptz NOT NULL,
    valid_until timestamptz, -- NULL: the newest
    PRIMARY KEY (account_id, survey, id),
    FOREIGN KEY (account_id, survey) REFERENCES surveys ON DELETE CASCADE
);
