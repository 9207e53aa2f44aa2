// Lists of jobs, open jobs, parts of a job's page, and what asks before something is done:
// pictures, checks, and no complaint of the browser.

import { everyPage, site, walk } from "./lib.mjs";

const { jobs } = site;
const job = (name, more = "") => `/admin/jobs/${jobs[name]}${more}`;

walk("lists of jobs look good", async (open) => {
  await everyPage(open, {
    "jobs-failed": "/admin/jobs?state=partially_succeeded",
    "jobs-search": "/admin/jobs?q=kiosks",
  }, { as: "admin" });
  await everyPage(open, { "jobs-wrong": "/admin/jobs?since=yesterday" }, { as: "admin", status: 400 });
});

walk("jobs that are open look good", async (open) => {
  await everyPage(open, { "job-running": job("running"), "job-paused": job("paused") }, { as: "admin" });
  await everyPage(open, { "job-held": job("held"), "overview-held": "/admin" }, { as: "north" });
});

walk("parts of a job's results look good", async (open) => {
  await everyPage(open, {
    "job-failures": job("partial", "?outcome=failed"), "job-one-customer": job("partial", "?id=10"),
    "job-nothing-fits": job("partial", "?outcome=failed&id=2"), "job-request-go": job("nested", "?request=go"),
  }, { as: "admin", only: "desktop" });
});

walk("what asks before a job is changed looks good", async (open) => {
  await everyPage(open, {
    "cancel": job("running", "/cancel"), "retry": job("partial", "/retry"), "undo": job("edit", "/undo"),
  }, { as: "admin" });
  await everyPage(open, {
    "undo-again": job("undone", "/undo"), "undo-nothing": job("none", "/undo"), "retry-nothing": job("succeeded", "/retry"),
  }, { as: "admin", status: 409 });
});
