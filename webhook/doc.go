// Package webhook tells receivers when jobs have ended: it signs the bodies as Standard
// Webhooks has it, decides which addresses may be called, and sends what is due until it
// is delivered or given up.
//
// What is due, and what became of it, is in the store ([Store]); what a body says is
// the caller's ([Config]). Each attempt is begun in the store before it is sent, and its
// end is recorded after that. So what a crashed process was sending is sent again, and
// nothing is sent twice while nothing fails.
package webhook
