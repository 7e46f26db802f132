-- Telling others, in time: what happened is written down beside what it is about, sent to webhooks and streamed; comments
-- carry an estimate of frustration; spikes of it become alerts.

-- What has subscribers: event_mask has the bits (domain/event.h) of all active webhooks; a live stream, while somebody
-- listens and for a while after, wants its events as well. Of an account without either nothing is written down: whoever
-- resumes a stream from before streamed_from has missed something.
ALTER TABLE accounts
    ADD COLUMN event_mask int NOT NULL DEFAULT 0,
    ADD COLUMN streamed_until timestamptz,
    ADD COLUMN streamed_from xid8;

-- The outbox and the feed: what happened, in the transaction in which it did. It names the object; who is told reads it as it
-- is by then, so that what was erased stays erased. Readers stay below pg_snapshot_xmin(pg_current_snapshot()): a transaction
-- that was begun earlier may commit later.
CREATE TABLE events (
    account_id bigint NOT NULL,
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id uuid NOT NULL,
    type smallint NOT NULL, -- domain/event.h
    object_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, transaction, id)
);

-- How far a reader of the feed has come.
CREATE TABLE event_positions (
    account_id bigint NOT NULL,
    reader text NOT NULL,
    transaction xid8 NOT NULL,
    id uuid NOT NULL,
    PRIMARY KEY (account_id, reader)
);

CREATE TABLE webhooks (
    account_id bigint NOT NULL,
    id uuid NOT NULL,
    url text NOT NULL,
    description text,
    event_mask int NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}',
    active boolean NOT NULL DEFAULT true,
    secret text NOT NULL, -- readable: signing needs it
    previous_secret text,
    previous_valid_until timestamptz,
    revision int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    disabled_at timestamptz,
    disabled_reason text,      -- NULL when its owner did it
    failing_since timestamptz, -- of the first failure after the last success
    paused_until timestamptz,  -- it asked for a pause
    PRIMARY KEY (account_id, id)
);

-- One event on its way to one webhook. due_at is NULL when there is nothing more to send.
CREATE TABLE webhook_deliveries (
    account_id bigint NOT NULL,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL, -- the webhook-id that receivers see, the same at every attempt
    type smallint NOT NULL,
    object_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    due_at timestamptz,
    attempts smallint NOT NULL DEFAULT 0, -- since it was made or replayed
    outcome text CHECK (outcome IN ('delivered', 'failed', 'gone')), -- NULL while it is on its way; gone: the object is
    ended_at timestamptz,
    claimed_until timestamptz,
    claim_id uuid,
    attempt_log jsonb, -- the last ones: [{at, status, latency_ms, error, answer}]
    PRIMARY KEY (account_id, webhook_id, event_id)
) WITH (fillfactor = 70);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (account_id, webhook_id, due_at)
    WHERE due_at IS NOT NULL;

-- What a comment says, by the model of that name; NULL: nothing tells.
ALTER TABLE responses
    ADD COLUMN polarity real,
    ADD COLUMN frustration real, -- of answers and words together (domain/frustration.h)
    ADD COLUMN sentiment_model text;

ALTER TABLE rollups
    ADD COLUMN scored bigint NOT NULL DEFAULT 0,     -- confirmed responses with a frustration; those of before have none
    ADD COLUMN frustrated bigint NOT NULL DEFAULT 0; -- those with one of 0.5 or more

-- Frustrated answers by the hour in which they were given, of hours long past: what a spike is measured against. Team '' is
-- the whole account. Made from responses; may be emptied at any time, and is made anew.
CREATE TABLE frustration_hours (
    account_id bigint NOT NULL,
    team text COLLATE "C" NOT NULL,
    hour timestamptz NOT NULL,
    n int NOT NULL,
    frustrated int NOT NULL,
    PRIMARY KEY (account_id, team, hour)
);

-- A spike of frustration, raised once, resolved once.
CREATE TABLE alerts (
    account_id bigint NOT NULL,
    id uuid NOT NULL,
    team text COLLATE "C" NOT NULL, -- '': the whole account
    raised_at timestamptz NOT NULL,
    frustrated int NOT NULL, -- of n answers since window_from
    n int NOT NULL,
    window_from timestamptz NOT NULL,
    baseline_frustrated int NOT NULL,
    baseline_n int NOT NULL,
    p double precision NOT NULL,
    alpha double precision NOT NULL,
    response_ids uuid[] NOT NULL, -- the frustrated ones, the newest first
    exceeded_at timestamptz NOT NULL, -- last time that the threshold was passed
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acknowledged', 'resolved')),
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at timestamptz,
    resolved_by text,
    note text,
    mails_planned boolean NOT NULL DEFAULT false, -- alert_mails has a row for each who is to be told
    revision int NOT NULL DEFAULT 1,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX alerts_unresolved ON alerts (account_id, team) WHERE status <> 'resolved';
CREATE INDEX alerts_by_time ON alerts (account_id, raised_at, id);
CREATE INDEX alerts_by_team ON alerts (account_id, team, raised_at);

-- The mails to one recipient about one alert: that it was raised, then that it is resolved.
CREATE TABLE alert_mails (
    account_id bigint NOT NULL,
    alert_id uuid NOT NULL,
    recipient text NOT NULL,
    id uuid NOT NULL, -- what their Message-IDs are made of, at every attempt
    due_at timestamptz, -- NULL: there is nothing to send (any more)
    attempts int NOT NULL DEFAULT 0, -- at the mail that is due
    raised_sent_at timestamptz,
    resolved_sent_at timestamptz,
    error text, -- what the mail server, or we, said last
    claimed_until timestamptz,
    claim_id uuid,
    PRIMARY KEY (account_id, alert_id, recipient)
);
CREATE INDEX alert_mails_due ON alert_mails (account_id, due_at) WHERE due_at IS NOT NULL;

-- What opens a stream once, in place of a key.
CREATE TABLE stream_tickets (
    account_id bigint NOT NULL,
    hash bytea NOT NULL,
    key_id uuid NOT NULL, -- whose it is: with the key it is void
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, hash)
);

-- Rises with every change of the verdict: who is told of changes out of order knows the latest.
ALTER TABLE invitations ADD COLUMN revision int NOT NULL DEFAULT 1;

-- An event names its suppression by id.
CREATE UNIQUE INDEX suppressions_by_id ON suppressions (account_id, id);
