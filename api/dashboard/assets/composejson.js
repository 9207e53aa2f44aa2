// JSON that keeps each number as it was written, so that an id of 19 digits comes out
// as it went in. An object is a Map, a number a Num; all else is as in JSON.parse.

const deepest = 100;

/** A number with the text it was written with. */
export class Num {
  constructor(text) {
    this.text = text;
  }
}

const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- JSON allows no control characters in strings
const stringText = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const blank = /[ \t\n\r]*/y;

/** Reads a text. Throws a SyntaxError, whose message is for people, if it is not JSON. */
export function parse(text) {
  const r = new Reader(text);
  const value = r.value(0);
  r.skip();
  if (r.at < text.length) r.fail("There is something after the end.");
  return value;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(why) {
    const before = this.text.slice(0, this.at).split("\n");
    throw new SyntaxError(`Line ${before.length}, character ${before.at(-1).length + 1}: ${why}`);
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found && found[0];
  }

  skip() {
    this.take(blank);
  }

  // next skips blanks and reports whether the character follows, which it then takes.
  next(character) {
    this.skip();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  value(depth) {
    if (depth > deepest) this.fail("This is nested too deep.");
    if (this.next("{")) return this.object(depth);
    if (this.next("[")) return this.list(depth);
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const string = this.take(stringText);
    if (string !== null) return JSON.parse(string);
    const number = this.take(numberText);
    if (number !== null) return new Num(number);
    return this.fail(this.at < this.text.length ? "A value is missing here, or not written as JSON." : "The text ends too early.");
  }

  list(depth) {
    const items = [];
    if (this.next("]")) return items;
    do items.push(this.value(depth + 1)); while (this.next(","));
    if (!this.next("]")) this.fail("A comma or ] is missing here.");
    return items;
  }

  object(depth) {
    const members = new Map();
    if (this.next("}")) return members;
    do {
      this.skip();
      const name = this.take(stringText);
      if (name === null) this.fail("A name in double quotes is missing here.");
      const key = JSON.parse(name);
      if (members.has(key)) this.fail(`The name ${name} is there twice.`);
      if (!this.next(":")) this.fail("A colon is missing here.");
      members.set(key, this.value(depth + 1));
    } while (this.next(","));
    if (!this.next("}")) this.fail("A comma or } is missing here.");
    return members;
  }
}

/** Writes a value in one line. */
export function print(value) {
  if (value instanceof Num) return value.text;
  if (Array.isArray(value)) return "[" + value.map(print).join(", ") + "]";
  if (value instanceof Map) return "{" + [...value].map(([k, v]) => JSON.stringify(k) + ": " + print(v)).join(", ") + "}";
  return JSON.stringify(value);
}

/** Writes a value for people to read: in one line where it is short, else indented. */
export function pretty(value, width = 64, indent = "") {
  const line = print(value);
  const list = Array.isArray(value);
  if (line.length + indent.length <= width || !(list || value instanceof Map)) return line;
  const deeper = indent + "  ";
  if (list && value.every((v) => !Array.isArray(v) && !(v instanceof Map))) return `[\n${filled(value.map(print), width, deeper)}\n${indent}]`;
  const parts = list
    ? value.map((v) => pretty(v, width, deeper))
    : [...value].map(([k, v]) => JSON.stringify(k) + ": " + pretty(v, width, deeper));
  const [open, close] = list ? "[]" : "{}";
  return `${open}\n${parts.map((p) => deeper + p).join(",\n")}\n${indent}${close}`;
}

// filled writes short values beside one another, in lines.
function filled(values, width, indent) {
  const lines = [];
  let line = indent;
  values.forEach((value, i) => {
    const text = value + (i < values.length - 1 ? "," : "");
    if (line !== indent && line.length + text.length + 1 > width) {
      lines.push(line);
      line = indent;
    }
    line += (line === indent ? "" : " ") + text;
  });
  return [...lines, line].join("\n");
}
