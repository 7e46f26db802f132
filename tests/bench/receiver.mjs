// Takes webhooks on as many ports as the argument says and answers 204. A line on stdin asks for figures: "anew" begins them again.
import { createServer } from "node:http";
import { createInterface } from "node:readline";

let delays = [];
let first_ms = 0;
let last_ms = 0;

function take(request, response) {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    last_ms = Date.now();
    first_ms ||= last_ms;
    const at = /"timestamp":"([^"]+)"/.exec(Buffer.concat(pieces).toString("latin1"));
    delays.push(last_ms - Date.parse(at[1]));
    response.writeHead(204).end();
  });
}

function figures() {
  const sorted = Float64Array.from(delays).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, first_ms, last_ms, p50_ms: at(0.5), p99_ms: at(0.99) };
}

const ports = [];
for (let i = 0; i < Number(process.argv[2]); i++) {
  const server = createServer({ keepAliveTimeout: 0 }, take);
  ports.push(await new Promise((done) => server.listen(0, "127.0.0.1", 1024, () => done(server.address().port))));
}
console.log(JSON.stringify(ports));
createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (line === "anew") {
      delays = [];
      first_ms = 0;
    }
    console.log(JSON.stringify(figures()));
  })
  .on("close", () => process.exit(0));
