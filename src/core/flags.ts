import type { Init } from "../codec-runtime/init.ts";
import type { WorkflowTaskCompletedMetadata } from "../gen/codec/temporal/api/sdk/v1/task_complete_metadata.ts";

/**
 * Behaviours that changed over time and are recorded in history, so that old runs replay as they ran. Append only; a
 * number is never reused and means the same in every SDK.
 */
export const coreFlags = {
  /** Ids and types of activities and child workflows are compared with history. */
  idAndTypeDeterminismChecks: 1,
  /** A new patch also writes the `TemporalChangeVersion` search attribute. */
  upsertSearchAttributeOnPatch: 2,
  /** Commands made after the one that ends the workflow are still sent, before it. */
  moveTerminalCommands: 3,
} as const;

export type CoreFlag = (typeof coreFlags)[keyof typeof coreFlags];

/** How this SDK calls itself in history, and whether the server takes such facts. */
export interface SdkIdentity {
  readonly sdkName: string;
  readonly sdkVersion: string;
  readonly serverSupportsSdkMetadata: boolean;
}

/**
 * Which flags a run has in history and which it used since its last answer.
 *
 * F1. What history holds is honoured even if the server no longer takes new flags.
 * F2. Nothing is used anew, and nothing is sent, unless the server takes it.
 */
export class FlagLedger {
  readonly #sdk: SdkIdentity;
  readonly #core = new Set<number>();
  readonly #lang = new Set<number>();
  readonly #coreUsed = new Set<number>();
  readonly #langUsed = new Set<number>();
  #answer: { readonly core: readonly number[]; readonly lang: readonly number[] } | undefined;
  #lastSdkName = "";
  #lastSdkVersion = "";
  #langList: readonly number[] | undefined;

  constructor(sdk: SdkIdentity) {
    this.#sdk = sdk;
  }

  /** How this SDK calls itself. */
  get ownSdkName(): string {
    return this.#sdk.sdkName;
  }

  /** An answer tells history which SDK gave it. */
  get namesItself(): boolean {
    return this.#sdk.serverSupportsSdkMetadata;
  }

  /** SDK name that history recorded last; empty when it recorded none. */
  get lastSdkName(): string {
    return this.#lastSdkName;
  }

  /** SDK version that history recorded last; empty when it recorded none. */
  get lastSdkVersion(): string {
    return this.#lastSdkVersion;
  }

  /** All language flags seen so far, ascending. The list is shared: do not change it. */
  get lang(): readonly number[] {
    this.#langList ??= [...this.#lang].sort((a, b) => a - b);
    return this.#langList;
  }

  /** Takes over what a completed workflow task recorded. */
  addFromHistory(metadata: WorkflowTaskCompletedMetadata | undefined): void {
    if (metadata === undefined) return;
    for (const flag of metadata.coreUsedFlags) this.#core.add(flag);
    for (const flag of metadata.langUsedFlags) this.#addLang(flag);
    if (metadata.sdkName !== "") this.#lastSdkName = metadata.sdkName;
    if (metadata.sdkVersion !== "") this.#lastSdkVersion = metadata.sdkVersion;
  }

  /** Language flags that workflow code says are in force. */
  useLang(flags: readonly number[]): void {
    if (!this.#sdk.serverSupportsSdkMetadata) return;
    for (const flag of flags) this.#langUsed.add(flag);
  }

  /** True when the behaviour is in force. With `record` it is taken into use, if the server allows it. */
  tryUse(flag: CoreFlag, record: boolean): boolean {
    if (!record) return this.#core.has(flag);
    if (!this.#sdk.serverSupportsSdkMetadata) return false;
    this.#coreUsed.add(flag);
    return true;
  }

  /** What an answer to the server records: only what history does not have. All core flags are in force from now on. */
  takeForAnswer(): Init<WorkflowTaskCompletedMetadata> | undefined {
    if (!this.#sdk.serverSupportsSdkMetadata) return undefined;
    for (const flag of Object.values(coreFlags)) this.#coreUsed.add(flag);
    const coreUsedFlags = [...this.#coreUsed].filter((flag) => !this.#core.has(flag));
    const langUsedFlags = [...this.#langUsed].filter((flag) => !this.#lang.has(flag));
    for (const flag of coreUsedFlags) this.#core.add(flag);
    for (const flag of langUsedFlags) this.#addLang(flag);
    this.#coreUsed.clear();
    this.#langUsed.clear();
    this.#answer = { core: coreUsedFlags, lang: langUsedFlags };
    return {
      coreUsedFlags,
      langUsedFlags,
      sdkName: this.#lastSdkName === this.#sdk.sdkName ? "" : this.#sdk.sdkName,
      sdkVersion: this.#lastSdkVersion === this.#sdk.sdkVersion ? "" : this.#sdk.sdkVersion,
    };
  }

  /** The server discarded the last answer, flags and all: they are recorded with the next one. */
  takeBackAnswer(): void {
    const { core = [], lang = [] } = this.#answer ?? {};
    this.#answer = undefined;
    for (const flag of core) {
      this.#core.delete(flag);
      this.#coreUsed.add(flag);
    }
    for (const flag of lang) {
      this.#lang.delete(flag);
      this.#langUsed.add(flag);
      this.#langList = undefined;
    }
  }

  #addLang(flag: number): void {
    if (this.#lang.has(flag)) return;
    this.#lang.add(flag);
    this.#langList = undefined;
  }
}
