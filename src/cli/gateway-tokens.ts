import type { Gateway, GatewayToken } from "../gateway/mod.ts";
import { textOf, UsageError } from "./command.ts";
import type { CliHost, ParsedArgs } from "./host.ts";
import { renewFiles, type Started } from "./renew-files.ts";

/** Tokens of a file, and what puts those of a newer one in force until its own result is called. */
export type TokensOfFile = Started<readonly GatewayToken[], Gateway>;

/**
 * The tokens of `--tokens`; undefined without it.
 *
 * @throws UsageError when the file is not a list in JSON
 */
export async function tokensOf(args: ParsedArgs, host: CliHost): Promise<TokensOfFile | undefined> {
  const file = textOf(args, "tokens");
  if (file === undefined) return undefined;
  // Before it is read: what changes from now on is seen.
  const watch = host.watchFiles([file]);
  return {
    value: await readTokens(file, host),
    renew: (gateway) =>
      renewFiles(host, watch, {
        program: "perdure gateway",
        what: "tokens",
        renew: async () => gateway.setTokens(await readTokens(file, host)),
      }),
  };
}

async function readTokens(file: string, host: CliHost): Promise<readonly GatewayToken[]> {
  const bytes = await host.readFile(file);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // The text of the error would quote the file, and so its secrets.
    throw new UsageError(`--tokens: ${file} is not JSON`);
  }
  // The gateway itself checks what is in it.
  if (Array.isArray(json)) return json as readonly GatewayToken[];
  throw new UsageError(`--tokens: ${file} must hold a list of objects with token and name`);
}
