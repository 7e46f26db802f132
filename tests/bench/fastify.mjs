// What a good Node service would be: Fastify with a JSON schema for body and answer, a pool of PostgreSQL connections, one
// prepared plain INSERT per answer; no key, no rollups, no edit window. One process per worker, all on one port.
import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'

const { PORT, WORKERS, POOL, PGHOST, PGUSER, PGDATABASE } = process.env

const text = (maxLength) => ({ type: 'string', minLength: 1, maxLength })
const closed = (required, properties) => ({ type: 'object', additionalProperties: false, required, properties })

const body = closed(['survey', 'contact', 'answers'], {
  survey: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]{0,63}$' },
  contact: closed(['ref'], {
    ref: text(200),
    agents: { type: 'array', maxItems: 8, uniqueItems: true, items: text(100) },
    team: text(100), channel: text(100), reason: text(100), language: text(35),
    customer: closed([], { ref: text(320), email: text(320), name: text(320) }),
    solved_at: { type: 'string', format: 'date-time' },
    handled_s: { type: 'integer', minimum: 0, maximum: 31622400 }
  }),
  answers: {
    ...closed([], {
      understood: { enum: ['yes', 'partly', 'no'] },
      csat: { type: 'integer', minimum: 1, maximum: 5 },
      nps: { type: 'integer', minimum: 0, maximum: 10 },
      comment: { type: 'string', maxLength: 4000 }
    }),
    minProperties: 1
  }
})

const answer = closed(['id', 'survey', 'answered_at', 'trust'], {
  id: { type: 'string' }, survey: { type: 'string' }, answered_at: { type: 'string' }, trust: { type: 'string' }
})

const insert = {
  name: 'insert',
  text: `INSERT INTO responses (account_id, id, survey, contact_ref, agents, team, channel, reason, language, customer_ref,
 customer_email, customer_name, solved_at, handled_s, understood, csat, nps, comment, answered_at, received_at, confirmed_at,
 trust, source) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, $18,
 'confirmed', 'api') ON CONFLICT DO NOTHING`
}

function newId (now) {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes[6] = (bytes[6] & 0x0f) | 0x70
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return bytes.toString('hex')
}

async function serve () {
  const pool = new pg.Pool({ host: PGHOST, user: PGUSER, database: PGDATABASE, max: Number(POOL) })
  const app = Fastify({ logger: false, ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } })
  app.post('/v1/responses', { schema: { body, response: { 201: answer } } }, async (request, reply) => {
    const { survey, contact, answers } = request.body
    const customer = contact.customer ?? {}
    const now = Date.now()
    const id = newId(now)
    const answeredAt = new Date(now).toISOString()
    await pool.query({
      ...insert,
      values: [id, survey, contact.ref, contact.agents ?? [], contact.team, contact.channel, contact.reason, contact.language,
        customer.ref, customer.email, customer.name, contact.solved_at ?? answeredAt, contact.handled_s, answers.understood,
        answers.csat, answers.nps, answers.comment, answeredAt]
    })
    reply.code(201)
    return { id, survey, answered_at: answeredAt, trust: 'confirmed' }
  })
  await app.listen({ port: Number(PORT), host: '127.0.0.1', backlog: 4096 })
}

if (cluster.isPrimary) {
  for (let worker = 0; worker < Number(WORKERS); worker++) cluster.fork()
  cluster.on('exit', () => process.exit(1))
  process.on('SIGTERM', () => process.exit(0))
} else {
  await serve()
}
