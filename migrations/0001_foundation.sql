-- Everything a tenant owns starts with account_id: in every key and every index, so that the same
-- schema runs on one PostgreSQL and, distributed by account_id, on Citus. No triggers, no now() in
-- DO UPDATE, ids are UUIDv7 made by the service. Names in keys compare by byte: faster, and an upgrade of the
-- system's locales cannot break their indexes.

CREATE TABLE accounts (
    account_id bigint PRIMARY KEY,
    name text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    created_at timestamptz NOT NULL
);

-- Small global tables, replicated as reference tables on Citus.
CREATE TABLE signing_keys (
    id smallint PRIMARY KEY,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);

CREATE TABLE api_keys (
    account_id bigint NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    hash bytea NOT NULL,
    scope text NOT NULL CHECK (scope IN ('admin', 'write', 'read')),
    name text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, hash)
);

CREATE TABLE surveys (
    account_id bigint NOT NULL REFERENCES accounts,
    survey text COLLATE "C" NOT NULL,
    definition jsonb NOT NULL DEFAULT '{}', -- what is absent has its default
    revision int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, survey)
);

CREATE TABLE invitations (
    account_id bigint NOT NULL,
    id uuid NOT NULL,
    survey text COLLATE "C" NOT NULL,
    contact_ref text COLLATE "C" NOT NULL,
    agents text[] NOT NULL DEFAULT '{}', -- primary first
    team text,
    channel text,
    reason text,
    language text,
    customer_ref text,
    customer_email text,
    customer_name text,
    solved_at timestamptz NOT NULL,
    opened_at timestamptz,
    handled_s int,
    credit_amount numeric(15, 3),
    source text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    sent_at timestamptz,
    answered_at timestamptz, -- of the first confirmed vote
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, survey, contact_ref)
);
CREATE INDEX invitations_by_time ON invitations (account_id, created_at, id);

-- One row per (account, survey, contact): the answer that counts, and the evidence of its first vote.
CREATE TABLE responses (
    account_id bigint NOT NULL,
    id uuid NOT NULL,
    survey text COLLATE "C" NOT NULL,
    contact_ref text COLLATE "C" NOT NULL,
    agents text[] NOT NULL DEFAULT '{}',
    team text,
    channel text,
    reason text,
    language text,
    customer_ref text,
    customer_email text,
    customer_name text,
    solved_at timestamptz NOT NULL,
    opened_at timestamptz,
    handled_s int,
    credit_amount numeric(15, 3),
    understood text CHECK (understood IN ('yes', 'partly', 'no')),
    csat smallint CHECK (csat BETWEEN 1 AND 5),
    nps smallint CHECK (nps BETWEEN 0 AND 10),
    comment text,
    answered_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL, -- of the latest vote that counts
    confirmed_at timestamptz,         -- of the first confirmed vote: the edit window starts here
    trust text NOT NULL CHECK (trust IN ('confirmed', 'provisional', 'discarded')),
    source text NOT NULL,
    revision int NOT NULL DEFAULT 1,
    votes int NOT NULL DEFAULT 1,
    invitation_id uuid,
    evidence jsonb,
    idempotency_hash bytea,
    idempotency_index smallint,
    body_hash bytea,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, survey, contact_ref)
);
CREATE INDEX responses_by_time ON responses (account_id, answered_at, id);
CREATE UNIQUE INDEX responses_by_idempotency_key
    ON responses (account_id, idempotency_hash, idempotency_index) WHERE idempotency_hash IS NOT NULL;
CREATE INDEX responses_by_invitation ON responses (account_id, invitation_id)
    WHERE invitation_id IS NOT NULL;

-- Every vote of a response that has more than one, or whose first was not confirmed. The first vote
-- has the response's id.
CREATE TABLE votes (
    account_id bigint NOT NULL,
    id uuid NOT NULL,
    response_id uuid NOT NULL,
    understood text,
    csat smallint,
    nps smallint,
    comment text,
    answered_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    trust text NOT NULL CHECK (trust IN ('confirmed', 'provisional', 'discarded')),
    source text NOT NULL,
    effect text NOT NULL CHECK (effect IN ('created', 'changed', 'held')),
    revision int NOT NULL, -- of the response after this vote
    evidence jsonb,
    idempotency_hash bytea,
    idempotency_index smallint,
    body_hash bytea,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX votes_by_response ON votes (account_id, response_id, received_at);
CREATE UNIQUE INDEX votes_by_idempotency_key
    ON votes (account_id, idempotency_hash, idempotency_index) WHERE idempotency_hash IS NOT NULL;
CREATE INDEX votes_provisional ON votes (account_id, received_at) WHERE trust = 'provisional';

CREATE TABLE reclassifications (
    account_id bigint NOT NULL,
    id uuid NOT NULL,
    response_id uuid NOT NULL,
    vote_id uuid NOT NULL,
    trust_before text NOT NULL,
    trust_after text NOT NULL,
    reason text NOT NULL,
    made_by text NOT NULL, -- the API key's id, or the job
    made_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX reclassifications_by_response ON reclassifications (account_id, response_id, made_at);

-- What a link preselected and when it was opened; kept 30 days, evidence against mail scanners.
CREATE TABLE page_views (
    account_id bigint NOT NULL,
    invitation_id uuid NOT NULL,
    id uuid NOT NULL,
    viewed_at timestamptz NOT NULL,
    preselected text,
    PRIMARY KEY (account_id, invitation_id, id)
);
CREATE INDEX page_views_by_time ON page_views (account_id, viewed_at);

-- Marginal sums by the account's local day. dimension 'all' has value ''. slot keeps writers off
-- each other's rows and is summed on read.
CREATE TABLE rollups (
    account_id bigint NOT NULL,
    survey text COLLATE "C" NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    day date NOT NULL,
    slot smallint NOT NULL,
    n bigint NOT NULL,                     -- confirmed responses, by the answer's day
    provisional bigint NOT NULL DEFAULT 0, -- responses held, by the answer's day
    answered bigint NOT NULL,              -- confirmed responses that had an invitation, by the answer's day
    yes bigint NOT NULL,
    partly bigint NOT NULL,
    no bigint NOT NULL,
    csat_1 bigint NOT NULL,
    csat_2 bigint NOT NULL,
    csat_3 bigint NOT NULL,
    csat_4 bigint NOT NULL,
    csat_5 bigint NOT NULL,
    promoters bigint NOT NULL,
    passives bigint NOT NULL,
    detractors bigint NOT NULL,
    invited bigint NOT NULL DEFAULT 0,          -- invitations, by the invitation's day
    invited_answered bigint NOT NULL DEFAULT 0, -- those of them with a confirmed response
    PRIMARY KEY (account_id, survey, dimension, value, day, slot)
) WITH (fillfactor = 50);
CREATE INDEX rollups_by_day ON rollups (account_id, survey, dimension, day);

INSERT INTO accounts (account_id, name, created_at) VALUES (1, 'Default', now());
INSERT INTO surveys (account_id, survey, created_at, updated_at) VALUES (1, 'understood', now(), now());
