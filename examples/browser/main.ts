/** `npx tsx examples/browser/main.ts`: serves the page until Ctrl-C. */
import process from "node:process";
import { serve } from "./serve.ts";

const example = await serve();
console.log(`Open ${example.url}`);
process.once("SIGINT", () => void example.close());
