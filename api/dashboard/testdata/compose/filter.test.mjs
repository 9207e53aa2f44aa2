import assert from "node:assert/strict";
import { test } from "node:test";
import { ruleAt, toJSON, toPickers } from "./composefilter.js";
import { newRule, operatorsOf, setOperator, takes } from "./composeoperators.js";
import { Num, parse, print } from "./composejson.js";

const fields = new Map([
  { name: "id", type: "integer" },
  { name: "name", type: "string" },
  { name: "score", type: "number" },
  { name: "state", type: "string", choices: ["active", "closed", "lost"] },
  { name: "trusted", type: "boolean" },
  { name: "born", type: "date" },
  { name: "seen", type: "date-time" },
  { name: "company", type: "object" },
  { name: "custom.tier", type: "string" },
].map((f) => [f.name, f]));

const through = (text) => {
  const { group, reason, fault } = toPickers(text, fields);
  assert.ok(group, `${text}: ${reason ?? fault}`);
  return toJSON(group, fields);
};

test("what the pickers can show is written again as it was", () => {
  for (const text of [
    `{}`,
    `{"name": "Ann"}`,
    `{"name": ""}`,
    `{"id": 9007199254740993}`,
    `{"score": {"$lt": 0.10}}`,
    `{"score": {"$gte": 1e3, "$lt": 12.50}}`,
    `{"name": {"$not": {"$contains": "\\"x\\""}}}`,
    `{"state": "active", "name": {"$in": ["Acme", "Globex, Inc."]}, "$or": [{"trusted": false}, {"seen": {"$lt": "2024-01-01"}}]}`,
    `{"company": {"$exists": true}, "custom.tier": {"$startsWith": "go"}}`,
    `{"$or": [{"state": "lost"}, {"$and": [{"name": {"$contains": "a"}}, {"name": {"$contains": "b"}}]}]}`,
    `{"seen": {"$between": ["2024-01-01T00:00:00+02:00", "2024-02-01T00:00:00Z"]}}`,
  ]) {
    assert.equal(print(parse(through(text).text)), text);
  }
});

test("what the pickers cannot show stays JSON, with a reason", () => {
  for (const text of [
    `{"name": {"$not": {"$contains": "a", "$startsWith": "b"}}}`,
    `{"name": {"$not": {"$not": {"$eq": "a"}}}}`,
    `{"other.path": 1}`,
    `{"name": 5}`,
    `{"id": "5"}`,
    `{"id": {"$in": []}}`,
    `{"name": {"$in": ["a", null]}}`,
    `{"name": {"$in": ["a", ""]}}`,
    `{"name": "two\\nlines"}`,
    `{"company": 5}`,
    `{"state": {"$lt": 5}}`,
    `{"$or": []}`,
    `{"$and": [{}]}`,
    `{"$nor": [{"name": "a"}]}`,
    `{"name": {"$gt": null}}`,
    `{"seen": "yesterday"}`,
    `{"name": {}}`,
    `{"$and": [${Array(61).fill(`{"name": "a"}`)}]}`,
  ]) {
    const { group, reason } = toPickers(text, fields);
    assert.equal(group, undefined, text);
    assert.match(reason, /[.]$/, text);
  }
});

test("what is not JSON is a fault that says where", () => {
  assert.match(toPickers(`{"name": "a",\n "state" "b"}`, fields).fault, /^Line 2, character 10: A colon/);
  assert.match(toPickers(`{"name": 1, "name": 2}`, fields).fault, /twice/);
  assert.match(toPickers(`[1]`, fields).fault, /object/);
  assert.match(toPickers(`{"name": 01}`, fields).fault, /comma/);
  assert.match(toPickers("{\"name\": \"a\tb\"}", fields).fault, /JSON/);
  assert.match(toPickers("[".repeat(100000), fields).fault, /deep/);
});

test("no text means no condition", () => {
  assert.equal(through(" ").text, "{}");
});

