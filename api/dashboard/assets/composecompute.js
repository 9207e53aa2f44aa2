// Draws the steps of a field's computation, and keeps them and the JSON below in step.
import { choose, element, moment } from "./composeparts.js";
import { emptyValues, inputsOf, toJSON, toSteps } from "./composesteps.js";

/** The steps of the field of a row. operators are all there are, fields those to read. */
export class Steps {
  constructor(row, operators, fields) {
    const by = row.to.querySelector(".by");
    const suits = by.dataset.operators.trim().split(" ");
    Object.assign(this, { row, fields, kind: by.dataset.kind, textarea: by.querySelector("textarea"), details: by.querySelector("details") });
    this.operators = operators.filter((o) => suits.includes(o.name));
    this.takes = new Map(this.operators.map((o) => [o.name, o.takes]));
    this.root = element("div", { class: "steps" });
    by.prepend(this.root);
    this.details.querySelector("summary").textContent = "As JSON";
    this.textarea.addEventListener("input", () => this.read());
    this.read();
    this.details.open = !this.steps;
  }

  // read shows what the JSON says.
  read() {
    this.steps = toSteps(this.textarea.value, this.takes, this.kind);
    if (this.steps) this.draw();
    else this.root.replaceChildren(element("p", { class: "note" }, "This computation is shown as JSON only."));
  }

  write() {
    this.textarea.value = toJSON(this.steps, this.takes, this.kind);
  }

  draw() {
    this.nodes = this.steps.map((step, i) => this.node(step, i));
    this.more = element("button", { type: "button", class: "link", "aria-label": `Add a step to ${this.row.name}`, click: () => this.add() }, "Add a step");
    this.root.replaceChildren(...this.nodes, this.more);
    this.offer();
  }

  // offer lets a further step follow one that is chosen.
  offer() {
    this.more.hidden = this.steps.at(-1).name === "";
  }

  add() {
    this.steps.push({ name: "", values: {} });
    this.draw();
    this.nodes.at(-1).querySelector("select").focus();
  }

  remove(i) {
    this.steps.splice(i, 1);
    this.write();
    this.draw();
    this.nodes[Math.min(i, this.nodes.length - 1)].querySelector("select").focus();
    this.row.changed();
  }

  node(step, i) {
    const node = element("div", { class: "step", role: "group", "aria-label": `${this.row.name}, step ${i + 1}` });
    const inputs = element("div", { class: "given" });
    const fill = () => inputs.replaceChildren(...this.inputs(step));
    const options = [["", i > 0 ? "then…" : "Choose…"], ...this.operators.map((o) => [o.name, o.label])];
    const operator = choose({ "aria-label": "What is done" }, options, step.name, (name) => {
      step.values = emptyValues(this.inputsOf(name), this.inputsOf(step.name), step.values);
      step.name = name;
      this.write();
      fill();
      this.offer();
    });
    fill();
    node.append(operator, inputs);
    if (this.steps.length > 1) node.append(element("button", { type: "button", class: "remove", "aria-label": `Remove step ${i + 1}`, click: () => this.remove(i) }, "×"));
    node.append(element("p", { class: "fault", hidden: true }));
    return node;
  }

  inputsOf(name) {
    return name === "" ? [] : inputsOf(this.takes.get(name), this.kind);
  }

  // inputs makes the inputs of a step.
  inputs(step) {
    const all = this.inputsOf(step.name);
    return all.flatMap(([name, label, sort]) => {
      const made = this.input(sort, label, step.values[name], (value) => {
        step.values[name] = value;
        this.write();
      });
      if (all.length === 1) return made;
      return [element("label", { class: sort === "number" ? "plain unit" : "plain" }, ...(sort === "box" ? [...made, label] : [label, ...made]))];
    });
  }

  // input makes one input, which may consist of several.
  input(sort, label, value, changed) {
    const typed = { "aria-label": label, dir: "auto", autocomplete: "off", input: (e) => changed(e.target.value) };
    switch (sort) {
      case "box":
        return [element("input", { type: "checkbox", checked: value, change: (e) => changed(e.target.checked) })];
      case "field":
        return [choose({ "aria-label": label }, [["", "Choose…"], ...this.others().map((f) => [f, f])], value, changed)];
      case "choice":
      case "boolean":
        return [choose({ "aria-label": label }, [...this.row.input.options].map((o) => [o.value, o.text]), value, changed)];
      case "moment":
        return moment(value, { "aria-label": label }, changed);
      case "pairs":
        return [this.pairs(value, changed)];
      case "template":
        return this.template(typed, value);
      case "list":
      case "json":
        return [filled(element("textarea", { ...typed, rows: "1", class: "grows" }), value)];
    }
    return [filled(element("input", { ...typed, ...{ number: { inputmode: "decimal" }, date: { type: "date" } }[sort] }), value)];
  }

  others() {
    return this.fields.filter((name) => name !== this.row.name);
  }

  // template makes an input for a text, into which the names of fields can be put.
  template(typed, value) {
    const text = filled(element("input", { ...typed, class: "wide", placeholder: "{firstName} {lastName}" }), value);
    const insert = choose({ "aria-label": "Insert a field" }, [["", "Insert a field…"], ...this.fields.map((f) => [f, f])], "", (name) => {
      text.setRangeText(`{${name}}`, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
      insert.value = "";
      text.focus();
    });
    return [text, insert];
  }

  // pairs makes inputs for old and new texts, and always has room for a further pair.
  pairs(list, changed) {
    const root = element("div", { class: "pairs" });
    const add = (pair) => {
      const input = (i, label) => filled(element("input", {
        "aria-label": label, dir: "auto", autocomplete: "off",
        input: (e) => {
          if (!list.includes(pair)) list.push(pair);
          pair[i] = e.target.value;
          if (root.lastElementChild.contains(e.target)) add(["", ""]);
          changed(list);
        },
      }), pair[i]);
      root.append(element("div", { class: "pair" }, input(0, "Old value"), "→", input(1, "New value")));
    };
    for (const pair of [...list, ["", ""]]) add(pair);
    return root;
  }

  /** Shows what is wrong with a step, "" for nothing, and returns its element. */
  say(number, detail) {
    const node = this.steps && this.nodes[number - 1];
    if (!node) return undefined;
    const fault = node.querySelector(":scope > .fault");
    fault.textContent = detail;
    fault.hidden = detail === "";
    for (const input of node.querySelectorAll("input, select, textarea")) input.setAttribute("aria-invalid", detail !== "");
    return node;
  }

  /** Takes back what was said of the steps. */
  clear() {
    this.nodes?.forEach((_, i) => this.say(i + 1, ""));
  }
}

function filled(input, value) {
  input.value = value;
  return input;
}
