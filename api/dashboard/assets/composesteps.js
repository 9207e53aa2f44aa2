// How the steps of a computation and its JSON become each other. Nothing here touches the
// page, and nothing here computes or checks: that is for the server.
//
// A step is {name, values}: an operator, "" while none is chosen, and what stands in its
// inputs by their names: texts, true or false of a box, or pairs of texts.
import { Num, parse, print } from "./composejson.js";

const units = ["years", "months", "days", "hours", "minutes"];

/**
 * The inputs of an operator: [name in the operand, label, sort]; the name "" is the whole
 * operand. kind is the kind of the field.
 */
export function inputsOf(takes, kind) {
  switch (takes) {
    case "nothing":
      return [];
    case "replace":
      return [["find", "Find", "text"], ["with", "Replace with", "text"], ["regex", "Regular expression", "box"]];
    case "shift":
      return units.slice(0, kind === "date" ? 3 : 5).map((unit) => [unit, unit[0].toUpperCase() + unit.slice(1), "number"]);
  }
  return [["", labels[takes] ?? "Value", { items: "list", value: kind }[takes] ?? takes]];
}

const labels = { number: "Number", text: "Text", field: "Field to copy", template: "Text with {fields}", items: "Items, one a line" };

const numberText = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

// written returns the JSON value for what stands in an input of a sort.
function written(sort, value) {
  switch (sort) {
    case "number":
      return numberText.test(value.trim()) ? new Num(value.trim()) : value;
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value;
    case "pairs":
      return new Map(value.filter(([from, to]) => from !== "" || to !== ""));
    case "list":
      return value.trim().startsWith("[") ? parsed(value) : value.split("\n").filter((line) => line.trim() !== "");
    case "json":
      return parsed(value);
  }
  return value;
}

function parsed(text) {
  try {
    return parse(text);
  } catch {
    return text; // the server says what is wrong with it
  }
}

// shown returns what stands in an input of a sort for a JSON value, undefined if the
// input would not give back the same.
function shown(sort, value) {
  const line = (v) => typeof v === "string" && !/[\r\n]/.test(v);
  switch (sort) {
    case "number":
      return value instanceof Num ? value.text : undefined;
    case "box":
    case "boolean":
      return typeof value !== "boolean" ? undefined : sort === "box" ? value : String(value);
    case "pairs":
      return value instanceof Map && [...value].every((pair) => pair.every(line)) ? [...value] : undefined;
    case "list":
      if (!Array.isArray(value)) return undefined;
      return value.length > 0 && value.every((v) => line(v) && v.trim() !== "") && !value[0].trim().startsWith("[") ? value.join("\n") : print(value);
    case "json":
      return print(value);
  }
  return line(value) ? value : undefined;
}

/** The values of inputs that are only just shown, which keep what inputs alike had before. */
export function emptyValues(inputs, before = [], values = {}) {
  const alike = ([name, , sort]) => before.some(([n, , s]) => n === name && s === sort);
  const blank = (sort) => ({ box: false, pairs: [] })[sort] ?? "";
  return Object.fromEntries(inputs.map((input) => [input[0], alike(input) ? values[input[0]] : blank(input[2])]));
}

/** Writes steps as JSON, without those of which no operator is chosen. takes is by operator. */
export function toJSON(steps, takes, kind) {
  const list = steps.filter((step) => step.name !== "").map((step) => new Map([[step.name, operand(inputsOf(takes.get(step.name), kind), step.values)]]));
  return list.length === 0 ? "" : print(list.length === 1 ? list[0] : list);
}

function operand(inputs, values) {
  if (inputs.length === 0) return true;
  if (inputs[0][0] === "") return written(inputs[0][2], values[""]);
  const given = inputs.filter(([name, , sort]) => (sort === "text" ? true : values[name] !== "" && values[name] !== false));
  return new Map(given.map(([name, , sort]) => [name, written(sort, values[name])]));
}

/** Reads JSON as steps, undefined if their inputs cannot show it. takes is by operator. */
export function toSteps(text, takes, kind) {
  if (text.trim() === "") return [{ name: "", values: {} }];
  const value = parsed(text);
  const steps = (Array.isArray(value) ? value : [value]).map((one) => toStep(one, takes, kind));
  return steps.length > 0 && steps.every(Boolean) ? steps : undefined;
}

function toStep(one, takes, kind) {
  if (!(one instanceof Map) || one.size !== 1) return undefined;
  const [[name, given]] = one;
  if (!takes.has(name)) return undefined;
  const inputs = inputsOf(takes.get(name), kind);
  const values = inputs.length > 0 && inputs[0][0] === "" ? { "": shown(inputs[0][2], given) } : members(inputs, given);
  return values && !Object.values(values).includes(undefined) ? { name, values } : undefined;
}

// members returns the values of the inputs for the members of an operand.
function members(inputs, given) {
  if (inputs.length === 0) return given === true ? {} : undefined;
  if (!(given instanceof Map) || [...given.keys()].some((name) => !inputs.some(([known]) => known === name))) return undefined;
  const blank = emptyValues(inputs);
  return Object.fromEntries(inputs.map(([name, , sort]) => [name, given.has(name) ? shown(sort, given.get(name)) : sort === "text" ? undefined : blank[name]]));
}
