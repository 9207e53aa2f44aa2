// The operators of the pickers of a filter, the words for them, and which ones suit a
// field. Nothing here touches the page.

// operators says how each operator of the pickers is written in JSON, and which one says
// the opposite. "Is not" and its like are also true of customers without a value.
export const operators = {
  is: { json: "$eq", opposite: "isNot" },
  isNot: { json: "$ne", opposite: "is" },
  in: { json: "$in", opposite: "notIn", takes: "list" },
  notIn: { json: "$nin", opposite: "in", takes: "list" },
  contains: { json: "$contains", opposite: "notContains" },
  notContains: { json: "$contains", opposite: "contains", negated: true },
  starts: { json: "$startsWith", opposite: "notStarts" },
  notStarts: { json: "$startsWith", opposite: "starts", negated: true },
  lt: { json: "$lt", opposite: "notLt" },
  notLt: { json: "$lt", opposite: "lt", negated: true, rare: true },
  lte: { json: "$lte", opposite: "notLte" },
  notLte: { json: "$lte", opposite: "lte", negated: true, rare: true },
  gt: { json: "$gt", opposite: "notGt" },
  notGt: { json: "$gt", opposite: "gt", negated: true, rare: true },
  gte: { json: "$gte", opposite: "notGte" },
  notGte: { json: "$gte", opposite: "gte", negated: true, rare: true },
  between: { json: "$between", opposite: "notBetween", takes: "two" },
  notBetween: { json: "$between", opposite: "between", takes: "two", negated: true, rare: true },
  exists: { json: "$exists", opposite: "missing", takes: "nothing" },
  missing: { json: "$exists", opposite: "exists", takes: "nothing" },
};

const equality = { is: "is", isNot: "is not", in: "is one of", notIn: "is none of" };
export const presence = { exists: "has a value", missing: "has no value" };
const range = { between: "is between", notBetween: "is not between" };

export const texts = {
  ...equality,
  contains: "contains", notContains: "does not contain", starts: "starts with", notStarts: "does not start with",
  lt: "sorts before", notLt: "does not sort before", lte: "sorts before or is", notLte: "neither sorts before nor is",
  gt: "sorts after", notGt: "does not sort after", gte: "sorts after or is", notGte: "neither sorts after nor is",
  ...range, ...presence,
};
const numbers = {
  ...equality,
  lt: "is less than", notLt: "is not less than", lte: "is at most", notLte: "is not at most",
  gt: "is more than", notGt: "is not more than", gte: "is at least", notGte: "is not at least",
  ...range, ...presence,
};
const times = {
  ...equality,
  lt: "is before", notLt: "is not before", lte: "is at or before", notLte: "is not at or before",
  gt: "is after", notGt: "is not after", gte: "is at or after", notGte: "is not at or after",
  ...range, ...presence,
};

// words names the operators that suit a type. A list or an object can only be asked
// whether it has a value; a drop-down is not searched by parts of its choices.
export const words = {
  string: texts,
  choice: { ...equality, ...presence },
  integer: numbers,
  number: numbers,
  date: times,
  "date-time": times,
  boolean: { is: "is", isNot: "is not", ...presence },
};

/** The kind of input that a field needs; a key of words, or "" if only its presence counts. */
export function kindOf(field) {
  if (field.type === "string" && field.choices?.length) return "choice";
  return words[field.type] ? field.type : "";
}

/** The operators of a field: [key, words]. A rare one is only listed if it is the current one. */
export function operatorsOf(field, current) {
  const kind = kindOf(field);
  // A choice may have been given an operator of texts as JSON.
  const all = kind === "choice" ? { ...texts, ...words.choice } : words[kind] ?? presence;
  const usual = kind === "choice" ? words.choice : all;
  return Object.entries(all).filter(([key]) => key === current || (key in usual && !operators[key].rare));
}

/** How many values an operator takes: "one", "two", "list" or "nothing". */
export function takes(op) {
  return operators[op].takes ?? "one";
}

/** A rule for a field, with its first operator and nothing to compare with yet. */
export function newRule(field) {
  const rule = { field: field.name, op: operatorsOf(field)[0][0], values: [] };
  return setOperator(rule, rule.op, field);
}

/** Gives a rule another operator, and keeps of its values what fits. */
export function setOperator(rule, op, field) {
  const first = kindOf(field) === "boolean" ? "true" : kindOf(field) === "choice" ? field.choices[0] : "";
  const had = takes(rule.op) === "list" ? rule.values.filter((v) => v !== "") : rule.values;
  rule.op = op;
  rule.values = { one: [had[0] ?? first], two: [had[0] ?? "", had[1] ?? ""], list: had, nothing: [] }[takes(op)];
  return rule;
}
