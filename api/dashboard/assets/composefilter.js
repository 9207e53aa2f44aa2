// What the pickers of a filter show, and how they and the JSON of a filter become each
// other. Nothing here touches the page.
//
// The pickers show a group: {how: "all" | "any" | "none", items}, where an item is a group
// or a rule: {field, op, values}. Values are the texts that stand in the inputs.
import { Num, parse, pretty } from "./composejson.js";
import { kindOf, operators, presence, takes, texts, words } from "./composeoperators.js";

const mostRules = 60;

class CannotShow extends Error {}

/**
 * Reads a filter: {group, places} if the pickers can show it, {reason} if they cannot,
 * {fault} if it is no JSON object at all. fields has the fields of the model by name, and
 * places the JSON pointer of each rule.
 */
export function toPickers(text, fields) {
  let value;
  try {
    value = text.trim() === "" ? new Map() : parse(text);
  } catch (e) {
    return { fault: e.message };
  }
  if (!(value instanceof Map)) return { fault: "A filter is a JSON object, as in {\"state\": \"active\"}." };
  try {
    const reader = { fields, places: new Map() };
    const group = value.size === 0 ? { how: "all", items: [] } : asGroup(readConditions(reader, value, ""));
    return { group, places: reader.places };
  } catch (e) {
    if (e instanceof CannotShow) return { reason: e.message };
    throw e;
  }
}

const asGroup = (item) => (item.items ? item : { how: "all", items: [item] });

// readConditions returns the group, rule or list that an object of conditions stands for.
function readConditions(reader, conditions, at) {
  if (!(conditions instanceof Map)) throw new CannotShow("A condition is not an object.");
  if (conditions.size === 0) throw new CannotShow("A part of the filter has no condition.");
  const items = [];
  for (const [name, value] of conditions) {
    if (name === "$and" || name === "$or") items.push(readList(reader, name, value, at));
    else if (name.startsWith("$")) throw new CannotShow(`The pickers do not know ${name}.`);
    else items.push(...readField(reader, name, value, at));
  }
  return items.length === 1 ? items[0] : { how: "all", items };
}

function readList(reader, name, value, at) {
  if (!Array.isArray(value) || value.length === 0) throw new CannotShow(`${name} has no conditions.`);
  return { how: name === "$or" ? "any" : "all", items: value.map((v, i) => readConditions(reader, v, `${at}/${name}/${i}`)) };
}

function readField(reader, name, value, at) {
  const field = reader.fields.get(name);
  if (!field) throw new CannotShow(`The pickers do not offer ${name}.`);
  const place = (op) => `${at}/${name}` + (value instanceof Map && value.size > 1 ? "/" + op : "");
  if (!(value instanceof Map)) return [readRule(reader, field, "$eq", value, false, place("$eq"))];
  if (value.size === 0) throw new CannotShow(`${name} has no operator.`);
  return [...value].map(([op, v]) => {
    if (op !== "$not") return readRule(reader, field, op, v, false, place(op));
    if (!(v instanceof Map) || v.size !== 1 || v.has("$not")) throw new CannotShow(`${name} has $not around several operators.`);
    const [[inner, of]] = v;
    return readRule(reader, field, inner, of, true, place("$not"));
  });
}

function readRule(reader, field, json, value, negated, place) {
  if (reader.places.size >= mostRules) throw new CannotShow(`It has more than ${mostRules} conditions.`);
  const found = positive(json, value);
  if (!found) throw new CannotShow(`The pickers do not know ${json}.`);
  const op = negated ? operators[found].opposite : found;
  const allowed = kindOf(field) === "" ? presence : field.type === "string" ? texts : words[field.type];
  const values = valuesOf(field, op, value);
  if (!(op in allowed) || !values) throw new CannotShow(`The value of ${field.name} does not fit a picker.`);
  const rule = { field: field.name, op, values };
  reader.places.set(rule, place);
  return rule;
}

// positive returns the operator of the pickers for one of the language.
function positive(json, value) {
  if (value === null && json === "$eq") return "missing";
  if (value === null && json === "$ne") return "exists";
  if (json === "$exists") return value === true ? "exists" : value === false ? "missing" : undefined;
  return Object.keys(operators).find((key) => operators[key].json === json && !operators[key].negated);
}

// valuesOf returns the texts for the inputs, or undefined if no input could show them.
function valuesOf(field, op, value) {
  switch (takes(op)) {
    case "nothing":
      return [];
    case "one":
      return allTexts(field, [value], op);
    case "two":
      return Array.isArray(value) && value.length === 2 ? allTexts(field, value, op) : undefined;
    default: {
      const list = Array.isArray(value) && value.length > 0 ? allTexts(field, value, op) : undefined;
      return list?.every((v) => v.trim() !== "") ? list : undefined;
    }
  }
}

function allTexts(field, values, op) {
  const list = values.map((v) => textOf(field, v));
  return list.every((v) => v !== undefined && (complete(field, v, op) === "")) ? list : undefined;
}

function textOf(field, value) {
  if (field.type === "integer" || field.type === "number") return value instanceof Num ? value.text : undefined;
  if (field.type === "boolean") return typeof value === "boolean" ? String(value) : undefined;
  return typeof value === "string" && !/[\r\n]/.test(value) ? value : undefined;
}

const integerText = /^-?(0|[1-9]\d*)$/;
const numberText = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const dayText = /^\d{4}-\d\d-\d\d$/;
const momentText = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?$/;

