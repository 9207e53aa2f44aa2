import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyValues, inputsOf, toJSON, toSteps } from "./composesteps.js";

const takes = new Map(Object.entries({
  $inc: "number", $trim: "nothing", $prefix: "text", $replace: "replace", $map: "pairs", $copy: "field", $format: "template",
  $default: "value", $append: "items", $shift: "shift",
}));
const written = (kind, ...steps) => toJSON(steps.map(([name, values]) => ({ name, values })), takes, kind);

test("steps are the same after they stood in their inputs", () => {
  for (const [kind, text] of [
    ["number", `{"$inc": 9007199254740993}`], ["number", `[{"$inc": -0.10}, {"$copy": "size"}]`], ["number", `{"$default": 1.50}`],
    ["text", `[{"$trim": true}, {"$prefix": " Dr "}, {"$format": "{a} {{"}]`], ["text", `{"$replace": {"find": "a", "with": ""}}`],
    ["text", `{"$replace": {"find": "a+", "with": "$1", "regex": true}}`], ["choice", `{"$map": {"gold": "silver", "": "basic"}}`],
    ["boolean", `{"$default": false}`], ["json", `{"$default": {"a": [1.0]}}`], ["date", `{"$shift": {"years": 1, "days": -3}}`],
    ["moment", `{"$shift": {"hours": 5}}`], ["list", `{"$append": ["a", "b"]}`], ["list", `{"$append": []}`],
    ["list", `[{"$append": [1, "a\\nb"]}, {"$append": ["[a"]}, {"$append": [" "]}]`],
  ]) {
    const steps = toSteps(text, takes, kind);
    assert.ok(steps, text);
    assert.equal(toJSON(steps, takes, kind), text);
  }
});

test("what no input could show is left as JSON", () => {
  for (const text of [
    "{", "[]", "7", "[7]", `{"$inc": 1, "$trim": true}`, `{"$new": 1}`, `{"$inc": "1"}`, `{"$trim": false}`, `{"$prefix": "a\\nb"}`, `{"$replace": {"find": "a"}}`,
    `{"$replace": {"find": "a", "with": "b", "more": 1}}`, `{"$map": {"a": 1}}`, `{"$append": "a"}`, `{"$shift": 1}`, `{"$copy": null}`,
  ]) {
    assert.equal(toSteps(text, takes, "text"), undefined, text);
  }
  assert.equal(toSteps(`{"$shift": {"hours": 1}}`, takes, "date"), undefined, "a day has no hours");
});

test("what is not complete or wrong is for the server to judge", () => {
  assert.deepEqual(toSteps("", takes, "text"), [{ name: "", values: {} }]);
  assert.equal(written("text", ["", {}]), "");
  assert.equal(written("number", ["$inc", { "": " 1,5 " }], ["", {}]), `{"$inc": " 1,5 "}`);
  assert.equal(written("number", ["$inc", { "": " 5 " }]), `{"$inc": 5}`);
  assert.equal(written("text", ["$map", { "": [["a", "b"], ["", ""]] }]), `{"$map": {"a": "b"}}`);
  assert.equal(written("list", ["$append", { "": "[1," }]), `{"$append": "[1,"}`);
  assert.equal(written("date", ["$shift", { years: "", months: "x", days: "2" }]), `{"$shift": {"months": "x", "days": 2}}`);
  assert.equal(written("text", ["$replace", { find: "", with: "", regex: false }]), `{"$replace": {"find": "", "with": ""}}`);
});

test("another operator keeps what its inputs can take", () => {
  const inputs = (name) => inputsOf(takes.get(name), "text");
  assert.deepEqual(emptyValues(inputs("$replace")), { find: "", with: "", regex: false });
  assert.deepEqual(emptyValues(inputs("$prefix"), inputs("$prefix"), { "": "a" }), { "": "a" });
  assert.deepEqual(emptyValues(inputs("$inc"), inputs("$prefix"), { "": "a" }), { "": "" });
});
