import { BinaryPayloadConverter } from "./binary-payload-converter.ts";
import { CompositePayloadConverter } from "./composite-payload-converter.ts";
import { JsonPayloadConverter } from "./json-payload-converter.ts";
import { UndefinedPayloadConverter } from "./undefined-payload-converter.ts";

/** `undefined`, `Uint8Array` and JSON, in this order. */
export class DefaultPayloadConverter extends CompositePayloadConverter {
  constructor() {
    super(new UndefinedPayloadConverter(), new BinaryPayloadConverter(), new JsonPayloadConverter());
  }
}

/** The converter that is used unless another is given: `undefined`, `Uint8Array` and what `JSON.stringify` takes. */
export const defaultPayloadConverter: DefaultPayloadConverter = new DefaultPayloadConverter();
