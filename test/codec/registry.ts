// Finds, for every message of the services, protobuf-es's descriptor and our functions, by name.
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import * as wkt from "@bufbuild/protobuf/wkt";
import type { JsonReadOptions, JsonValue, JsonWriteOptions } from "../../src/codec-runtime/json.ts";
import type { DecodeOptions } from "../../src/codec-runtime/reader.ts";
import type { PayloadVisitor } from "../../src/codec-runtime/visit.ts";

/** Our functions for one message. Messages are plain records here: tests build them from descriptors. */
export interface Entry {
  readonly desc: DescMessage;
  readonly encode: (message: object) => Uint8Array;
  readonly decode: (bytes: Uint8Array, options?: DecodeOptions) => Record<string, unknown>;
  readonly toJson: (message: object, options?: JsonWriteOptions) => JsonValue;
  readonly fromJson: (json: JsonValue, options?: JsonReadOptions) => object;
  readonly visit: ((message: object, visitor: PayloadVisitor) => void) | undefined;
}

const gen = fileURLToPath(new URL("../../src/gen", import.meta.url));
const WELL_KNOWN: DescFile[] = [
  wkt.file_google_protobuf_any,
  wkt.file_google_protobuf_duration,
  wkt.file_google_protobuf_empty,
  wkt.file_google_protobuf_field_mask,
  wkt.file_google_protobuf_timestamp,
  wkt.file_google_protobuf_wrappers,
];
const WITHOUT_CODEC = /^(google\/api|temporal\/api\/protometa)\//;

function isFile(value: unknown): value is DescFile {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "file";
}

async function descriptors(): Promise<DescFile[]> {
  const folder = join(gen, "es");
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith("_pb.ts"),
  );
  const modules = await Promise.all(paths.map((path) => import(join(folder, path)) as Promise<object>));
  return modules.flatMap((module) => Object.values(module).filter(isFile));
}

function nested(message: DescMessage): DescMessage[] {
  return [message, ...message.nestedMessages.flatMap(nested)];
}

async function load(path: string): Promise<Record<string, unknown>> {
  return (await import(join(gen, "codec", path))) as Record<string, unknown>;
}

function entryOf(desc: DescMessage, modules: readonly Record<string, unknown>[]): Entry {
  const name = desc.typeName.slice(desc.file.proto.package.length + 1).replaceAll(".", "_");
  const lower = name[0]!.toLowerCase() + name.slice(1);
  const find = (key: string): unknown =>
    modules.map((module) => module[key]).find((value) => value !== undefined);
  return {
    desc,
    encode: find(`encode${name}`),
    decode: find(`decode${name}`),
    toJson: find(`${lower}ToJson`),
    fromJson: find(`${lower}FromJson`),
    visit: find(`visit${name}`),
  } as Entry;
}

async function entries(file: DescFile): Promise<Entry[]> {
  const messages = file.messages.flatMap(nested);
  if (messages.length === 0 || WITHOUT_CODEC.test(file.name)) return [];
  const visitors = readdirSync(join(gen, "codec"), { recursive: true, encoding: "utf8" });
  const hasVisitors = visitors.includes(relative(".", `${file.name}.visit.ts`));
  const modules = await Promise.all([
    load(`${file.name}.ts`),
    load(`${file.name}.json.ts`),
    hasVisitors ? load(`${file.name}.visit.ts`) : {},
  ]);
  return messages.map((desc) => entryOf(desc, modules));
}

/** Every message that has a codec, in a fixed order. */
export const registry: ReadonlyMap<string, Entry> = new Map(
  (await Promise.all([...WELL_KNOWN, ...(await descriptors())].map(entries)))
    .flat()
    .map((entry): [string, Entry] => [entry.desc.typeName, entry])
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** The files of all services. */
export const serviceFiles: readonly DescFile[] = (await descriptors()).filter(
  (file) => file.services.length > 0,
);
