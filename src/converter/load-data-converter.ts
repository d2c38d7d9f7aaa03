import { ValueError } from "../common/errors.ts";
import { errorMessage, isRecord, showValue, typeName } from "../common/type-guards.ts";
import { type DataConverter, defaultDataConverter, type LoadedDataConverter } from "./data-converter.ts";
import type { PayloadCodec } from "./payload-codec.ts";
import type { FailureConverter } from "./sync/failure-converter.ts";
import type { PayloadConverter } from "./sync/payload-converter.ts";
import { setUtf8Host } from "./sync/utf8.ts";

type Names = "payloadConverter" | "failureConverter";

const METHODS: Readonly<Record<Names, readonly string[]>> = {
  payloadConverter: ["toPayload", "fromPayload"],
  failureConverter: ["errorToFailure", "failureToError"],
};

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  return isRecord(value) && methods.every((method) => typeof value[method] === "function");
}

function checkConverter(value: unknown, name: Names, where: string): void {
  if (hasMethods(value, METHODS[name])) return;
  throw new ValueError(
    `${where} is ${value === undefined ? "missing" : showValue(value)}; it must be an object with the methods ${METHODS[name].join(" and ")}`,
  );
}

function checkOptions(options: DataConverter): void {
  if (!isRecord(options))
    throw new ValueError(`dataConverter is ${showValue(options)}; it must be an object`);
  for (const name of ["payloadConverter", "failureConverter"] as const) {
    const path: unknown = options[`${name}Path`];
    if (options[name] !== undefined) {
      if (path !== undefined)
        throw new ValueError(`dataConverter has both ${name} and ${name}Path; give one`);
      checkConverter(options[name], name, `dataConverter.${name}`);
    }
    if (path !== undefined) moduleUrl(path, name);
  }
  checkCodecs(options.payloadCodecs);
}

function checkCodecs(codecs: unknown): asserts codecs is PayloadCodec[] | undefined {
  if (codecs === undefined) return;
  if (!Array.isArray(codecs)) {
    throw new ValueError(
      `dataConverter.payloadCodecs is ${showValue(codecs)}; it must be an array of codecs`,
    );
  }
  const wrong = codecs.findIndex((codec) => !hasMethods(codec, ["encode", "decode"]));
  if (wrong < 0) return;
  throw new ValueError(
    `dataConverter.payloadCodecs[${wrong}] is ${typeName(codecs[wrong])}; it must be an object with the methods encode and decode`,
  );
}

/** What `import()` takes: a URL as it is, an absolute path as a file URL. */
function moduleUrl(path: unknown, name: Names): string {
  if (typeof path === "string") {
    if (path.startsWith("/")) return `file://${encodeURI(path)}`;
    if (/^[a-z]:[\\/]/i.test(path)) return `file:///${encodeURI(path.replaceAll("\\", "/"))}`;
    if (/^[a-z][a-z0-9+.-]+:/i.test(path)) return path;
  }
  throw new ValueError(
    `dataConverter.${name}Path is ${showValue(path)}; it must be an absolute path or a URL`,
  );
}

async function importConverter(path: string, name: Names): Promise<unknown> {
  let exports: unknown;
  try {
    exports = await import(/* @vite-ignore */ moduleUrl(path, name));
  } catch (error) {
    throw new ValueError(
      `dataConverter.${name}Path is ${showValue(path)}; that module cannot be loaded: ${errorMessage(error)}`,
      error,
    );
  }
  const value = isRecord(exports) ? exports[name] : undefined;
  checkConverter(value, name, `The export ${name} of ${path}`);
  return value;
}

function useHostUtf8(): void {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  setUtf8Host({ encode: (text) => encoder.encode(text), decode: (bytes) => decoder.decode(bytes) });
}

async function importConverters(options: DataConverter): Promise<LoadedDataConverter> {
  const { payloadConverterPath, failureConverterPath } = options;
  const [payloadConverter, failureConverter] = await Promise.all([
    payloadConverterPath === undefined
      ? (options.payloadConverter ?? defaultDataConverter.payloadConverter)
      : importConverter(payloadConverterPath, "payloadConverter"),
    failureConverterPath === undefined
      ? (options.failureConverter ?? defaultDataConverter.failureConverter)
      : importConverter(failureConverterPath, "failureConverter"),
  ]);
  return {
    payloadConverter: payloadConverter as PayloadConverter,
    failureConverter: failureConverter as FailureConverter,
    payloadCodecs: options.payloadCodecs ?? [],
  };
}

/**
 * Checks a data converter and puts the defaults in place of what is left out. Only paths make it a promise: their modules
 * have to be imported.
 *
 * @throws {ValueError} naming the option that is wrong; for the content of a module, the promise is rejected with it
 * @example
 * ```ts
 * const loaded = await loadDataConverter({ payloadCodecs: [new EncryptionCodec()] });
 * ```
 */
export function loadDataConverter(
  options: DataConverter | LoadedDataConverter = {},
): LoadedDataConverter | Promise<LoadedDataConverter> {
  checkOptions(options as DataConverter);
  useHostUtf8();
  const { payloadConverter, failureConverter, payloadCodecs, ...paths } = options as DataConverter;
  if (paths.payloadConverterPath !== undefined || paths.failureConverterPath !== undefined) {
    return importConverters(options as DataConverter);
  }
  return {
    payloadConverter: payloadConverter ?? defaultDataConverter.payloadConverter,
    failureConverter: failureConverter ?? defaultDataConverter.failureConverter,
    payloadCodecs: payloadCodecs ?? [],
  };
}
