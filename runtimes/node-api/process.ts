// `process` is the global one throughout: importing node:process opens the standard input, which takes milliseconds.
import { hostname } from "node:os";

/** `<pid>@<hostname>`, as every Temporal SDK says who it is. */
export function identity(): string {
  return `${process.pid}@${hostname()}`;
}

/** An environment variable. */
export function env(name: string): string | undefined {
  return process.env[name];
}
