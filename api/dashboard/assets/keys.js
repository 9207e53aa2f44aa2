// The keyboard: "/" searches, "j" and "k" move in a list, "x" selects, Ctrl+K jumps to
// what has an id, "?" helps.
export {};
