// Draws the pickers of a filter, and keeps them and the JSON beside them in step.
import { choose, element, moment } from "./composeparts.js";
import { ruleAt, toJSON, toPickers } from "./composefilter.js";
import { kindOf, newRule, operatorsOf, setOperator, takes } from "./composeoperators.js";

// Browsers become slow with more lines in an input that grows.
const mostLines = 300;

/** The pickers in an element, for the filter in a textarea. */
export class Pickers {
  // changed is called when the filter has changed; incomplete, with a sentence, while
  // something has to be filled in before it can be used.
  constructor(root, textarea, fields, { changed, incomplete }) {
    Object.assign(this, { root, textarea, changed, incomplete });
    this.fields = new Map(fields.map((f) => [f.name, f]));
    this.keys = new Map(); // of rules and groups, for ids that stay
    root.hidden = false;
    textarea.addEventListener("input", () => this.read());
    this.read();
  }

  // read shows what the JSON says.
  read() {
    const { group, places, reason, fault } = toPickers(this.textarea.value, this.fields);
    this.fault = fault ?? "";
    this.group = group;
    this.places = places ?? new Map();
    this.waiting = [];
    if (group) this.draw();
    else this.root.replaceChildren(element("p", { class: "note" }, fault
      ? `${fault} The conditions appear here when the JSON is right.`
      : `${reason} So this filter is shown as JSON only.`));
  }

  /** Replaces the filter. */
  set(text) {
    this.textarea.value = text;
    this.read();
  }

  // write puts what the pickers say into the JSON, once nothing is missing.
  write() {
    const { text, places, incomplete } = toJSON(this.group, this.fields);
    this.waiting = incomplete;
    for (const node of this.root.querySelectorAll("[data-rule], [data-group]")) this.mark(node);
    if (incomplete.length > 0) return this.incomplete(incomplete[0][1]);
    this.places = places;
    this.textarea.value = text;
    return this.changed();
  }

  // mark says at an item what is missing there.
  mark(node) {
    const missing = this.waiting.find(([item]) => this.key(item) === node.dataset.rule || this.key(item) === node.dataset.group)?.[1] ?? "";
    const hint = node.querySelector(":scope > .hint");
    hint.textContent = missing;
    const first = node.querySelector("[data-checks]");
    if (node.dataset.rule && first) first.setCustomValidity(missing);
    this.say(node, "");
  }

  say(node, detail) {
    const fault = node.querySelector(":scope > .fault");
    if (!fault) return;
    fault.hidden = detail === "";
    fault.textContent = detail;
    for (const input of node.querySelectorAll("input, select, textarea")) input.toggleAttribute("aria-invalid", detail !== "");
  }

  /** Shows a fault at the rule that a JSON pointer leads to, and returns its element. */
  show(pointer, detail) {
    const rule = ruleAt(this.places, pointer);
    const node = rule && this.root.querySelector(`[data-rule="${this.key(rule)}"]`);
    if (node) this.say(node, detail);
    return node ?? undefined;
  }

  key(item) {
    if (!this.keys.has(item)) this.keys.set(item, `c${this.keys.size + 1}`);
    return this.keys.get(item);
  }

  // change draws again after conditions were added or removed, and moves the focus.
  change(focus) {
    this.draw();
    if (focus) document.getElementById(focus)?.focus();
    this.write();
  }

  draw() {
    const at = document.activeElement?.id;
    this.root.replaceChildren(this.drawGroup(this.group, undefined));
    if (at && this.root.querySelector(`#${CSS.escape(at)}`)) document.getElementById(at).focus();
  }

  drawGroup(group, parent) {
    const key = this.key(group);
    const how = choose({ id: `${key}-how`, "aria-label": "How the conditions combine", class: "how" },
      [["all", "all of these"], ["any", "any of these"], ["none", "none of these"]], group.how, (value) => {
        group.how = value;
        this.write();
      });
    const head = element("div", { class: "filters" }, how);
    if (parent) head.append(this.remover(group, parent, "Remove group"));
    else head.prepend(element("label", { class: "plain", for: `${key}-how` }, "Customers that match"));
    return element("div", { class: parent ? "group" : "group root", role: "group", "aria-label": parent ? "Group of conditions" : "Conditions", "data-group": key },
      head,
      ...group.items.map((item) => (item.items ? this.drawGroup(item, group) : this.drawRule(item, group))),
      element("p", { class: "soft hint" }, group.items.length === 0 && !parent ? "No condition: all customers match." : ""),
      element("div", { class: "actions" },
        element("button", { type: "button", id: `${key}-add`, click: () => this.add(group, { field: "", op: "is", values: [""] }, "field") }, "Add condition"),
        element("button", { type: "button", click: () => this.add(group, { how: "any", items: [] }, "add") }, "Add group")));
  }

  add(group, item, focus) {
    group.items.push(item);
    this.change(`${this.key(item)}-${focus}`);
  }

