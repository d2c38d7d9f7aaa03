// Where we deliberately differ from protobuf-es on malformed bytes. Bytes without any of these must be accepted or refused
// alike, with equal values:
// - a known field with another wire type: we skip it as an unknown one, as the protobuf specification says and the other
//   implementations do; protobuf-es reads it as if the wire type fitted;
// - a field that reaches over the end of the message around it: we refuse it; protobuf-es reads on while there are bytes;
// - a length of 2^32 or more: we refuse it; protobuf-es takes its lower 32 bits;
// - a varint of more than ten bytes in a field that is skipped: we refuse it; protobuf-es does not look at it.
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";

class Deviation extends Error {}
class Broken extends Error {}

/** Reads bytes by descriptor, strictly; stops at the first thing that makes both sides refuse. */
class Audit {
  readonly #bytes: Uint8Array;
  #pos = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether the bytes have something on which we and protobuf-es differ by intent. */
  run(desc: DescMessage): boolean {
    try {
      this.#message(new Map(desc.fields.map((field) => [field.number, field])), this.#bytes.length);
      return false;
    } catch (error) {
      if (error instanceof Broken) return false;
      if (error instanceof Deviation) return true;
      throw error;
    }
  }

  #message(fields: ReadonlyMap<number, DescField | ScalarType>, end: number): void {
    while (this.#pos < end) {
      const tag = this.#varint(end, false);
      if (tag > 0xffffffffn) throw new Broken();
      const field = fields.get(Number(tag >> 3n));
      const wire = Number(tag & 7n);
      if (tag >> 3n === 0n || wire > 5) throw new Broken();
      if (field === undefined) this.#skip(wire, end);
      else this.#field(field, wire, end);
    }
  }

  #field(field: DescField | ScalarType, wire: number, end: number): void {
    const type =
      typeof field === "number" ? field : (field.scalar ?? (field.enum ? ScalarType.INT32 : undefined));
    if (typeof field !== "number" && (field.fieldKind === "map" || field.message !== undefined)) {
      if (wire !== 2) throw new Deviation();
      const inner = this.#length(end);
      this.#message(fieldsOf(field), inner);
      return;
    }
    const fits = wireOf(type!);
    if (wire === fits) this.#scalar(wire, end);
    else if (wire === 2 && typeof field !== "number" && field.fieldKind === "list") {
      const inner = this.#length(end);
      while (this.#pos < inner) this.#scalar(fits, inner);
    } else throw new Deviation();
  }

  #scalar(wire: number, end: number): void {
    if (wire === 0) this.#varint(end, false);
    else if (wire === 2) this.#pos = this.#length(end);
    else this.#take(wire === 1 ? 8 : 4, end);
  }

  #skip(wire: number, end: number): void {
    if (wire === 0) this.#varint(end, true);
    else if (wire === 3) {
      for (;;) {
        if (this.#pos >= end && end < this.#bytes.length) throw new Deviation();
        const tag = this.#varint(end, false);
        if ((tag & 7n) === 4n) return;
        if ((tag & 7n) > 5n) throw new Broken();
        this.#skip(Number(tag & 7n), end);
      }
    } else if (wire === 4) throw new Broken();
    else this.#scalar(wire, end);
  }

  #length(end: number): number {
    const length = this.#varint(end, false);
    if (length > 0xffffffffn) throw new Deviation();
    const inner = this.#pos + Number(length);
    if (inner > this.#bytes.length) throw new Broken();
    if (inner > end) throw new Deviation();
    return inner;
  }

  #take(size: number, end: number): void {
    this.#pos += size;
    if (this.#pos > this.#bytes.length) throw new Broken();
    if (this.#pos > end) throw new Deviation();
  }

  #varint(end: number, skipped: boolean): bigint {
    let value = 0n;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#pos];
      this.#take(1, end);
      value |= BigInt(byte! & 0x7f) << BigInt(7 * i);
      if (byte! < 0x80) return BigInt.asUintN(64, value);
    }
    throw skipped ? new Deviation() : new Broken();
  }
}

function fieldsOf(field: DescField): Map<number, DescField | ScalarType> {
  if (field.fieldKind !== "map") return new Map(field.message!.fields.map((inner) => [inner.number, inner]));
  const value =
    field.message === undefined
      ? (field.scalar ?? ScalarType.INT32)
      : ({ fieldKind: "message", message: field.message } as DescField);
  return new Map<number, DescField | ScalarType>([
    [1, field.mapKey],
    [2, value],
  ]);
}

function wireOf(type: ScalarType): number {
  switch (type) {
    case ScalarType.DOUBLE:
      return 1;
    case ScalarType.FLOAT:
      return 5;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 2;
    default:
      return 0;
  }
}

/** Whether these bytes have something on which we and protobuf-es differ by intent. */
export function deviates(desc: DescMessage, bytes: Uint8Array): boolean {
  return new Audit(bytes).run(desc);
}
