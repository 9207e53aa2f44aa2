// Creates, reads, lists, updates and deletes customers with Plane's own SDK,
// against the server of the environment:
//
//   BASE_URL=http://127.0.0.1:8080 API_KEY=… WORKSPACE=main node round.mjs
//
// It ends with 0 when every answer is what the SDK's callers rely on.
import assert from "node:assert/strict";
import sdk from "@makeplane/plane-node-sdk";

const { PlaneClient, HttpError } = sdk;
const { BASE_URL: baseUrl, API_KEY: apiKey, WORKSPACE: workspace } = process.env;
const { customers } = new PlaneClient({ baseUrl, apiKey });
const step = (text) => console.log(text);

// refused asserts that a call fails with a status and a body.
const refused = (call, statusCode, response) =>
  assert.rejects(call, (err) => {
    assert.ok(err instanceof HttpError);
    assert.equal(err.statusCode, statusCode);
    assert.deepEqual(err.response, response);
    return true;
  });

step("create");
const made = await customers.create(workspace, {
  name: "Acme",
  email: "info@acme.example",
  website_url: "https://acme.example/",
  description_html: "<p>Makes <b>everything</b></p>",
  logo_props: { in_use: "emoji", emoji: { value: "128640" } },
  employees: 12,
  stage: "lead",
  contract_status: "active",
  revenue: "1000000",
  external_source: "crm",
  external_id: "a-1",
});
assert.match(made.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
assert.equal(made.revenue, "1000000");
assert.equal(made.description_stripped, "Makes everything");
assert.equal(made.customer_request_count, 0);
assert.equal(made.deleted_at, null);
assert.ok(!Number.isNaN(Date.parse(made.created_at)));

step("read");
assert.deepEqual(await customers.retrieve(workspace, made.id), made);

step("update");
const updated = await customers.update(workspace, made.id, { stage: "won", employees: null });
assert.equal(updated.stage, "won");
assert.equal(updated.employees, null);
assert.equal(updated.name, "Acme");
assert.ok(updated.updated_at > made.updated_at);

step("send a whole record back");
const same = await customers.update(workspace, made.id, updated);
assert.deepEqual(same, updated);

step("create what is there already");
const again = await customers.create(workspace, { name: "Acme Ltd", external_source: "crm", external_id: "a-1" });
assert.equal(again.id, made.id);
assert.equal(again.name, "Acme Ltd");

step("list");
for (const name of ["Bee", "Cee"]) {
  await customers.create(workspace, { name });
}
const all = await customers.list(workspace);
assert.equal(all.total_count, 3);
assert.deepEqual(all.results.map((c) => c.name), ["Cee", "Bee", "Acme Ltd"]);

step("list by pages");
const names = [];
for (let page = { next_cursor: "1:0:0", next_page_results: true }; page.next_page_results; ) {
  page = await customers.list(workspace, { per_page: 1, cursor: page.next_cursor });
  names.push(...page.results.map((c) => c.name));
}
assert.deepEqual(names, ["Cee", "Bee", "Acme Ltd"]);

step("search");
const found = await customers.list(workspace, { query: "acme" });
assert.deepEqual(found.results.map((c) => c.id), [made.id]);

step("faults");
await refused(customers.create(workspace, {}), 400, { name: ["This field is required."] });
await refused(customers.list("elsewhere"), 404, { error: "The requested resource does not exist." });
await refused(new PlaneClient({ baseUrl, apiKey: "wrong" }).customers.list(workspace), 401, {
  detail: "Given API token is not valid",
});

step("delete");
await customers.delete(workspace, made.id);
await refused(customers.retrieve(workspace, made.id), 404, { error: "The requested resource does not exist." });

step("delete by a reference to another system");
await customers.create(workspace, { name: "Dee", external_source: "crm", external_id: "d-1" });
await customers.deleteByExternalId(workspace, "crm", "d-1");
await customers.deleteByExternalId(workspace, "crm", "nobody");
assert.deepEqual((await customers.list(workspace)).results.map((c) => c.name), ["Cee", "Bee"]);

step("a bearer token instead of a key");
const bearer = new PlaneClient({ baseUrl, accessToken: apiKey });
assert.equal((await bearer.customers.list(workspace)).count, 2);
