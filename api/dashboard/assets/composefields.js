// Shows of the fields only those that change, and lets further ones be added by name.
import { Steps } from "./composecompute.js";
import { element, moment } from "./composeparts.js";

/**
 * Prepares the rows of the fields. changed is called when one was added or removed. What
 * it returns shows the fault of a step: say(id of the input, step, sentence).
 */
export function prepareFields(root, add, changed) {
  const operators = JSON.parse(root.dataset.operators);
  const nodes = [...root.querySelectorAll("[data-field]")];
  const readable = nodes.filter((row) => row.querySelector(".by")).map((row) => row.dataset.field);
  const rows = new Map(nodes.map((row) => [row.dataset.field, new Row(row, changed, (r) => new Steps(r, operators, readable))]));
  const picker = new Adder(add, rows, changed);
  for (const row of rows.values()) {
    row.removed = () => {
      picker.offer();
      picker.input.focus();
      changed();
    };
    row.show();
  }
  picker.offer();
  return {
    say: (input, step, detail) => rows.get(input.slice("by-".length))?.steps?.say(step, detail),
    clear: () => rows.forEach((row) => row.steps?.clear()),
  };
}

class Row {
  // steps makes the steps of a row, once they are needed.
  constructor(row, changed, steps) {
    Object.assign(this, { row, changed, makeSteps: steps, what: row.querySelector("select"), to: row.querySelector(".to"), by: row.querySelector(".by") });
    this.value = this.to.querySelector(".value");
    this.input = this.value.querySelector("input, select, textarea");
    this.cleared = element("span", { class: "soft" }, "will have no value");
    if (this.input.hasAttribute("data-moment")) this.asMoment();
    this.to.prepend(this.cleared);
    this.what.addEventListener("change", () => {
      this.show();
      if (this.what.value === "keep") this.removed();
    });
  }

  get name() {
    return this.row.dataset.field;
  }

  get words() {
    return [this.row.dataset.title, this.row.dataset.words].filter(Boolean).join(", ");
  }

  // asMoment puts inputs for date, time and zone in place of the text.
  asMoment() {
    const { input } = this;
    const id = input.id;
    input.removeAttribute("id");
    input.type = "hidden";
    const parts = moment(input.value, { id, "aria-describedby": input.getAttribute("aria-describedby") }, (text) => {
      input.value = text;
      this.changed();
    });
    this.moment = element("div", { class: "moment" }, ...parts);
    input.after(this.moment);
  }

  show() {
    const what = this.what.value;
    this.row.hidden = what === "keep";
    if (what === "keep") this.empty();
    if (what === "compute") this.steps ??= this.makeSteps(this);
    if (this.by) this.by.hidden = what !== "compute";
    this.value.hidden = what === "compute";
    this.cleared.hidden = what !== "clear";
    this.input.hidden = what === "clear";
    if (this.moment) this.moment.hidden = what === "clear";
  }

  empty() {
    this.input.value = "";
    if (!this.by) return;
    this.by.querySelector("textarea").value = "";
    this.steps?.read();
  }

  set() {
    this.what.value = "set";
    this.show();
    (this.moment ?? this.to).querySelector("input:not([type=hidden]), select, textarea").focus();
  }
}

class Adder {
  constructor(root, rows, changed) {
    Object.assign(this, { rows, changed });
    this.list = element("datalist", { id: "further-fields" });
    this.said = element("p", { class: "fault", id: "why-add", role: "alert", hidden: true });
    this.input = element("input", {
      id: "add-field", list: "further-fields", placeholder: "Add a field…", autocomplete: "off", "aria-describedby": "why-add",
      input: (e) => {
        e.stopPropagation(); // this is no part of the update
        this.say("");
        if (e.inputType === "insertReplacementText" || e.inputType === undefined) this.take(); // chosen from the list
      },
      change: (e) => e.stopPropagation(),
      keydown: (e) => {
        if (e.key !== "Enter") return;
        e.preventDefault(); // it would submit the form
        this.take();
      },
    });
    const button = element("button", { type: "button", click: () => this.take() }, "Add field");
    root.replaceChildren(element("label", { for: "add-field" }, "Field to change"), element("div", {}, this.input, this.said), button, this.list);
    root.hidden = false;
  }

  // offer lists the fields that are kept so far.
  offer() {
    const kept = [...this.rows.values()].filter((row) => row.row.hidden);
    this.list.replaceChildren(...kept.map((row) => element("option", { value: row.name }, row.words)));
  }

  say(why) {
    this.said.textContent = why;
    this.said.hidden = why === "";
  }

  take() {
    const typed = this.input.value.trim().toLowerCase();
    if (typed === "") return this.input.focus();
    const all = [...this.rows.values()];
    const found = all.filter((row) => row.name.toLowerCase() === typed);
    const near = all.filter((row) => (row.name + " " + row.row.dataset.title).toLowerCase().includes(typed));
    const [row, other] = found.length > 0 ? found : near;
    if (!row) return this.say("There is no such field that can be changed.");
    if (other) return this.say(`Which one: ${near.slice(0, 5).map((r) => r.name).join(", ")}?`);
    this.input.value = "";
    this.say("");
    row.set();
    this.offer();
    return this.changed();
  }
}