// complete says what is missing before a text is a value of the field: "" for nothing.
function complete(field, text, op) {
  switch (field.type) {
    case "integer":
      return integerText.test(text) || numberText.test(text) ? "" : "Enter a whole number.";
    case "number":
      return numberText.test(text) ? "" : "Enter a number, as in 1200.50.";
    case "boolean":
      return text === "true" || text === "false" ? "" : "Choose true or false.";
    case "date":
      return dayText.test(text) || momentText.test(text) ? "" : "Enter a day.";
    case "date-time":
      return momentText.test(text) ? "" : "Enter a day and a time.";
  }
  return text === "" && operators[op].json !== "$eq" && operators[op].json !== "$ne" ? "Enter a text." : "";
}

/** What is missing in a rule, in a sentence; "" if it is complete. */
export function missingIn(rule, field) {
  if (!field) return "Choose a field.";
  const kind = takes(rule.op);
  const values = kind === "list" ? rule.values.filter((v) => v.trim() !== "") : rule.values;
  if (kind === "list" && values.length === 0) return kindOf(field) === "choice" ? "Choose at least one." : "Enter at least one value.";
  return values.map((v) => complete(field, trimmed(field, v), rule.op)).find((why) => why !== "") ?? "";
}

// A number may have spaces around it; in a text they count.
const trimmed = (field, text) => (field.type === "string" ? text : text.trim());

/**
 * Writes what the pickers show as JSON: {text, places, incomplete}. places has the JSON
 * pointer of each rule; incomplete lists [rule or group, what is missing]. While something
 * is incomplete, the text must not be used: it would select other customers.
 */
export function toJSON(group, fields) {
  const writer = { fields, places: new Map(), incomplete: [] };
  const value = group.items.length === 0 ? new Map() : writeGroup(writer, group, false, "");
  return { text: pretty(value), places: writer.places, incomplete: writer.incomplete };
}

// writeGroup writes a group, or its opposite: none of a and b is neither a nor b.
function writeGroup(writer, group, negated, at) {
  if (group.items.length === 0) writer.incomplete.push([group, "Add a condition, or remove the group."]);
  const inner = negated !== (group.how === "none");
  if (isAny(group, negated)) return new Map([["$or", writeItems(writer, group.items, inner, at + "/$or")]]);
  if (canJoin(group.items, inner)) return joined(writer, group.items, inner, at);
  return new Map([["$and", writeItems(writer, group.items, inner, at + "/$and")]]);
}

const isAny = (group, negated) => (group.how === "any" ? !negated : negated);

const writeItems = (writer, items, negated, at) => items.map((item, i) => writeItem(writer, item, negated, `${at}/${i}`));

function writeItem(writer, item, negated, at) {
  return item.items ? writeGroup(writer, item, negated, at) : joined(writer, [item], negated, at);
}

// canJoin reports whether one object can hold the items: no operator twice for a field, and
// at most one group, of which any item counts.
function canJoin(items, negated) {
  const names = items.map((item) => (item.items ? "$or" : `${item.field}/${jsonName(item, negated)}`));
  return new Set(names).size === names.length && items.every((item) => !item.items || isAny(item, negated));
}

// joined writes items as the members of one object.
function joined(writer, items, negated, at) {
  const object = new Map();
  for (const item of items) {
    if (item.items) object.set("$or", writeGroup(writer, item, negated, at).get("$or"));
    else object.set(item.field, (object.get(item.field) ?? new Map()).set(...writeRule(writer, item, negated)));
  }
  for (const rule of items.filter((item) => !item.items)) {
    const several = object.get(rule.field).size > 1;
    writer.places.set(rule, `${at}/${rule.field}` + (several ? "/" + jsonName(rule, negated) : ""));
    const missing = missingIn(rule, writer.fields.get(rule.field));
    if (missing) writer.incomplete.push([rule, missing]);
  }
  for (const [field, own] of object) {
    if (own instanceof Map && own.size === 1 && own.has("$eq")) object.set(field, own.get("$eq"));
  }
  return object;
}

// noField stands for the field of a rule that has yet to be given one.
const noField = { name: "", type: "string" };

const effective = (rule, negated) => operators[negated ? operators[rule.op].opposite : rule.op];
const jsonName = (rule, negated) => (effective(rule, negated).negated ? "$not" : effective(rule, negated).json);

function writeRule(writer, rule, negated) {
  const field = writer.fields.get(rule.field) ?? noField;
  const op = effective(rule, negated);
  const values = rule.values.filter((v) => takes(rule.op) !== "list" || v.trim() !== "").map((v) => writeValue(field, trimmed(field, v)));
  const value = { nothing: op === operators.exists, one: values[0], two: values, list: values }[op.takes ?? "one"];
  return op.negated ? ["$not", new Map([[op.json, value]])] : [op.json, value];
}

function writeValue(field, text) {
  if (field.type === "integer" || field.type === "number") return new Num(numberText.test(text) ? text : "null");
  if (field.type === "boolean") return text === "true";
  return text;
}

/** The rule that a fault with this pointer is about, or undefined. */
export function ruleAt(places, pointer) {
  const inside = (a, b) => a === b || a.startsWith(b + "/");
  const found = [...places].filter(([, place]) => inside(pointer, place) || inside(place, pointer));
  return found.sort((a, b) => b[1].length - a[1].length)[0]?.[0];
}