test("none of is neither the one nor the other", () => {
  const group = { how: "none", items: [
    { field: "state", op: "is", values: ["lost"] },
    { how: "any", items: [{ field: "trusted", op: "is", values: ["true"] }, { field: "name", op: "starts", values: ["A"] }] },
  ] };
  assert.equal(print(parse(toJSON(group, fields).text)),
    `{"$and": [{"state": {"$ne": "lost"}}, {"trusted": {"$ne": true}, "name": {"$not": {"$startsWith": "A"}}}]}`);
});

test("a rule without its value is incomplete and never left out in silence", () => {
  for (const [name, op] of [["id", "is"], ["name", "contains"], ["name", "in"], ["born", "between"], ["seen", "lt"]]) {
    const rule = setOperator(newRule(fields.get(name)), op, fields.get(name));
    const { incomplete } = toJSON({ how: "all", items: [rule] }, fields);
    assert.equal(incomplete.length, 1, `${name} ${op}`);
    assert.match(incomplete[0][1], /[.]$/);
  }
  const empty = { how: "any", items: [] };
  assert.equal(toJSON({ how: "all", items: [empty] }, fields).incomplete[0][0], empty);
});

test("a fault leads to its rule", () => {
  const { group } = toPickers(`{"seen": {"$gt": "2024-01-01", "$lt": "2025-01-01"}, "$or": [{"name": "a"}, {"id": {"$in": [1, 2]}}]}`, fields);
  const { places } = toJSON(group, fields);
  assert.equal(ruleAt(places, "/seen/$lt"), group.items[1]);
  assert.equal(ruleAt(places, "/seen"), group.items[0]);
  assert.equal(ruleAt(places, "/$or/1/id/$in/1"), group.items[2].items[1]);
  assert.equal(ruleAt(places, "/$or/0/name"), group.items[2].items[0]);
  assert.equal(ruleAt(places, "/nothing"), undefined);
});

test("a fault leads to its rule in a text that people wrote", () => {
  const { group, places } = toPickers(`{"$and": [{"name": "a"}, {"$and": [{"id": 1, "score": {"$not": {"$lt": 1}, "$gt": 0}}]}]}`, fields);
  assert.equal(ruleAt(places, "/$and/0/name"), group.items[0]);
  assert.equal(ruleAt(places, "/$and/1/$and/0/score/$not/$lt"), group.items[1].items[0].items[1]);
});

test("a rule that has no field yet is incomplete", () => {
  const { incomplete } = toJSON({ how: "none", items: [{ field: "", op: "is", values: [""] }] }, fields);
  assert.equal(incomplete[0][1], "Choose a field.");
});

test("another operator keeps the values that fit it", () => {
  const field = fields.get("name");
  const rule = { field: "name", op: "in", values: ["", "a", "b"] };
  assert.deepEqual(setOperator(rule, "is", field).values, ["a"]);
  assert.deepEqual(setOperator(rule, "in", field).values, ["a"]);
  assert.deepEqual(setOperator(rule, "exists", field).values, []);
});

// What follows checks with random filters and records that the pickers keep the meaning.

let seed = 7;
const random = (n) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * n);
};
const pick = (list) => list[random(list.length)];
const values = {
  id: ["1", "2", "3"], name: ["a", "ab", "b"], score: ["0.5", "1", "2e0"], state: ["active", "closed", "lost"],
  trusted: ["true", "false"], born: ["2020-01-01", "2021-01-01"], seen: ["2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"],
  company: [], "custom.tier": ["gold", "go"],
};

function randomGroup(depth) {
  const items = Array.from({ length: 1 + random(3) }, () => (depth > 0 && random(3) === 0 ? randomGroup(depth - 1) : randomRule()));
  return { how: pick(["all", "any", "none"]), items };
}

