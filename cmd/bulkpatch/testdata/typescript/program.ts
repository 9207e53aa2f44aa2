// Previews, submits, follows and undoes an update by the types that openapi-typescript
// generates from the server's /openapi.json:
//
//   npx openapi-typescript http://127.0.0.1:8080/openapi.json -o api.d.ts
//   npx tsc
//   BULKPATCH_SERVER=http://127.0.0.1:8080 BULKPATCH_KEY=… node built/program.js
//
// It ends with 0 when every answer is what it expects.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Job = components["schemas"]["Job"];
type Problem = components["schemas"]["Problem"];
type Answer<T> = { data?: T; error?: Problem; response: Response };

const api = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl: process.env["BULKPATCH_SERVER"] ?? "http://127.0.0.1:8080",
  headers: { Authorization: `Bearer ${process.env["BULKPATCH_KEY"]}` },
  querySerializer: { array: { style: "form", explode: false } }, // several outcomes: with commas
});
const step = (text: string) => console.log(text);

// ok returns what a call answers, or throws with every fault that the server names.
async function ok<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (error) {
    const faults = (error.errors ?? []).map((f) => `${f.pointer} ${f.code}: ${f.detail}`);
    throw new Error([`${error.status} ${error.code}: ${error.detail}`, ...faults].join("\n"));
  }
  assert.ok(data !== undefined, `${response.status} without a body`);
  return data;
}

// ended waits for the end of a job: each call is answered at the next change.
async function ended(job: Job): Promise<Job> {
  while (!job.done) {
    const { data, error, response } = await api.GET("/v1/jobs/{job}", {
      params: {
        path: { job: job.jobId },
        query: { wait: 20 },
        header: { "If-None-Match": `W/"${job.revision}"` },
      },
    });
    if (error) throw new Error(error.detail);
    if (response.status !== 304 && data) job = data;
  }
  return job;
}

step("create");
const ids = ["ts-north", "ts-south", "ts-west"];
for (const id of ids) {
  await ok(api.POST("/v1/mythic/customers", { body: { id, name: `Acme ${id}` } }));
}

step("preview");
const update = {
  model: "mythic",
  filter: { id: { $in: ids } },
  patch: { global_name: "acmeTypes" },
} satisfies components["schemas"]["MythicJobRequest"];
const preview = await ok(api.POST("/v1/jobs", { body: { ...update, options: { dryRun: true } } }));
assert.ok("confirmToken" in preview && "wouldChange" in preview, "a preview that became a job");
assert.equal(preview.matched, 3);

step("submit");
const submitted = await ok(
  api.POST("/v1/jobs", {
    params: { header: { "Idempotency-Key": randomUUID() } },
    body: { ...update, options: { confirmToken: preview.confirmToken as string, note: "types" } },
  }),
);
assert.ok("jobId" in submitted && "state" in submitted);

step("wait");
const job = await ended(submitted as Job);
assert.equal(job.state, "partially_succeeded");
assert.deepEqual([job.counts.updated, job.counts.failed], [1, 2]);

step("read failures");
const results = await ok(
  api.GET("/v1/jobs/{job}/results", {
    params: { path: { job: job.jobId }, query: { outcome: ["failed", "conflicted"] } },
  }),
);
assert.deepEqual(results.items.map((r) => r.error?.code), ["unique", "unique"]);
assert.deepEqual(results.items.map((r) => r.error?.pointer), ["/global_name", "/global_name"]);

step("undo");
const undo = await ended((await ok(api.POST("/v1/jobs/{job}/undo", { params: { path: { job: job.jobId } } }))) as Job);
assert.equal(undo.state, "succeeded");
assert.equal(undo.undo.undoOf, job.jobId);
for (const id of ids) {
  const client = await ok(api.GET("/v1/mythic/customers/{id}", { params: { path: { id } } }));
  assert.equal(client.global_name, null);
}

step("a refused call names its faults");
await assert.rejects(
  ok(api.PATCH("/v1/desk/customers", { params: { query: { filter: "{}" } }, body: { firstName: "x" } })),
  /400 allow_all_required/,
);
