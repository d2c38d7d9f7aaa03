/**
 * The entries of a map of the wire in the order of their keys. Servers and SDKs write maps in any order, another one each time, so what
 * workflow code can see of the order must come from the keys alone.
 */
export function inKeyOrder<Map extends { readonly [key: string]: unknown }>(map: Map): Map {
  const keys = Object.keys(map);
  for (let index = 1; index < keys.length; index++) {
    if (keys[index - 1]! > keys[index]!) return sorted(map, keys);
  }
  return map;
}

function sorted<Map extends { readonly [key: string]: unknown }>(map: Map, keys: string[]): Map {
  const ordered: { [key: string]: unknown } = {};
  for (const key of keys.sort()) ordered[key] = map[key];
  // The same entries.
  return ordered as Map;
}