function randomRule() {
  const field = pick([...fields.values()]);
  const all = ["is", "isNot", "in", "notIn", "contains", "notContains", "starts", "notStarts", "lt", "notLt", "lte", "notLte", "gt", "notGt", "gte", "notGte", "between", "notBetween", "exists", "missing"];
  const op = pick(all.filter((key) => operatorsOf(field, key).some(([k]) => k === key)));
  const count = { one: 1, two: 2, list: 1 + random(2), nothing: 0 }[takes(op)];
  return { field: field.name, op, values: Array.from({ length: count }, () => pick(values[field.name])) };
}

const plain = (v) => (v instanceof Num ? Number(v.text) : v);

// matches is the language of filters, for a record as an object of plain values.
function matches(filter, record) {
  return [...filter].every(([name, value]) => {
    if (name === "$and") return value.every((f) => matches(f, record));
    if (name === "$or") return value.some((f) => matches(f, record));
    const has = record[name] ?? null;
    return value instanceof Map ? [...value].every(([op, v]) => meets(op, v, has)) : meets("$eq", value, has);
  });
}

function meets(op, value, has) {
  const v = plain(value);
  switch (op) {
    case "$not": return ![...v].every(([o, of]) => meets(o, of, has));
    case "$eq": return has === v;
    case "$ne": return has !== v;
    case "$in": return v.map(plain).includes(has);
    case "$nin": return !v.map(plain).includes(has);
    case "$exists": return (has !== null) === v;
  }
  if (has === null) return false;
  switch (op) {
    case "$contains": return has.includes(v);
    case "$startsWith": return has.startsWith(v);
    case "$between": return has >= plain(v[0]) && has <= plain(v[1]);
    case "$lt": return has < v;
    case "$lte": return has <= v;
    case "$gt": return has > v;
    case "$gte": return has >= v;
  }
  throw new Error(op);
}

// holds is the meaning of what the pickers show, told in their own terms.
function holds(item, record) {
  if (item.items) {
    const each = item.items.map((i) => holds(i, record));
    return { all: each.every(Boolean), any: each.some(Boolean), none: !each.some(Boolean) }[item.how];
  }
  const own = item.op.startsWith("not") && item.op !== "notIn";
  const op = own ? item.op.slice(3, 4).toLowerCase() + item.op.slice(4) : item.op;
  const field = fields.get(item.field);
  const list = item.values.map((v) => (field.type === "boolean" ? v === "true" : ["integer", "number"].includes(field.type) ? new Num(v) : v));
  const json = { is: "$eq", isNot: "$ne", in: "$in", notIn: "$nin", contains: "$contains", starts: "$startsWith", lt: "$lt", lte: "$lte", gt: "$gt", gte: "$gte", between: "$between", exists: "$exists", missing: "$exists" }[op];
  const value = takes(item.op) === "nothing" ? op === "exists" : takes(item.op) === "one" ? list[0] : list;
  return meets(json, value, record[item.field] ?? null) !== own;
}

function randomRecord() {
  const record = {};
  for (const field of fields.values()) {
    if (random(3) === 0) continue;
    const text = pick(values[field.name]) ?? "{}";
    record[field.name] = field.type === "boolean" ? text === "true" : ["integer", "number"].includes(field.type) ? Number(text) : text;
  }
  return record;
}

test("pickers and JSON mean the same, there and back", () => {
  for (let i = 0; i < 3000; i++) {
    const group = randomGroup(3);
    const { text, incomplete } = toJSON(group, fields);
    assert.deepEqual(incomplete, []);
    const again = toPickers(text, fields);
    assert.ok(again.group, `${text}: ${again.reason}`);
    const twice = toJSON(again.group, fields).text;
    for (let n = 0; n < 8; n++) {
      const record = randomRecord();
      const meant = holds(group, record);
      assert.equal(matches(parse(text), record), meant, text);
      assert.equal(matches(parse(twice), record), meant, twice);
    }
  }
});
