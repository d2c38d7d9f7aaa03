// Invariants
// P1. A listener that the user holds stays theirs: after an outage, what it says of its address is true again, and closing it closes
//     the port.
import type { RpcPort } from "../../platform/rpc-port.ts";
import type { Listener, ListenOptions, ServerTlsOptions } from "../../platform/server-platform.ts";

/** The ports of a server. */
export class OpenPorts {
  readonly #port: RpcPort;
  readonly #open: Set<Reopening> = new Set();

  constructor(port: RpcPort) {
    this.#port = port;
  }

  /** The ports that are open. */
  get listeners(): Iterable<Listener> {
    return this.#open;
  }

  /** Opens one. */
  async open(options: ListenOptions): Promise<Listener> {
    const listener = await Reopening.open(this.#port, options, () => this.#open.delete(listener));
    this.#open.add(listener);
    return listener;
  }

  /** Closes all; gives how to open them again where they were. */
  async shut(): Promise<() => Promise<void>> {
    const shut = [...this.#open];
    await Promise.all(shut.map((listener) => listener.shut()));
    return async () => {
      await Promise.all(shut.map((listener) => listener.reopen()));
    };
  }

  /** Closes all for good. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((listener) => listener.close()));
  }
}

/** A port that can be closed and opened again under one object. */
class Reopening implements Listener {
  readonly address: string;
  readonly httpAddress: string | undefined;
  readonly #open: (options: ListenOptions) => Promise<Listener>;
  #options: ListenOptions;
  readonly #onClose: () => void;
  #listener: Listener | undefined;
  #closed = false;

  static async open(port: RpcPort, options: ListenOptions, onClose: () => void): Promise<Reopening> {
    // Loaded when asked for: a server without a port needs none of it, and runs where there are no sockets.
    const { serverPlatform } = await import("#platform/server");
    const open = (at: ListenOptions): Promise<Listener> => serverPlatform.listen(port, at);
    return new Reopening(open, await open(options), { options, onClose });
  }

  private constructor(
    open: (options: ListenOptions) => Promise<Listener>,
    listener: Listener,
    { options, onClose }: { readonly options: ListenOptions; readonly onClose: () => void },
  ) {
    this.#open = open;
    this.#listener = listener;
    this.#onClose = onClose;
    this.address = listener.address;
    this.httpAddress = listener.httpAddress;
    const { httpAddress } = listener;
    this.#options = {
      ...options,
      port: portOf(listener.address),
      ...(httpAddress === undefined ? {} : { httpPort: portOf(httpAddress) }),
    };
  }

  setTls(tls: ServerTlsOptions): void {
    this.#listener?.setTls(tls);
    this.#options = { ...this.#options, tls };
  }

  goAway(): void {
    this.#listener?.goAway();
  }

  dropConnections(): void {
    this.#listener?.dropConnections();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#onClose();
    await this.#listener?.close();
  }

  /** Closes it until {@link Reopening.reopen}. */
  async shut(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
  }

  /** Opens it where it was, unless it was closed for good meanwhile. */
  async reopen(): Promise<void> {
    if (this.#closed || this.#listener !== undefined) return;
    const listener = await this.#open(this.#options);
    if (this.#closed) await listener.close();
    else this.#listener = listener;
  }
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
