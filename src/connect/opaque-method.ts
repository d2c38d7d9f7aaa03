import {
  create,
  createFileRegistry,
  type DescFile,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/**
 * A message type without fields: all that it reads is unknown to it, kept as it is, and written back.
 *
 * It bears the name of a well-known type whose JSON form is made by hand and cannot exist without a value, since JSON
 * would drop unknown fields in silence: so a transport that writes JSON has to look at the message, and is found out.
 */
const OPAQUE_TYPE = "google.protobuf.Value";

const OPAQUE_FILE: DescFile = (() => {
  const name = "perdure/opaque.proto";
  const proto = create(FileDescriptorProtoSchema, {
    name,
    package: "google.protobuf",
    syntax: "proto3",
    messageType: [{ name: "Value" }],
  });
  const file = createFileRegistry(proto, () => undefined).getFile(name);
  if (file === undefined) throw new TypeError("cannot describe the opaque message type");
  return file;
})();

/** A unary method whose messages pass as bytes. */
export type OpaqueMethod = DescMethodUnary<DescMessage, DescMessage>;

const methods = new Map<string, OpaqueMethod>();

/** Describes the method behind a path such as `/package.Service/Method`, for any transport of Connect. */
export function opaqueMethod(path: string): OpaqueMethod {
  let method = methods.get(path);
  if (method === undefined) {
    method = describe(path);
    methods.set(path, method);
  }
  return method;
}

function describe(path: string): OpaqueMethod {
  const [, packageName = "", service, name] = /^\/(?:([\w.]+)\.)?(\w+)\/(\w+)$/.exec(path) ?? [];
  if (service === undefined || name === undefined) {
    throw new TypeError(`path: ${JSON.stringify(path)} is not "/package.Service/Method"`);
  }
  const type = `.${OPAQUE_TYPE}`;
  const proto = create(FileDescriptorProtoSchema, {
    name: `perdure/opaque${path}.proto`,
    package: packageName,
    syntax: "proto3",
    dependency: [OPAQUE_FILE.proto.name],
    service: [{ name: service, method: [{ name, inputType: type, outputType: type }] }],
  });
  const registry = createFileRegistry(proto, () => OPAQUE_FILE);
  const method = registry.getService(packageName === "" ? service : `${packageName}.${service}`)?.methods[0];
  if (method?.methodKind !== "unary") throw new TypeError(`cannot describe ${path}`);
  return method as OpaqueMethod;
}

/** Encoded bytes as a message; `onJson` is called, and may throw, when a transport is about to write it as JSON. */
export function wrapBytes(method: OpaqueMethod, bytes: Uint8Array, onJson: () => never): Message {
  const message = fromBinary(method.input, bytes);
  return Object.defineProperty(message, "kind", { get: onJson });
}

/** The bytes of a message that a transport has read. */
export function unwrapBytes(method: OpaqueMethod, message: Message): Uint8Array {
  return toBinary(method.output, message);
}
