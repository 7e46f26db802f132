-- Contacts as they are reported, whoever is asked or not; what became of each invitation, and why; mail on its way;
-- who must not be written to; helpdesks that report by webhook.

-- Over all surveys a customer is asked once in fatigue_days; a contact within repeat_days of a solved one repeats it.
ALTER TABLE accounts
    ADD COLUMN fatigue_days int NOT NULL DEFAULT 7 CHECK (fatigue_days BETWEEN 0 AND 365),
    ADD COLUMN repeat_days int NOT NULL DEFAULT 7 CHECK (repeat_days BETWEEN 1 AND 90);

-- One row per solved contact, with the snapshot of its solving. address_key is how the customer's address compares
-- (domain/address.h).
CREATE TABLE contacts (
    account_id bigint NOT NULL,
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
    address_key text COLLATE "C",
    source text NOT NULL,             -- who reported it first
    recorded_at timestamptz NOT NULL,
    reopened_at timestamptz,          -- while it is open again
    reassigned_at timestamptz,        -- when other agents were first reported, solved and not yet answered
    repeat_ref text COLLATE "C",      -- the first contact of the same customer within repeat_days
    repeat_at timestamptz,            -- when that one began
    repeat_same_reason boolean        -- any within repeat_days was about the same
);
CREATE INDEX contacts_by_time ON contacts (account_id, solved_at);
CREATE INDEX contacts_by_customer ON contacts (account_id, customer_ref, solved_at)
    WHERE customer_ref IS NOT NULL;
CREATE INDEX contacts_by_address ON contacts (account_id, address_key, solved_at)
    WHERE address_key IS NOT NULL;
-- After the other indexes: of those that look alike in a table that is still empty PostgreSQL takes the youngest, and
-- lanes keep their plans.
ALTER TABLE contacts ADD PRIMARY KEY (account_id, contact_ref);

-- Locked while it is decided whether a customer may be asked: two contacts solved at once make one mail. The key is a
-- hash, so that nothing is to be erased here.
CREATE TABLE customer_locks (
    account_id bigint NOT NULL,
    customer_hash bytea NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, customer_hash)
);

-- due_at: of the next mail, the invitation's or its reminder's; NULL when there is none to send.
ALTER TABLE invitations
    ADD COLUMN verdict text NOT NULL DEFAULT 'created'
        CHECK (verdict IN ('created', 'scheduled', 'sent', 'skipped', 'bounced')),
    ADD COLUMN skip_reason text, -- domain/verdict.h
    ADD COLUMN eligible_at timestamptz,
    ADD COLUMN address_key text COLLATE "C",
    ADD COLUMN due_at timestamptz,
    ADD COLUMN reminded_at timestamptz,
    ADD COLUMN claimed_until timestamptz, -- a mailer is at it until then
    ADD COLUMN claim_id uuid,
    ADD COLUMN attempts int NOT NULL DEFAULT 0, -- of the mail that is due, or was last sent
    ADD COLUMN unclear_attempts int NOT NULL DEFAULT 0, -- those whose end nobody wrote down: perhaps sent twice
    ADD COLUMN mail_error text; -- the mail server's words, or ours
CREATE INDEX invitations_due ON invitations (account_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX invitations_by_verdict ON invitations (account_id, verdict, created_at, id);
CREATE INDEX invitations_by_reason ON invitations (account_id, skip_reason, created_at, id)
    WHERE skip_reason IS NOT NULL;
CREATE INDEX invitations_by_address ON invitations (account_id, address_key)
    WHERE address_key IS NOT NULL AND verdict <> 'skipped';
CREATE INDEX invitations_by_customer ON invitations (account_id, customer_ref)
    WHERE customer_ref IS NOT NULL AND verdict <> 'skipped';

-- Addresses that get no mail. address is the key (domain/address.h), email as it was given.
CREATE TABLE suppressions (
    account_id bigint NOT NULL,
    address text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('unsubscribed', 'bounced', 'complaint', 'manual')),
    note text,
    invitation_id uuid, -- whose mail was answered by it
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, address)
);
CREATE INDEX suppressions_by_time ON suppressions (account_id, created_at, id);

-- Helpdesks that report by webhook: how to verify and read what they send.
CREATE TABLE sources (
    account_id bigint NOT NULL,
    source text COLLATE "C" NOT NULL,
    definition jsonb NOT NULL,
    secret text, -- readable: verifying needs it
    previous_secret text,
    previous_valid_until timestamptz,
    revision int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, source)
);

-- What they sent, for inspection; kept 30 days. Of what was not verified no body is kept, and only the latest.
CREATE TABLE deliveries (
    account_id bigint NOT NULL,
    id uuid NOT NULL,
    source text COLLATE "C" NOT NULL,
    delivery_hash bytea, -- of the delivery id, else of contact and time; NULL when not verified
    received_at timestamptz NOT NULL,
    outcome text NOT NULL,
    detail jsonb,
    contact_ref text,
    body bytea,
    repeats int NOT NULL DEFAULT 0, -- how often the same came again
    PRIMARY KEY (account_id, id)
);
CREATE INDEX deliveries_by_time ON deliveries (account_id, source, received_at, id);
CREATE UNIQUE INDEX deliveries_by_hash ON deliveries (account_id, source, delivery_hash)
    WHERE delivery_hash IS NOT NULL;
CREATE INDEX deliveries_by_contact ON deliveries (account_id, contact_ref)
    WHERE contact_ref IS NOT NULL;
CREATE INDEX deliveries_refused ON deliveries (account_id, source, received_at)
    WHERE outcome = 'refused';

-- Contacts are counted under survey '': by the day they were solved. What became of invitations under its survey, by the
-- day they were made. NULL is zero: rows that answers write need no room for them.
ALTER TABLE rollups
    ADD COLUMN contacts bigint,
    ADD COLUMN with_customer bigint, -- those that name one: of the others nobody can tell whether they came back
    ADD COLUMN repeated bigint,
    ADD COLUMN repeated_same_reason bigint,
    ADD COLUMN reassigned bigint,
    ADD COLUMN bounced bigint,
    ADD COLUMN skipped_fatigue bigint,
    ADD COLUMN skipped_suppressed bigint,
    ADD COLUMN skipped_no_address bigint,
    ADD COLUMN skipped_sampled_out bigint,
    ADD COLUMN skipped_expired bigint,
    ADD COLUMN skipped_reopened bigint,
    ADD COLUMN skipped_answered bigint,
    ADD COLUMN skipped_archived bigint;

-- How far a job has come with what it does step by step.
CREATE TABLE job_progress (
    account_id bigint NOT NULL,
    job text NOT NULL,
    id uuid NOT NULL, -- of the last row it has done
    PRIMARY KEY (account_id, job)
);
