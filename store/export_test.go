package store

// OpenWith is [Open] with another driver under it.
var OpenWith = open
