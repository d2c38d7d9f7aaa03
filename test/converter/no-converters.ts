/** A module without converters. */
export const nothing = 1;
