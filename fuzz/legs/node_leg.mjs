// V8 in node as a leg: the protocol of docs/fuzzing.md on standard input and output.
import { createHash } from "node:crypto";
import { readSync, writeSync } from "node:fs";

const CLASSES = [
  ["memory access out of bounds", "memory"], ["table index is out of bounds", "table"], ["table access", "table"],
  ["null function or function signature mismatch", "callee"], ["signature mismatch", "signature"],
  ["element segment out of bounds", "table"], ["data segment out of bounds", "memory"],
  ["dereferencing a null pointer", "null"], ["divide by zero", "divide"], ["remainder by zero", "divide"],
  ["divide result unrepresentable", "overflow"], ["float unrepresentable in integer range", "float"],
  ["unreachable", "unreachable"], ["illegal cast", "cast"], ["array element access out of bounds", "array"],
  ["unaligned accesses", "unaligned"], ["Atomics.wait cannot", "shared"],
  ["requested new array is too large", "allocation"], ["Maximum call stack", "stack"],
];
const UNSUPPORTED = ["memory-control", "custom-page-sizes", "wide-arithmetic", "text"];

function classOf(error) {
  if (error instanceof WebAssembly.Exception) return "exception";
  const found = CLASSES.find(([text]) => error.message.includes(text));
  return found ? found[1] : error.message;
}

function read(count) {
  const data = Buffer.alloc(count);
  for (let at = 0; at < count; ) {
    let got = 0;
    try {
      got = readSync(0, data, at, count - at, null);
    } catch (error) {
      if (error.code === "EAGAIN") continue;
      throw error;
    }
    if (!got) return null;
    at += got;
  }
  return data;
}

function write(answer) {
  const data = Buffer.from(JSON.stringify(answer));
  const header = Buffer.alloc(4);
  header.writeUInt32LE(data.length);
  const all = Buffer.concat([header, data]);
  for (let at = 0; at < all.length; ) {
    try {
      at += writeSync(1, all, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function refusal(verdict, detail = "") {
  return { verdict, detail, calls: [], observed: "", memories: [], trace: [] };
}

function call(exported) {
  try {
    return String(exported() >>> 0);
  } catch (error) {
    return `trap ${classOf(error)}`;
  }
}

function run(request) {
  if (request.features.some((feature) => UNSUPPORTED.includes(feature))) return refusal("unsupported");
  const trace = [];
  const note = (first, second) => {
    trace.push([first >>> 0, second >>> 0]);
    return (first + second) | 0;
  };
  const modules = [];
  try {
    for (const [name, binary] of [...request.providers, ["", request.binary]])
      modules.push([name, new WebAssembly.Module(Buffer.from(binary, "base64"))]);
  } catch (error) {
    return refusal("unsupported", error.message); // an older V8 lacks much of 3.0
  }
  const names = { host: { note } };
  try {
    for (const [name, module] of modules) names[name] = new WebAssembly.Instance(module, names).exports;
  } catch (error) {
    const trapped = error instanceof WebAssembly.RuntimeError || error instanceof WebAssembly.Exception;
    return trapped ? refusal("trap", classOf(error)) : refusal("unlinkable", error.message);
  }
  const exported = names[""];
  const calls = request.calls.map((name) => call(exported[name]));
  const memories = request.memories.map((name) => {
    const bytes = Buffer.from(exported[name].buffer);
    return [bytes.length / 65536, createHash("sha256").update(bytes).digest("hex")];
  });
  const seen = exported.observed ? Buffer.from(exported.observed.buffer) : Buffer.alloc(0);
  let end = seen.length;
  while (end && !seen[end - 1]) end--;
  return { verdict: "ok", detail: "", calls, observed: seen.subarray(0, end).toString("hex"), memories, trace };
}

for (let header; (header = read(4)); ) {
  const data = read(header.readUInt32LE());
  if (!data) break;
  write(run(JSON.parse(data.toString())));
}
