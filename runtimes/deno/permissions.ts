/** What may be asked of Deno, as far as it is used here; Node's types do not have it. */
interface DenoPermissions {
  readonly permissions: { querySync(wanted: PermissionWanted): { readonly state: string } };
}

/** A permission of Deno, by the names that it has there. */
export type PermissionWanted =
  | { readonly name: "sys"; readonly kind: "hostname" | "inspector" }
  | { readonly name: "env"; readonly variable: string }
  | { readonly name: "read"; readonly path: string };

/**
 * True when the program was given this permission. What is only nice to have is not asked for without it: the user of a program that
 * was given what it needs must never see a prompt.
 */
export function isGranted(wanted: PermissionWanted): boolean {
  const { Deno } = globalThis as unknown as { readonly Deno: DenoPermissions };
  return Deno.permissions.querySync(wanted).state === "granted";
}
