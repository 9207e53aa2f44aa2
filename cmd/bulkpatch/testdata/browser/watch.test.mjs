// The watch that all walks rely on notices what it should.

import { assert, fits, noSeriousFindings, takeComplaints, walk } from "./lib.mjs";

walk("what a browser complains about is noticed", async (open) => {
  for (const [what, does] of Object.entries({
    "console: log: hello": () => console.log("hello"),
    "error: Error: broken": () => setTimeout(() => { throw new Error("broken"); }),
    "inline style": () => document.body.setAttribute("style", "color: red"),
    "inline script": () => document.body.append(Object.assign(document.createElement("script"), { text: "1" })),
    "another host": () => { location.href = "http://other.example/"; },
    "status of 404": () => fetch("/admin/assets/none.js"),
  })) {
    const page = await open();
    await page.goto("/admin/login");
    assert.deepEqual(takeComplaints(page), [], "before " + what);
    await page.evaluate(does).catch(() => {}); // the page may be gone
    let all = [];
    for (const began = Date.now(); !all.some((c) => c.includes(what)); all.push(...takeComplaints(page))) {
      assert.ok(Date.now() - began < 10_000, `${what} is not among ${all}`);
      await page.title().catch(() => {}); // one turn of talk with the browser
    }
    await page.context().close();
    takeComplaints(page);
  }
});

walk("a page that people cannot use is noticed", async (open) => {
  for (const [pattern, verify, does] of [
    [/scrolls sideways/, fits, () => { document.querySelector("main").style.width = "500px"; }],
    [/first headings/, fits, () => document.querySelector("main").append(document.createElement("h1"))],
    [/color-contrast/, noSeriousFindings, () => { document.querySelector("label").style.color = "#bbb"; }],
    [/label/, noSeriousFindings, () => document.querySelector("label").remove()],
  ]) {
    const page = await open({ width: "phone" });
    await page.goto("/admin/login");
    await verify(page);
    await page.evaluate(does);
    await assert.rejects(verify(page), pattern);
  }
});
