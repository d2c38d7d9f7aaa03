#!/usr/bin/env node
// The codec plugin: protoc's CodeGeneratorRequest on stdin, its response on stdout. Run by buf, see buf.gen.yaml.
import { createEcmaScriptPlugin, runNodeJs } from "@bufbuild/protoplugin";
import { emitEnum } from "./enums.mjs";
import { emitAnyTypes, emitEnumNames, emitJson, jsonNames } from "./json.mjs";
import { allEnums, allMessages, hasCodec, identifier } from "./model.mjs";
import { emitReader } from "./read.mjs";
import {
  emitHandlers,
  emitJsonClientMethods,
  emitJsonMethods,
  emitRoutes,
  emitServices,
} from "./services.mjs";
import { emitInterface } from "./shapes.mjs";
import { SourceFile } from "./source-file.mjs";
import { emitVisitor, PayloadGraph } from "./visit.mjs";
import { emitWriter } from "./write.mjs";

function declaredNames(file) {
  const messages = allMessages(file).map(identifier);
  const enums = allEnums(file).map(identifier);
  return [
    ...enums,
    ...messages.flatMap((name) => [name, `read${name}`, `write${name}`, `encode${name}`, `decode${name}`]),
  ];
}

/** `message.ts`: types, encoders and decoders of one proto file. */
function emitCodecs(schema, file) {
  const out = new SourceFile(file.name);
  for (const name of declaredNames(file)) out.declare(name);
  for (const desc of allEnums(file)) {
    emitEnum(out, desc);
  }
  for (const message of allMessages(file)) {
    emitInterface(out, message);
    emitReader(out, message);
    emitWriter(out, message);
  }
  emitServices(out, file);
  out.writeTo(schema);
}

/** A second file beside the codecs, left out if nothing goes into it. */
function emitSibling(schema, file, suffix, emit) {
  const out = new SourceFile(`${file.name}.${suffix}`);
  emit(out);
  out.writeTo(schema);
}

function generate(schema) {
  const files = schema.allFiles.filter(hasCodec);
  const payloads = new PayloadGraph(files);
  for (const file of files) {
    emitCodecs(schema, file);
    emitSibling(schema, file, "visit", (out) => {
      for (const message of allMessages(file)) out.declare(`visit${identifier(message)}`);
      for (const message of allMessages(file)) emitVisitor(out, message, payloads);
    });
    emitSibling(schema, file, "json", (out) => {
      for (const message of allMessages(file))
        for (const name of Object.values(jsonNames(message))) out.declare(name);
      for (const desc of allEnums(file)) emitEnumNames(out, desc);
      for (const message of allMessages(file)) emitJson(out, message);
      emitJsonMethods(out, file, schema);
    });
    emitSibling(schema, file, "handlers", (out) => emitHandlers(out, file));
    emitSibling(schema, file, "json-client", (out) => emitJsonClientMethods(out, file, schema));
    emitSibling(schema, file, "routes", (out) => emitRoutes(out, file, schema));
  }
  const anyTypes = new SourceFile("any-types");
  emitAnyTypes(anyTypes, files.flatMap(allMessages));
  anyTypes.writeTo(schema);
}

runNodeJs(createEcmaScriptPlugin({ name: "protoc-gen-perdure", version: "v1", generateTs: generate }));
