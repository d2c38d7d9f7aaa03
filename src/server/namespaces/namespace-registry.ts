// Invariants
// N1. A namespace is in the registry by its name and by its id; neither ever changes.
// N2. `temporal-system` is always there; `default` is until somebody deletes it.
import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import { NamespaceState } from "../../gen/codec/temporal/api/enums/v1/namespace.ts";
import type { SlotNames } from "../visibility/query-columns.ts";
import type { SlotNamesKeeper } from "../visibility/search-attributes.ts";
import type { Namespace } from "./namespace.ts";
import { namespaceExists, namespaceNotFound } from "./namespace-failures.ts";
import { checkRetention } from "./namespace-rules.ts";

/** The namespace of the server itself. */
export const SYSTEM_NAMESPACE = "temporal-system";

/** The id that `temporal-system` has in every real server. */
const SYSTEM_ID = "32049b68-7872-4094-8e63-d0dd59896a83";

const DAY_SECONDS = 86_400;

/** What a new namespace is made of. */
export interface NewNamespace {
  readonly name: string;
  readonly retention?: Init<Duration> | undefined;
  readonly description?: string;
  readonly ownerEmail?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** What a registry needs, and how it behaves. */
export interface NamespaceRegistryOptions {
  /** Makes ids. */
  readonly newId: () => string;
  /** Make a namespace when a call first names it, instead of refusing the call. Default: false. */
  readonly autoCreate?: boolean;
}

/** The namespaces of the server. */
export class NamespaceRegistry implements SlotNamesKeeper {
  readonly #options: NamespaceRegistryOptions;
  readonly #byName: Map<string, Namespace> = new Map();
  readonly #names: Map<string, string> = new Map();

  constructor(options: NamespaceRegistryOptions) {
    this.#options = options;
    this.#add({
      ...blank(SYSTEM_NAMESPACE, SYSTEM_ID, { seconds: 7 * DAY_SECONDS }),
      description: "Temporal internal system namespace",
      ownerEmail: "temporal-core@temporal.io",
    });
    this.create("default");
  }

  /** Makes a namespace with defaults, if there is none of that name: for the server's own options. */
  create(name: string): void {
    if (!this.#byName.has(name)) this.#add(blank(name, this.#options.newId(), { seconds: DAY_SECONDS }));
  }

  /**
   * Makes a namespace that a caller asks for.
   *
   * @throws {ServiceFailure} INVALID_ARGUMENT for a bad retention, ALREADY_EXISTS when the name is taken
   */
  register(wanted: NewNamespace): void {
    const retention = checkRetention(wanted.retention);
    if (this.#byName.has(wanted.name)) throw namespaceExists(wanted.name);
    this.#add({
      ...blank(wanted.name, this.#options.newId(), retention),
      description: wanted.description ?? "",
      ownerEmail: wanted.ownerEmail ?? "",
      data: { ...wanted.data },
      replicationState: 1,
    });
  }

  /** The namespace of that name; made now if that is wanted. Undefined if there is none. */
  find(name: string): Namespace | undefined {
    const found = this.#byName.get(name);
    if (found !== undefined || !this.#options.autoCreate || name === "") return found;
    this.create(name);
    return this.#byName.get(name);
  }

  /** @throws {ServiceFailure} NOT_FOUND when there is none */
  get(name: string): Namespace {
    const found = this.find(name);
    if (found === undefined) throw namespaceNotFound(name);
    return found;
  }

  /** @throws {ServiceFailure} NOT_FOUND when there is none */
  getById(id: string): Namespace {
    const found = this.#byName.get(this.#names.get(id) ?? "");
    if (found === undefined) throw namespaceNotFound(id);
    return found;
  }

  /** Puts a newer state in the place of a namespace. */
  replace(namespace: Namespace): void {
    this.#byName.set(namespace.name, namespace);
  }

  /** Takes a namespace out; its name is free again. */
  remove({ name, id }: Namespace): void {
    this.#byName.delete(name);
    this.#names.delete(id);
  }

  /** Namespaces in the order of their ids: at most `limit` of them, after an id if one is given. */
  list(limit: number, afterId: string): readonly Namespace[] {
    const ids = [...this.#names.keys()].filter((id) => id > afterId).sort();
    return ids.slice(0, Math.max(0, limit)).map((id) => this.getById(id));
  }

  slotNames(namespace: string): SlotNames {
    return this.find(namespace)?.slotNames ?? {};
  }

  setSlotNames(namespace: string, slotNames: SlotNames): void {
    this.replace({ ...this.get(namespace), slotNames });
  }

  #add(namespace: Namespace): void {
    this.#byName.set(namespace.name, namespace);
    this.#names.set(namespace.id, namespace.name);
  }
}

function blank(name: string, id: string, retention: Init<Duration>): Namespace {
  return {
    name,
    id,
    state: NamespaceState.REGISTERED,
    description: "",
    ownerEmail: "",
    data: {},
    retention,
    badBinaries: {},
    slotNames: {},
    replicationState: 0,
  };
}
