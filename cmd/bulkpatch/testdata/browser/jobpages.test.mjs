// Lists of jobs, jobs of every kind and in every state, and what asks before something is
// done: pictures, checks, and no complaint of the browser.

import { everyPage, site, walk } from "./lib.mjs";

const { jobs } = site;
const job = (name, more = "") => `/admin/jobs/${jobs[name]}${more}`;

walk("lists of jobs look good", async (open) => {
  await everyPage(open, {
    "jobs": "/admin/jobs", "jobs-all-kinds": "/admin/jobs?kind=all", "jobs-failed": "/admin/jobs?state=partially_succeeded",
    "jobs-search": "/admin/jobs?q=kiosks", "jobs-none": "/admin/jobs?q=no+such+note",
  }, { as: "admin" });
  await everyPage(open, { "jobs-wrong": "/admin/jobs?since=yesterday" }, { as: "admin", status: 400 });
});

walk("jobs that have ended look good", async (open) => {
  await everyPage(open, Object.fromEntries([
    "succeeded", "none", "one", "nested", "large", "million", "huge", "single", "refused", "clash", "partial", "retry", "undone",
    "undo", "preview", "cancelled",
  ].map((name) => [`job-${name}`, job(name)])), { as: "admin" });
});

walk("jobs that are open look good", async (open) => {
  await everyPage(open, { "job-running": job("running"), "job-paused": job("paused") }, { as: "admin" });
  await everyPage(open, { "job-held": job("held"), "overview-held": "/admin" }, { as: "north" });
});

walk("parts of a job's results look good", async (open) => {
  await everyPage(open, {
    "job-failures": job("partial", "?outcome=failed"), "job-one-customer": job("partial", "?id=10"),
    "job-nothing-fits": job("partial", "?outcome=failed&id=2"), "job-request-go": job("nested", "?request=go"),
  }, { as: "admin" });
});

walk("what asks before a job is changed looks good", async (open) => {
  await everyPage(open, {
    "cancel": job("running", "/cancel"), "retry": job("partial", "/retry"), "undo": job("edit", "/undo"),
  }, { as: "admin" });
  await everyPage(open, {
    "undo-again": job("undone", "/undo"), "undo-nothing": job("none", "/undo"), "retry-nothing": job("succeeded", "/retry"),
  }, { as: "admin", status: 409 });
});
