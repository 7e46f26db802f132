// Verifies deliveries with npm's standardwebhooks: a line of JSON {secret, headers, body, now_s?} in, a line out.
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

const now = Date.now;
for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body, now_s } = JSON.parse(line);
  Date.now = now_s ? () => now_s * 1000 : now;
  let said = "good";
  try {
    new Webhook(secret).verify(body, headers);
  } catch (error) {
    said = `${error.constructor.name}: ${error.message}`;
  }
  console.log(JSON.stringify(said));
}
