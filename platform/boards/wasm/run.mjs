// SPDX-License-Identifier: Apache-2.0
// node run.mjs MODULE: runs program() of a WebAssembly module; its result is the exit status.
import { readFileSync } from "node:fs";

let memory;
function print(address) {
  const bytes = new Uint8Array(memory.buffer, address);
  process.stdout.write(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))));
}
const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const { exports } = new WebAssembly.Instance(module, { host: { print } });
memory = exports.memory;
process.exitCode = exports.program(0, 0);
