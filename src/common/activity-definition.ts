import type { PayloadTypeInfo } from "./type-info.ts";

/** What holds for an activity function whoever calls it. */
export interface ActivityDefinitionOptions {
  /** How the worker reads its arguments and writes its result. Workflows say theirs with `activityTypeInfo` of a proxy. */
  readonly typeInfo?: PayloadTypeInfo | undefined;
}

/**
 * Sets what holds for an activity function whoever calls it. Experimental, as in the official SDK.
 *
 * @example
 * ```ts
 * setActivityOptions({ typeInfo: { inputTypes: [money], outputType: money } }, convert);
 * export async function convert(amount: Money): Promise<Money> {
 *   return amount.times(2);
 * }
 * ```
 */
export function setActivityOptions(
  options: ActivityDefinitionOptions,
  fn: (...args: never[]) => unknown,
): void {
  Object.assign(fn, { activityDefinitionOptions: options });
}

/**
 * What {@link setActivityOptions} has said of the arguments and the result of an activity function; undefined when it has not.
 *
 * @example
 * ```ts
 * activityTypeInfoOf(convert)?.outputType;
 * ```
 */
export function activityTypeInfoOf(fn: object): PayloadTypeInfo | undefined {
  if (!Object.hasOwn(fn, "activityDefinitionOptions")) return undefined;
  const { activityDefinitionOptions } = fn as {
    activityDefinitionOptions?: ActivityDefinitionOptions | null;
  };
  return activityDefinitionOptions?.typeInfo;
}
