import type { HeaderField } from "./hpack-static.ts";

/** The headers of one HEADERS frame, in the order in which they came. Shared by all that received the same bytes. */
export class HeaderBlock {
  readonly fields: readonly HeaderField[];
  /** What makes the block unusable, although the connection can go on; undefined when it is good. */
  readonly problem: string | undefined;

  constructor(fields: readonly HeaderField[], problem?: string) {
    this.fields = fields;
    this.problem = problem;
  }

  /** The first value of a header. */
  get(name: string): string | undefined {
    const { fields } = this;
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index]!;
      if (field.name === name) return field.value;
    }
    return undefined;
  }
}

/** Why fields cannot be the headers or trailers of an answer (RFC 9113, section 8.2 and 8.3); undefined when they can. */
export function problemOf(fields: readonly HeaderField[]): string | undefined {
  let regular = false;
  let statuses = 0;
  for (const { name, value } of fields) {
    if (name.startsWith(":")) {
      if (regular || name !== ":status")
        return `pseudo-header ${JSON.stringify(name)} where there must be none`;
      statuses += 1;
    } else {
      regular = true;
      if (name === "" || /[A-Z\0-\x20\x7f-\xff]/.test(name)) {
        return `header name ${JSON.stringify(name.slice(0, 100))}`;
      }
    }
    if (/[\0\r\n]/.test(value)) return `line break or zero in the value of header ${JSON.stringify(name)}`;
  }
  return statuses > 1 ? "two :status" : undefined;
}
