import type { JsonMethod } from "../../../codec-runtime/json-method.ts";
import type { HttpRule, MethodRoute } from "../../../codec-runtime/method.ts";

/** A method of the HTTP API, found for a request. */
export interface RouteMatch {
  readonly method: JsonMethod;
  readonly rule: HttpRule;
  /** Field path, names as in the proto files → value. */
  readonly params: ReadonlyMap<string, string>;
}

/** What a path leads to: a method, another HTTP method than the asked one, or nothing. */
export type RouteResult =
  | ({ readonly kind: "match" } & RouteMatch)
  | { readonly kind: "wrong-method" }
  | { readonly kind: "none" };

interface Leaf {
  readonly method: JsonMethod;
  readonly rule: HttpRule;
  /** Names of the fields in the path, in order. */
  readonly fields: readonly string[];
}

/** A node of the tree of path segments. */
class Node {
  readonly literals: Map<string, Node> = new Map();
  parameter: Node | undefined = undefined;
  readonly leaves: Map<string, Leaf> = new Map();
}

/**
 * The routes of the HTTP API, as generated from the API's definitions. As in the real server, paths are split after they
 * were decoded: an id with a slash in it is not to be reached.
 */
export class RouteTable {
  readonly #root = new Node();

  /** Adds the routes of a service. */
  add(routes: Readonly<Record<string, MethodRoute>>, methods: Readonly<Record<string, JsonMethod>>): void {
    for (const [name, method] of Object.entries(methods)) {
      for (const rule of routes[name]?.http ?? []) this.#addRule(method, rule);
    }
  }

  /** Finds what a path leads to; its segments are decoded. */
  find(httpMethod: string, segments: readonly string[]): RouteResult {
    const found: Leaf[] = [];
    const values = new Map<Leaf, readonly string[]>();
    collect(this.#root, { segments, at: 0, values: [] }, (leaf, taken) => {
      found.push(leaf);
      values.set(leaf, taken);
    });
    const leaf = found.find(({ rule }) => rule.method === httpMethod);
    if (leaf === undefined) return { kind: found.length > 0 ? "wrong-method" : "none" };
    const taken = values.get(leaf) ?? [];
    const params = new Map(leaf.fields.map((field, index) => [field, taken[index] ?? ""]));
    return { kind: "match", method: leaf.method, rule: leaf.rule, params };
  }

  #addRule(method: JsonMethod, rule: HttpRule): void {
    let node = this.#root;
    const fields: string[] = [];
    for (const segment of rule.path.slice(1).split("/")) {
      const field = /^\{(.+)\}$/.exec(segment)?.[1];
      let next = field === undefined ? node.literals.get(segment) : node.parameter;
      if (next === undefined) {
        next = new Node();
        if (field === undefined) node.literals.set(segment, next);
        else node.parameter = next;
      }
      if (field !== undefined) fields.push(field);
      node = next;
    }
    node.leaves.set(rule.method, { method, rule, fields });
  }
}

interface Place {
  readonly segments: readonly string[];
  readonly at: number;
  readonly values: readonly string[];
}

/** Visits the leaves that a path may mean, those with more literals first. */
function collect(node: Node, place: Place, visit: (leaf: Leaf, values: readonly string[]) => void): void {
  const { segments, at, values } = place;
  const segment = segments[at];
  if (segment === undefined) {
    for (const leaf of node.leaves.values()) visit(leaf, values);
    return;
  }
  const literal = node.literals.get(segment);
  if (literal !== undefined) collect(literal, { segments, at: at + 1, values }, visit);
  if (node.parameter !== undefined && segment !== "") {
    collect(node.parameter, { segments, at: at + 1, values: [...values, segment] }, visit);
  }
}
