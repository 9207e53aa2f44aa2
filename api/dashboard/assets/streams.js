// Limits how many event streams the windows of one browser hold. A browser has six
// connections to a server without HTTP/2, and a stream takes one of them for as long as
// it is open: the seventh window would get nothing at all.
const most = 4;
const patience = 100; // for the answers of other windows, in ms

const me = `${Date.now()}.${Math.random()}`.padEnd(40, "0"); // ids sort by age
const channel = "BroadcastChannel" in window ? new BroadcastChannel("bulkpatch-streams") : undefined;

let state = "none"; // "asks", "has"
let others = new Set(); // who had a stream, or asked for one before, when this window asked
let lost; // what gives the stream up

channel?.addEventListener("message", ({ data }) => {
  if (data.asks && (state === "has" || (state === "asks" && me < data.asks))) channel.postMessage({ taken: me });
  if (!data.taken || state === "none") return;
  others.add(data.taken);
  if (state === "has" && others.size >= most) lost(); // a window that is busy answers late
});

/**
 * Reports whether this window may open a stream. If so, it must be given back; and if it
 * turns out that there are too many, giveUp is called.
 */
export async function claim(giveUp) {
  if (!channel || state === "has") return true;
  others = new Set();
  lost = giveUp;
  state = "asks";
  channel.postMessage({ asks: me });
  await new Promise((done) => setTimeout(done, patience));
  if (state !== "asks") return state === "has"; // given back meanwhile
  state = others.size < most ? "has" : "none";
  return state === "has";
}

/** Lets another window have a stream. */
export function giveBack() {
  state = "none";
}