  remover(item, parent, label, text = label) {
    return element("button", { type: "button", class: "remove", "aria-label": label, click: () => {
      parent.items.splice(parent.items.indexOf(item), 1);
      this.change(`${this.key(parent)}-add`);
    } }, text);
  }

  // drawRule draws a condition. What is in use while somebody chooses with the keyboard
  // stays: another field replaces the operator, another operator the values.
  drawRule(rule, parent) {
    const key = this.key(rule);
    const names = [...(rule.field ? [] : [["", "Choose a field…"]]), ...[...this.fields.keys()].map((name) => [name, name])];
    const rest = element("div", { class: "compared" });
    const picked = choose({ id: `${key}-field`, "aria-label": "Field", "data-checks": true }, names, rule.field, (name) => {
      picked.querySelector("option[value='']")?.remove();
      Object.assign(rule, newRule(this.fields.get(name)));
      remove.setAttribute("aria-label", `Remove the condition on ${name}`);
      rest.replaceChildren(...this.drawCompared(rule, key));
      this.write();
    });
    const remove = this.remover(rule, parent, `Remove the condition${rule.field ? " on " + rule.field : ""}`, "×");
    if (rule.field) rest.append(...this.drawCompared(rule, key));
    return element("div", { class: "rule", role: "group", "aria-label": "Condition", "data-rule": key }, picked, rest, remove,
      element("p", { class: "soft hint" }), element("p", { class: "fault", hidden: true }));
  }

  drawCompared(rule, key) {
    const field = this.fields.get(rule.field);
    const values = element("div", { class: "values" }, ...this.drawValues(rule, field, key));
    const operator = choose({ id: `${key}-op`, "aria-label": "Operator" }, operatorsOf(field, rule.op), rule.op, (op) => {
      setOperator(rule, op, field);
      values.replaceChildren(...this.drawValues(rule, field, key));
      this.write();
    });
    return [operator, values];
  }

  drawValues(rule, field, key) {
    if (takes(rule.op) === "nothing") return [];
    if (takes(rule.op) === "list") return this.drawList(rule, field, key);
    const inputs = rule.values.map((value, i) => this.drawValue(rule, field, i, {
      id: `${key}-value${i}`, "aria-label": ["Value", "From", "To"][rule.values.length === 2 ? i + 1 : 0],
    }));
    return inputs.length === 2 ? [...inputs[0], element("span", { class: "soft" }, "and"), ...inputs[1]] : inputs[0];
  }

  drawValue(rule, field, i, attributes) {
    const changed = (value) => {
      rule.values[i] = value;
      this.write();
    };
    const value = rule.values[i];
    const kind = kindOf(field);
    if (kind === "boolean") return [choose(attributes, [["true", "true"], ["false", "false"]], value, changed)];
    if (kind === "choice" && takes(rule.op) === "one" && (field.choices.includes(value) || rule.op === "is" || rule.op === "isNot")) {
      const choices = field.choices.includes(value) ? field.choices : [value, ...field.choices];
      return [choose(attributes, choices.map((c) => [c, c === "" ? "(empty text)" : c]), value, changed)];
    }
    if (kind === "date-time") return moment(value, attributes, changed);
    const input = element("input", { ...attributes, value, autocomplete: "off", input: () => changed(input.value) });
    if (kind === "date" && /^(\d{4}-\d\d-\d\d)?$/.test(value)) input.type = "date";
    else if (kind === "integer" || kind === "number") input.inputMode = kind === "integer" ? "numeric" : "decimal";
    else input.dir = "auto";
    return [input];
  }

  drawList(rule, field, key) {
    if (kindOf(field) === "choice" && field.choices.length <= 20) {
      const all = [...new Set([...field.choices, ...rule.values])].filter((c) => c !== "");
      return all.map((choice) => {
        const box = element("input", { type: "checkbox", change: () => {
          rule.values = all.filter((c) => (c === choice ? box.checked : rule.values.includes(c)));
          this.write();
        } });
        box.checked = rule.values.includes(choice);
        return element("label", { class: "plain choice" }, box, " ", element("bdi", {}, choice));
      });
    }
    if (rule.values.length > mostLines) {
      return [element("span", { class: "soft" }, `${rule.values.length.toLocaleString("en")} values, which the JSON lists`)];
    }
    const hint = element("p", { class: "soft hint", id: `${key}-lines` });
    const area = element("textarea", { id: `${key}-values`, class: "grows", rows: "2", dir: "auto", "aria-label": "Values, one a line", "aria-describedby": hint.id, input: () => {
      rule.values = area.value.split("\n");
      hint.replaceChildren(...lineWords(rule.values));
      this.write();
    } });
    area.value = rule.values.join("\n");
    hint.replaceChildren(...lineWords(rule.values));
    return [area, hint];
  }
}

// lineWords says how several values are written, and what commas do not do.
function lineWords(values) {
  const [only, ...others] = values.map((value) => value.trim()).filter((value) => value !== "");
  if (!only?.includes(",") || others.length > 0) return ["One value a line."];
  return ["One value a line: “", element("bdi", {}, only), "” is one value."];
}
