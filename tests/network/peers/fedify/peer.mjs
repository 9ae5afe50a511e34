/** Start the Fedify peer: `node peer.mjs --port 40001 --username fedi [options]`. */
import { AsyncLocalStorage } from "node:async_hooks";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { configure, getConsoleSink } from "@logtape/logtape";
import { Tombstone } from "@fedify/vocab";
import { ACTS, createWorld, describe } from "./control.mjs";
import { inboxEvidence, signatureSpec } from "./evidence.mjs";
import { buildFederation, createState, generateKeys } from "./federation.mjs";

const { values: flags } = parseArgs({
  options: {
    port: { type: "string" },
    username: { type: "string", default: "fedi" },
    "first-knock": { type: "string", default: "rfc9421" },
    refuse: { type: "string", default: "" },
    secure: { type: "boolean", default: false },
    "no-proofs": { type: "boolean", default: false },
    "no-shared-inbox": { type: "boolean", default: false },
  },
});

const options = {
  port: Number(flags.port),
  username: flags.username,
  firstKnock: flags["first-knock"],
  refuse: flags.refuse || null,
  secure: flags.secure,
  proofs: !flags["no-proofs"],
  sharedInbox: !flags["no-shared-inbox"],
};
const origin = `http://127.0.0.1:${options.port}`;

async function toRequest(incoming) {
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  }
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = ["GET", "HEAD"].includes(incoming.method) ? undefined : Buffer.concat(chunks);
  return new Request(new URL(incoming.url, origin), { method: incoming.method, headers, body });
}

async function writeResponse(response, outgoing) {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

function isInbox(request) {
  return request.method === "POST" && new URL(request.url).pathname.endsWith("/inbox");
}

/** A deleted object answers 410 with its Tombstone. */
async function gone(world, request) {
  const object = world.state.objects.get(request.url);
  if (request.method !== "GET" || !(object instanceof Tombstone)) return null;
  const body = JSON.stringify(await object.toJsonLd(world.context));
  return new Response(body, { status: 410, headers: { "content-type": "application/activity+json" } });
}

/** What the test asked the peer to refuse. */
function refused(state, request) {
  if (isInbox(request) && state.inboxDown) return new Response("down", { status: 503 });
  const spec = signatureSpec(request.headers);
  if (spec != null && spec === state.refusedSpec) return new Response("spec refused", { status: 401 });
  return null;
}

async function federate(world, federation, request) {
  const { state, context, loader } = world;
  const entry = {
    method: request.method,
    path: new URL(request.url).pathname,
    spec: signatureSpec(request.headers),
    userAgent: request.headers.get("user-agent"),
  };
  state.requests.push(entry);
  const loaders = { documentLoader: loader, contextLoader: context.contextLoader };
  const refusal = refused(state, request);
  if (isInbox(request) && refusal == null) {
    Object.assign(entry, await inboxEvidence(request, loaders));
  }
  const response =
    refusal ??
    (await gone(world, request)) ??
    (await federation.fetch(request, { contextData: undefined }));
  entry.status = response.status;
  return response;
}

async function control(world, request, name) {
  if (request.method === "GET") return Response.json(describe(world));
  const act = ACTS[name];
  if (act == null) return new Response("no such act", { status: 404 });
  return Response.json((await act(world, await request.json())) ?? null);
}

async function main() {
  await configure({
    contextLocalStorage: new AsyncLocalStorage(),
    sinks: { console: getConsoleSink() },
    loggers: [
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["console"] },
      { category: "fedify", lowestLevel: process.env.PEER_LOG ?? "info", sinks: ["console"] },
    ],
  });
  const state = createState(options);
  await generateKeys(state);
  const federation = buildFederation(state);
  const world = await createWorld(state, federation, origin);

  const server = createServer(async (incoming, outgoing) => {
    try {
      const request = await toRequest(incoming);
      const [, room, name] = new URL(request.url).pathname.split("/");
      const answer =
        room === "control"
          ? await control(world, request, name)
          : await federate(world, federation, request);
      await writeResponse(answer, outgoing);
    } catch (error) {
      state.errors.push(`server: ${error.stack}`);
      outgoing.writeHead(500, { "content-type": "text/plain" });
      outgoing.end(String(error.stack));
    }
  });
  server.listen(options.port, "127.0.0.1");
  process.on("SIGTERM", () => process.exit(0));
}

await main();
