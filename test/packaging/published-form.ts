/** What Deno's registries would serve, served on loopback: the JSR form of the checkout, and the tarball as an npm package. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { manifest } from "./manifest.ts";
import { root, run } from "./suite.ts";

export interface Served {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string;
  /** `127.0.0.1:<port>` */
  readonly host: string;
  close(): void;
}

function serve(answer: RequestListener): Promise<Served> {
  const server = createServer(answer);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      server.unref();
      resolve({ url: `http://${host}/`, host, close: () => server.close() });
    });
  });
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ts: "text/typescript",
  js: "text/javascript",
  json: "application/json",
};

/** The files that `deno publish` would upload, by their paths, those of another package by theirs, and nothing else. */
export async function serveJsrForm(deno: string, others: Readonly<Record<string, string>>): Promise<Served> {
  const listed = await run(deno, ["publish", "--dry-run", "--allow-dirty", "--no-check"]);
  const files = new Set<string>();
  for (const [, path = ""] of listed.output.matchAll(/^\s+file:\/\/(\S+) \(/gm))
    if (path.startsWith(root)) files.add(path.slice(root.length));
  if (!listed.ok || files.size === 0) throw new Error(`deno publish --dry-run failed\n${listed.output}`);
  return serve((request, response) => {
    const path = normalize(request.url ?? "/").slice(1);
    const isOurs = files.has(path) && existsSync(join(root, path));
    const content = isOurs ? readFileSync(join(root, path)) : others[path];
    const type = MEDIA_TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain";
    if (content === undefined) response.writeHead(404).end(`${path} is not published`);
    else response.writeHead(200, { "content-type": type }).end(content);
  });
}

/** A registry of npm that has the tarball and sends on whoever asks for another package. */
export async function serveNpmPackage(tarball: string, upstream: string): Promise<Served> {
  const bytes = readFileSync(tarball);
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const packed = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
  const served: Served = await serve((request, response) => {
    if (request.url === "/perdure.tgz") {
      response.writeHead(200).end(bytes);
    } else if (request.url === "/perdure") {
      const version = { ...packed, dist: { tarball: `${served.url}perdure.tgz`, integrity } };
      const { version: latest } = manifest;
      const document = { name: "perdure", "dist-tags": { latest }, versions: { [latest]: version } };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
    } else {
      response.writeHead(307, { location: new URL(request.url?.slice(1) ?? "", upstream).href }).end();
    }
  });
  return served;
}
