// Method tables: one constant per method, so that a client which uses two methods bundles two; handlers and HTTP routes
// in files of their own, so that a client does not load what only a server or an HTTP transport needs.
import { getOption, hasOption } from "@bufbuild/protobuf";
import { jsonNames } from "./json.mjs";
import { identifier } from "./model.mjs";

const KINDS = {
  unary: "unary",
  server_streaming: "serverStreaming",
  client_streaming: "clientStreaming",
  bidi_streaming: "bidiStreaming",
};
const VERBS = { get: "GET", put: "PUT", post: "POST", delete: "DELETE", patch: "PATCH" };

function head(method) {
  const path = `/${method.parent.typeName}/${method.name}`;
  return [`  path: "${path}",`, `  name: "${method.name}",`, `  kind: "${KINDS[method.methodKind]}",`];
}

function methodType(out, generic, method) {
  const request = out.type(identifier(method.input), method.input.file.name);
  const response = out.type(identifier(method.output), method.output.file.name);
  return `${out.runtimeType(generic, "method")}<${request}, ${response}>`;
}

function emitMethod(out, method) {
  const encode = out.value(`encode${identifier(method.input)}`, method.input.file.name);
  const decode = out.value(`decode${identifier(method.output)}`, method.output.file.name);
  out.line(`/** \`${method.parent.typeName}.${method.name}\`${method.deprecated ? " @deprecated" : ""} */`);
  out.line(`export const ${method.localName}: ${methodType(out, "MethodCodec", method)} = {`);
  out.add([...head(method), `  encode: ${encode},`, `  decode: ${decode},`]);
  out.line("};");
  out.line();
}

/** A table as a type alias and a constant of the same name: an alias fits `MethodTable`, an interface would not. */
function emitTable(out, name, rows) {
  out.line(`export type ${name} = {`);
  for (const { key, type } of rows) out.line(`  readonly ${key}: ${type};`);
  out.line("};");
  out.line(`export const ${name}: ${name} = {`);
  for (const { key, value } of rows) out.line(value === key ? `  ${key},` : `  ${key}: ${value},`);
  out.line("};");
  out.line();
}

/** What a client needs, in the file of the service itself. */
export function emitServices(out, file) {
  for (const service of file.services) {
    for (const method of service.methods) emitMethod(out, method);
    const rows = service.methods.map((method) => ({
      key: method.localName,
      type: methodType(out, "MethodCodec", method),
      value: method.localName,
    }));
    emitTable(out, `${service.name}Methods`, rows);
  }
}

/** What a server needs: `service.handlers.ts`. */
export function emitHandlers(out, file) {
  for (const service of file.services) {
    const rows = service.methods.map((method) => {
      const decode = out.value(`decode${identifier(method.input)}`, method.input.file.name);
      const encode = out.value(`encode${identifier(method.output)}`, method.output.file.name);
      const parts = [...head(method), `  decode: ${decode},`, `  encode: ${encode},`].map(
        (line) => `  ${line}`,
      );
      return {
        key: method.localName,
        type: methodType(out, "HandlerCodec", method),
        value: ["{", ...parts, "  }"].join("\n"),
      };
    });
    emitTable(out, `${service.name}Handlers`, rows);
  }
}

function findExtension(schema, typeName) {
  return schema.allFiles
    .flatMap((file) => file.extensions)
    .find((extension) => extension.typeName === typeName);
}

function httpRules(method, extension) {
  if (!hasOption(method, extension)) return [];
  const rule = getOption(method, extension);
  return [rule, ...rule.additionalBindings].map(({ pattern, body }) => {
    const verb = VERBS[pattern.case];
    if (verb === undefined) throw new Error(`${method}: HTTP rule of kind ${pattern.case}`);
    return { method: verb, path: pattern.value, body };
  });
}

function requestHeaders(method, extension) {
  if (!hasOption(method, extension)) return {};
  return Object.fromEntries(getOption(method, extension).map(({ header, value }) => [header, value]));
}

/** What an HTTP transport needs: `service.routes.ts`. Services without any HTTP rule have none. */
export function emitRoutes(out, file, schema) {
  const http = findExtension(schema, "google.api.http");
  const headers = findExtension(schema, "temporal.api.protometa.v1.request_header");
  if (http === undefined || headers === undefined) return;
  for (const service of file.services) {
    const routes = service.methods.map((method) => ({
      key: method.localName,
      value: { http: httpRules(method, http), headers: requestHeaders(method, headers) },
    }));
    if (routes.every(({ value }) => value.http.length === 0)) continue;
    const type = out.runtimeType("MethodRoute", "method");
    emitTable(
      out,
      `${service.name}Routes`,
      routes.map(({ key, value }) => ({ key, type, value: JSON.stringify(value) })),
    );
  }
}

/** What a server of the HTTP API needs: `service.json.ts`, for the methods that have a route. */
export function emitJsonMethods(out, file, schema) {
  const http = findExtension(schema, "google.api.http");
  if (http === undefined) return;
  for (const service of file.services) {
    const methods = service.methods.filter((method) => hasOption(method, http));
    if (methods.length === 0) continue;
    const type = out.runtimeType("JsonMethod", "json-method");
    emitTable(
      out,
      `${service.name}Json`,
      methods.map((method) => ({ key: method.localName, type, value: jsonMethod(out, method) })),
    );
  }
}

function jsonMethod(out, method) {
  const { input, output } = method;
  const { read } = jsonNames(input);
  const { toJson } = jsonNames(output);
  const encode = out.value(`encode${identifier(input)}`, input.file.name);
  const decode = out.value(`decode${identifier(output)}`, output.file.name);
  return [
    "{",
    `    path: "/${method.parent.typeName}/${method.name}",`,
    `    request: (json, reader) => ${encode}(${out.value(read, `${input.file.name}.json`)}(json, reader)),`,
    `    response: (bytes, options) => ${out.value(toJson, `${output.file.name}.json`)}(${decode}(bytes), options),`,
    "  }",
  ].join("\n");
}

/** What a client that writes JSON needs: `service.json-client.ts`, for the unary methods of a service that has HTTP routes. */
export function emitJsonClientMethods(out, file, schema) {
  const http = findExtension(schema, "google.api.http");
  if (http === undefined) return;
  for (const service of file.services) {
    if (!service.methods.some((method) => hasOption(method, http))) continue;
    const type = out.runtimeType("JsonClientMethod", "json-method");
    const methods = service.methods.filter(({ methodKind }) => methodKind === "unary");
    emitTable(
      out,
      `${service.name}JsonClient`,
      methods.map((method) => ({ key: method.localName, type, value: jsonClientMethod(out, method) })),
    );
  }
}

function jsonClientMethod(out, method) {
  const { input, output } = method;
  const { toJson } = jsonNames(input);
  const { read } = jsonNames(output);
  const decode = out.value(`decode${identifier(input)}`, input.file.name);
  const encode = out.value(`encode${identifier(output)}`, output.file.name);
  return [
    "{",
    `    path: "/${method.parent.typeName}/${method.name}",`,
    `    decode: ${decode},`,
    `    toJson: ${out.value(toJson, `${input.file.name}.json`)},`,
    `    read: ${out.value(read, `${output.file.name}.json`)},`,
    `    encode: ${encode},`,
    "  }",
  ].join("\n");
}
