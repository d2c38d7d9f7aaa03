#!/usr/bin/env node
import process from "node:process";
import { runCli } from "../../src/cli/mod.ts";
import { cliHost } from "./cli-host.ts";

// The program `perdure`. Node, Bun and Deno all run it: what differs between them is behind the ports that it imports.
process.exitCode = await runCli(process.argv.slice(2), cliHost);
