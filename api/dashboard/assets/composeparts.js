// Small parts that the composer's scripts build pages of.

/** Makes an element with attributes and children. A listener is an attribute with a function. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Makes a select; options are [value, words]. */
export function choose(attributes, options, value, changed) {
  const select = element("select", attributes, ...options.map(([v, words]) => element("option", { value: v }, words)));
  select.value = value;
  select.addEventListener("change", () => changed(select.value));
  return select;
}

const shown = /^(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)([Zz]|[+-]\d\d:\d\d))?$/;

// The offsets that zones of the world have, in minutes.
const offsets = [-720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -120, -60, 0, 60, 120, 180, 210, 240,
  270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780, 840];

function zone(minutes) {
  if (minutes === 0) return "Z";
  const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? "-" : "+"}${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`;
}

const zoneWords = (z) => (z === "Z" ? "UTC" : "UTC" + z.replace("-", "\u2212"));

// The zone of the reader at a time of the local calendar.
const ownZone = (local) => zone(-(local ? new Date(local) : new Date()).getTimezoneOffset());

/**
 * Makes the inputs for a date and time with its zone, and calls changed with the RFC 3339
 * text. A text that these inputs could not hold stays in an input for texts.
 */
export function moment(text, attributes, changed) {
  const parts = shown.exec(text);
  if (text !== "" && !parts) {
    const input = element("input", { ...attributes, value: text, input: () => changed(input.value.trim()) });
    return [input];
  }
  const at = element("input", { ...attributes, type: "datetime-local", step: "1", max: "9999-12-31T23:59:59" });
  if (parts) at.value = `${parts[1]}T${parts[2] ?? "00:00:00"}`;
  let chosen = parts ? (parts[3] ?? "Z").toUpperCase() : undefined; // undefined: the zone follows the date
  const options = offsets.map(zone);
  if (chosen && !options.includes(chosen)) options.unshift(chosen);
  const write = () => {
    if (!chosen) zones.value = ownZone(at.value);
    changed(at.value ? (at.value.length === 16 ? at.value + ":00" : at.value) + zones.value : "");
  };
  const zones = choose({ "aria-label": "Zone", class: "zone" }, options.map((z) => [z, zoneWords(z)]), chosen ?? ownZone(""), (z) => {
    chosen = z;
    write();
  });
  if (zones.selectedIndex < 0) zones.value = "Z";
  at.addEventListener("input", write);
  return [at, zones];
}
