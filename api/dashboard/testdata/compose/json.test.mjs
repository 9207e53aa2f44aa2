import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, pretty, print } from "./composejson.js";

test("numbers keep their text", () => {
  for (const text of ["9007199254740993", "-0", "1.0", "1E+2", "0.10", "123456789012345678901234567890"]) {
    assert.equal(print(parse(text)), text);
  }
});

test("all other values are those of JSON.parse", () => {
  for (const text of [`""`, `"\\u00e9 \\ud83d\\ude00 \\n"`, "true", "null", "[]", "[1, [2]]", "{}", `{"a": {"b": [null]}}`, `{"__proto__": 1}`]) {
    assert.equal(JSON.stringify(JSON.parse(print(parse(text)))), JSON.stringify(JSON.parse(text)));
  }
});

test("what JSON.parse refuses is refused", () => {
  for (const text of ["", "01", "+1", ".5", "1.", "nul", "truex", "[1,]", "{,}", `{"a":1,}`, `{a:1}`, `'a'`, `"\n"`, `"\\x"`, "[1] 2", `"`, "{", "\u00a01"]) {
    assert.throws(() => JSON.parse(text));
    assert.throws(() => parse(text), SyntaxError, text);
  }
});

test("long values are written in lines", () => {
  const text = `{\n  "a": {"$in": [1, 2]},\n  "b": "${"x".repeat(60)}"\n}`;
  assert.equal(pretty(parse(text)), text);
});

test("long lists of values are written beside one another", () => {
  const list = Array.from({ length: 40 }, (_, i) => i * 1000);
  const text = pretty(parse(JSON.stringify({ id: { $nin: list } })));
  assert.ok(text.split("\n").length < 12 && text.split("\n").every((line) => line.length <= 64), text);
  assert.deepEqual(JSON.parse(text).id.$nin, list);
});
