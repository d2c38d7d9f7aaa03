/**
 * How values of one type go to and from what is put into payloads.
 *
 * The types in this file have the form of those of the package `nexus-rpc`, so that services defined with it fit.
 */
export interface NexusTypeInfo<T> {
  transferTypeConverter?: NexusTransferTypeConverter<T>;
  /** Names the payload converter that values are for, as that of `TypeInfo` does. */
  payloadConverterHint?: { readonly converter: string };
}

/** Makes of a value what the payload converter gets, and the other way round. */
export interface NexusTransferTypeConverter<T> {
  fromTransferType(value: unknown): T;
  toTransferType(value: T): unknown;
}

/** An operation of a Nexus service: its name on the wire, and the types that go in and come out. */
export interface NexusOperationDefinition<I, O> {
  name: string;
  inputType?: NexusTypeInfo<I>;
  outputType?: NexusTypeInfo<O>;
}

/** Operations by the names of the properties that hold them. */
export type NexusOperationMap = Record<string, NexusOperationDefinition<never, unknown>>;

/** A Nexus service: its name on the wire, and its operations. `service()` of the package `nexus-rpc` makes one. */
export interface NexusServiceDefinition<Ops = NexusOperationMap> {
  name: string;
  operations: Ops;
}

/** What goes into an operation. */
export type NexusOperationInput<Op> = Op extends { inputType?: NexusTypeInfo<infer I> } ? I : unknown;

/** What comes out of an operation. */
export type NexusOperationOutput<Op> = Op extends { outputType?: NexusTypeInfo<infer O> } ? O : unknown;
