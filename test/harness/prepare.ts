/** What `npm ci` and `bun install` end with: a build, so that the first `npm start` has none to wait for. */
import process from "node:process";
import { buildIfStale } from "./build.ts";

if (!buildIfStale()) process.exitCode = 1;
