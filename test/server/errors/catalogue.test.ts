import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import { CATALOGUE, type CatalogueRow } from "./catalogue.ts";

/** What the real server said; that ours says the same is what the tests of these records show. */
interface Said {
  readonly code: string;
  readonly message: string;
  /** Undefined where a record has no details. */
  readonly details: readonly string[] | undefined;
}

interface Entry {
  readonly error?: string;
  readonly details?: readonly { readonly kind: string }[];
}

function saidIn(record: string): readonly Said[] {
  const path = new URL(`../recorded/${record}.json`, import.meta.url);
  const { scenarios, answers } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly scenarios?: Readonly<Record<string, readonly Entry[]>>;
    readonly answers?: Readonly<Record<string, { readonly code?: number; readonly message?: string }>>;
  };
  const entries = Object.values(scenarios ?? {}).flat();
  const ofScenarios = entries.flatMap(({ error, details }): Said[] => {
    const [, code = "", message = ""] = /^([A-Z_]+): (.*)$/s.exec(error ?? "") ?? [];
    return code === "" ? [] : [{ code, message, details: (details ?? []).map(({ kind }) => kind) }];
  });
  const ofAnswers = Object.values(answers ?? {}).flatMap(({ code, message = "" }): Said[] =>
    code === undefined ? [] : [{ code: nameOf(code), message, details: undefined }],
  );
  return [...ofScenarios, ...ofAnswers];
}

function nameOf(code: number): string {
  return Object.entries(GrpcStatus).find(([, value]) => value === code)?.[0] ?? String(code);
}

function fits({ code, message, detail }: CatalogueRow, said: Said): boolean {
  if (said.code !== code || !message.test(said.message)) return false;
  return detail === undefined || (said.details?.includes(detail) ?? false);
}

describe("each row of the error catalogue is shown somewhere", () => {
  for (const row of CATALOGUE) {
    test(row.when, () => {
      if ("record" in row.shownBy) {
        const said = saidIn(row.shownBy.record).filter((each) => fits(row, each));
        expect(said, `not in the record ${row.shownBy.record}`).not.toEqual([]);
        return;
      }
      const source = readFileSync(new URL(`../../${row.shownBy.test}`, import.meta.url), "utf8");
      const text = row.message.source.replace(/^\^|\$$/g, "");
      expect(
        source.includes(text) || row.message.test(source),
        `${row.shownBy.test} says nothing of it`,
      ).toBe(true);
    });
  }
});
