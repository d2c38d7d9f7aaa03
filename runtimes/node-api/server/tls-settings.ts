import { createPrivateKey, X509Certificate } from "node:crypto";
import type { TlsOptions } from "node:tls";
import type { ServerTlsOptions } from "../../../src/platform/server-platform.ts";

/**
 * TLS as `node:tls` takes it. Looks at certificate and key first, since not every runtime does before it takes them: a renewal may be
 * seen half done.
 *
 * @throws TypeError when one is not readable, or they do not belong together
 */
export function tlsSettings({ certificate, key, clientCertificates }: ServerTlsOptions): TlsOptions {
  const cert = Buffer.from(certificate);
  const privateKey = Buffer.from(key);
  const authorities = clientCertificates && Buffer.from(clientCertificates);
  const own = readable("tls.certificate", () => new X509Certificate(cert));
  const ownKey = readable("tls.key", () => createPrivateKey(privateKey));
  if (authorities) readable("tls.clientCertificates", () => new X509Certificate(authorities));
  if (!own.checkPrivateKey(ownKey)) throw new TypeError("tls.key: is not that of tls.certificate");
  return {
    cert,
    key: privateKey,
    ...(authorities && { ca: authorities, requestCert: true, rejectUnauthorized: true }),
  };
}

function readable<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new TypeError(`${option}: is not readable as PEM`, { cause });
  }
}
