import type { Socket } from "node:net";
import type { PeerCertificate as NodeCertificate, TLSSocket } from "node:tls";
import type { PeerCertificate, RpcPeer } from "../../../src/platform/rpc-port.ts";

/** What only sockets of TLS have. */
type ShownBy = Partial<Pick<TLSSocket, "getPeerCertificate" | "authorized">>;

/** What is known of the other end of a connection, while it is open. */
export function peerOf(socket: Socket & ShownBy): RpcPeer {
  return { address: socket.remoteAddress, certificate: certificateOf(socket) };
}

/** The certificate that a client showed; whoever has none that our authorities signed did not get here where one was asked for. */
function certificateOf(socket: ShownBy): PeerCertificate | undefined {
  if (socket.authorized !== true || socket.getPeerCertificate === undefined) return undefined;
  const shown = socket.getPeerCertificate() as Partial<NodeCertificate> | undefined;
  if (shown?.subject === undefined) return undefined;
  const commonName: unknown = shown.subject.CN;
  return {
    commonName: typeof commonName === "string" ? commonName : undefined,
    names: shown.subjectaltname?.split(", ") ?? [],
    fingerprint: (shown.fingerprint256 ?? "").replaceAll(":", "").toLowerCase(),
  };
}
