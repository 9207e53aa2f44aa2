// Command bulkpatch is the program: it reads settings, joins the packages
// into a service and runs it, and offers the commands around it. Nothing else
// reads flags or the environment, and nothing else sees all packages.
//
// The commands that touch customers go through the HTTP API, also those that
// work on a database directly: they then serve the API to themselves in
// memory. So there is one way in, with one set of checks. Only copy speaks to
// the store itself: it moves rows as they are.
//
// serve, api, worker, demo and migrate create a database where there is none,
// and copy does at its destination. Every other command refuses one that is not
// there: its address may be mistyped.
package main
