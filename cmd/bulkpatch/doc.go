// Command bulkpatch reads the settings, connects the packages to a service and
// runs it, and offers the commands around it. No other package reads flags or
// environment variables, and none imports all others. How jobs, records and HTTP
// work is left to the packages that it connects.
//
// Commands that read or write customers call the HTTP API. Those that work on
// a database directly serve the API to themselves, in memory, so that the same
// checks apply. Only copy and migrate use the store directly.
//
// serve, api, worker, demo and migrate create a missing database, and copy
// creates its destination. All other commands refuse a missing database: its
// address may be mistyped.
package main
