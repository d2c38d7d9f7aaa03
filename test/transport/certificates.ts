/** Certificates made when the tests run, so that none expires in the repository: just enough of X.509 in DER. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
}

/** Who signs: an authority made by {@link makeAuthority}. */
export interface Authority extends Certificate {
  readonly name: string;
}

/** Makes a certificate that signs others. */
export function makeAuthority(name: string): Authority {
  const { publicKey, privateKey } = keyPair();
  const extensions = [extension("551d13", seq(Buffer.from([1, 1, 255])), true)];
  return { name, ...issue({ name, publicKey, extensions }, { name, key: privateKey }) };
}

/** Makes a certificate for names or addresses, signed by an authority. */
export function makeCertificate(authority: Authority, names: readonly string[]): Certificate {
  const { publicKey, privateKey } = keyPair();
  const alternatives = names.map((name) =>
    isIP(name) ? tlv(0x87, Buffer.from(name.split(".").map(Number))) : tlv(0x82, Buffer.from(name)),
  );
  const subject = {
    name: names[0] ?? "client",
    publicKey,
    extensions: [extension("551d11", seq(...alternatives))],
  };
  const { certificate } = issue(subject, {
    name: authority.name,
    key: Buffer.from(authority.key).toString(),
  });
  return { certificate, key: Buffer.from(privateKey) };
}

interface Subject {
  readonly name: string;
  readonly publicKey: Buffer;
  readonly extensions: readonly Buffer[];
}

function issue(subject: Subject, issuer: { name: string; key: string }): Certificate {
  const algorithm = seq(oid("2a8648ce3d040302"));
  const day = 86_400_000;
  const signed = seq(
    tlv(0xa0, tlv(2, Buffer.from([2]))),
    tlv(2, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    commonName(issuer.name),
    seq(utc(Date.now() - day), utc(Date.now() + day)),
    commonName(subject.name),
    subject.publicKey,
    tlv(0xa3, seq(...subject.extensions)),
  );
  const signature = sign("sha256", signed, createPrivateKey(issuer.key));
  const der = seq(signed, algorithm, bits(signature));
  return { certificate: pem("CERTIFICATE", der), key: Buffer.from(issuer.key) };
}

function keyPair(): { publicKey: Buffer; privateKey: string } {
  const pair = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { publicKey: Buffer.from(pair.publicKey), privateKey: pair.privateKey };
}

function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function seq(...parts: Buffer[]): Buffer {
  return tlv(0x30, ...parts);
}

function oid(hex: string): Buffer {
  return tlv(6, Buffer.from(hex, "hex"));
}

function bits(bytes: Buffer): Buffer {
  return tlv(3, Buffer.from([0]), bytes);
}

function commonName(name: string): Buffer {
  return seq(tlv(0x31, seq(oid("550403"), tlv(0x0c, Buffer.from(name)))));
}

function utc(time: number): Buffer {
  return tlv(
    0x17,
    Buffer.from(
      `${new Date(time)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, "")
        .slice(2)}`,
    ),
  );
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return seq(oid(id), ...(critical ? [Buffer.from([1, 1, 255])] : []), tlv(4, value));
}

function pem(label: string, der: Buffer): Uint8Array {
  const lines = der.toString("base64").replace(/.{64}/g, "$&\n").trim();
  return Buffer.from(`-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`);
}
