// Package dashboard owns the pages under /admin: how they look, what they say, and
// the headers that keep browsers from running anything that is not ours. The pages
// are html/template files in pages, with what they share in pages/parts; style sheets,
// scripts and the icon are in assets. All of them are part of the program, and no page
// has an inline script or style, or asks another host.
//
// It is a client of the API in the same process: a page reads and writes by the calls
// that a program would make ([Visit.Get], [Visit.Send]), as the visitor. So a page
// shows what the API shows, allows what the visitor's key allows, and has no rules of
// its own. Only what the API has no call for comes from the interfaces [Store] and
// [QueueReader].
//
// The first answer of a page comes at once. What may take long is bounded by
// [Visit.first]: where it does, the page comes without it and names the address with all
// of it, which the script later.js or a link asks for.
//
// It leaves to api the routes, who may open which page, the sign-in and the sessions,
// and that a form sent twice has its effect once.
package dashboard
