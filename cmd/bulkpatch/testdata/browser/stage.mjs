// A stage: pages whose live parts a walk changes itself, in the frame of real pages and
// with the real scripts. It stands in front of the installation under test, so a walk can
// also see what the browser holds open, and let the server fail.

import { createServer } from "node:http";
import { site } from "./lib.mjs";

/** Opens a stage. Its page is at /admin/stage?NAME, with main as main returns it for NAME. */
export async function stage(session, main) {
  const streams = new Set(); // the open event streams
  const asked = []; // the paths of pages that were read
  const frame = await (await fetch(site.base + "/admin/help", { headers: { Cookie: session } })).text();
  const state = { up: true, signedIn: true };

  const answer = async (request, response) => {
    const { pathname, search } = new URL(request.url, site.base);
    const name = search.slice(1).split(/[=&]/)[0]; // what follows is how a page is read again
    if (!state.up) return request.socket.destroy();
    if (pathname.startsWith("/admin/stage") && !state.signedIn) return response.writeHead(303, { Location: "/admin/login" }).end();
    if (pathname === "/admin/stage/live") return stream(response, name);
    if (pathname !== "/admin/stage") return forward(request, response);
    asked.push(name);
    const page = frame.replace(/<main[\s\S]*<\/main>/, () => main(name));
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Content-Security-Policy": policy }).end(page);
  };
  const stream = (response, name) => {
    streams.add(response);
    response.on("close", () => streams.delete(response));
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write("retry: 200\n\n");
    if (state.onStream) response.write(event("part", state.onStream(name)));
  };
  const server = createServer((request, response) => answer(request, response).catch(() => response.destroy()));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    state, asked, streams,
    base: `http://127.0.0.1:${server.address().port}`,
    /** Sends parts to all pages that listen. */
    send: (html, name = "part") => [...streams].forEach((s) => s.write(event(name, html))),
    /** Breaks all connections, as a server that dies does. */
    die: () => { state.up = false; server.closeAllConnections(); },
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'";

const event = (name, html) => `event: ${name}\n${html.split("\n").map((l) => `data: ${l}\n`).join("")}\n`;

async function forward(request, response) {
  const answer = await fetch(site.base + request.url, { redirect: "manual", headers: { Cookie: request.headers.cookie ?? "" } });
  response.writeHead(answer.status, { "Content-Type": answer.headers.get("content-type") ?? "text/plain" });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
