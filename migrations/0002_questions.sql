-- The effort question (1 very difficult .. 7 very easy) and a survey's own questions:
-- extras is {"choices": {question: [choice, ..]}, "texts": {question: text}}.

ALTER TABLE responses
    ADD COLUMN ces smallint CHECK (ces BETWEEN 1 AND 7),
    ADD COLUMN extras jsonb;

ALTER TABLE votes
    ADD COLUMN ces smallint,
    ADD COLUMN extras jsonb;

ALTER TABLE rollups
    ADD COLUMN ces_1 bigint NOT NULL DEFAULT 0,
    ADD COLUMN ces_2 bigint NOT NULL DEFAULT 0,
    ADD COLUMN ces_3 bigint NOT NULL DEFAULT 0,
    ADD COLUMN ces_4 bigint NOT NULL DEFAULT 0,
    ADD COLUMN ces_5 bigint NOT NULL DEFAULT 0,
    ADD COLUMN ces_6 bigint NOT NULL DEFAULT 0,
    ADD COLUMN ces_7 bigint NOT NULL DEFAULT 0;

-- As rollups, for the choices of choice questions. Choice '' counts the responses that answered the
-- question, which may be fewer than all their choices.
CREATE TABLE choice_rollups (
    account_id bigint NOT NULL,
    survey text COLLATE "C" NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    question text COLLATE "C" NOT NULL,
    choice text COLLATE "C" NOT NULL,
    day date NOT NULL,
    slot smallint NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (account_id, survey, dimension, value, question, choice, day, slot)
) WITH (fillfactor = 50);
CREATE INDEX choice_rollups_by_day ON choice_rollups (account_id, survey, dimension, day);
