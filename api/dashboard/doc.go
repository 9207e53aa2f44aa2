// Package dashboard owns the pages under /admin: how they look, what they say, and
// the headers that keep browsers from running anything that is not ours. The pages
// are html/template files in pages; the style sheet, the script and the icon are in
// assets. All of them are part of the program, and no page has an inline script or
// style, or asks another host.
//
// It leaves to api the routes, who may open which page, the sign-in and the
// sessions: a page is served only after the checks that every call passes. What a
// page shows comes from small interfaces; the package knows neither the store nor
// the queue.
package dashboard
