import { hostname } from "node:os";
import process from "node:process";

/** `<pid>@<hostname>`, as every Temporal SDK says who it is. */
export function identity(): string {
  return `${process.pid}@${hostname()}`;
}

/** An environment variable. */
export function env(name: string): string | undefined {
  return process.env[name];
}
