// The steps of a walk: each is done, and what came of it is told on standard output.
import assert from "node:assert/strict";
import { createReadStream, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export const config = JSON.parse(process.argv[2]);
export const OOB = "urn:ietf:wg:oauth:2.0:oob";
export const SCOPES = "read write follow push";
export { assert, pause };

function say(words) {
  process.stdout.write(`${JSON.stringify(words)}\n`);
}

// The code that somebody gets who agrees on the page at `url`.
export async function codeFor(url, who) {
  say({ authorize: url, who });
  const { value } = await lines.next();
  return value.trim();
}

// Ask until the answer is true.
export async function eventually(check, what) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await pause(300);
  }
}

export function picture() {
  const bytes = Buffer.from(config.picture, "hex");
  return new File([bytes], "carre.png", { type: "image/png" });
}

// The same as a file on disk, read piece by piece.
export function pictureStream() {
  const path = join(mkdtempSync(join(tmpdir(), "walk-")), "carre.png");
  writeFileSync(path, Buffer.from(config.picture, "hex"));
  return createReadStream(path);
}

// Do each step; a failure is told and does not keep the others from being done.
export async function walk(steps) {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      say({ step: name, ok: true });
    } catch (error) {
      const answer = error?.response?.data ? JSON.stringify(error.response.data) : "";
      say({ step: name, ok: false, error: `${error?.stack ?? error} ${answer}`.slice(0, 4000) });
    }
  }
  process.exit(0);
}
