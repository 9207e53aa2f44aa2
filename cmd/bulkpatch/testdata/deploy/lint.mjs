// Prints what is wrong with a Dockerfile, and fails if anything is.
import { readFileSync } from "node:fs";
import dockerfile from "dockerfile-utils";

const faults = dockerfile.validate(readFileSync(process.argv[2], "utf8"));
for (const { range, message } of faults) console.log(`line ${range.start.line + 1}: ${message}`);
process.exit(faults.length ? 1 : 0);
