/** Writes certificates: the only module that knows their encoding. */
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

const COMMON_NAME = '2.5.4.3';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/** What a certificate says. */
export interface Contents {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  /** Whether it may sign others, or what else it is for. */
  readonly use: 'authority' | readonly ('server' | 'client')[];
  /** IP addresses and names, nothing else of which it is valid for. */
  readonly hosts: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Who signs: a common name and an EC key of P-256. */
export interface Issuer {
  readonly commonName: string;
  readonly key: KeyObject;
}

/** @returns PEM */
export function signCertificate(contents: Contents, issuer: Issuer): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: named(issuer.commonName),
    validity: new Validity({
      notBefore: new Date(contents.notBefore),
      notAfter: new Date(contents.notAfter),
    }),
    subject: named(contents.commonName),
    subjectPublicKeyInfo: publicKeyInfo(contents.publicKey),
    extensions: new Extensions(extensions(contents, issuer.key)),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), issuer.key);
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: bytes(signature),
  });
  return pem(Buffer.from(AsnConvert.serialize(certificate)));
}

function extensions({ use, hosts, publicKey }: Contents, issuerKey: KeyObject): Extension[] {
  const isAuthority = use === 'authority';
  const always = [
    extension(
      id_ce_basicConstraints,
      // No authority below it.
      new BasicConstraints(isAuthority ? { cA: true, pathLenConstraint: 0 } : {}),
      true,
    ),
    extension(
      id_ce_keyUsage,
      new KeyUsage(
        isAuthority ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature,
      ),
      true,
    ),
    // Who checks strictly wants to find the issuer by its key.
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(publicKey))),
    extension(
      id_ce_authorityKeyIdentifier,
      new AuthorityKeyIdentifier({
        keyIdentifier: new KeyIdentifier(keyIdentifier(createPublicKey(issuerKey))),
      }),
    ),
  ];
  if (isAuthority) return always;
  const purposes = use.map((purpose) => (purpose === 'server' ? id_kp_serverAuth : id_kp_clientAuth));
  return [
    ...always,
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage(purposes)),
    ...(hosts.length === 0
      ? []
      : [extension(id_ce_subjectAltName, new SubjectAlternativeName(hosts.map(generalName)))]),
  ];
}

function extension(extnID: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function generalName(host: string): GeneralName {
  switch (isIP(host)) {
    case 4:
      return new GeneralName({ iPAddress: host });
    case 6:
      return new GeneralName({ iPAddress: plainIPv6(host) });
    default:
      return new GeneralName({ dNSName: host });
  }
}

/** Without a zone, which is the business of one machine, and in hexadecimal throughout. */
function plainIPv6(host: string): string {
  return new URL(`http://[${host.replace(/%.*/, '')}]`).hostname.slice(1, -1);
}

function named(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

/** 128 random bits; but for the first two, which keep the number positive and of one length. */
function serialNumber(): ArrayBuffer {
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes(serial);
}

/** As RFC 5280 proposes: the SHA-1 of the key itself. */
function keyIdentifier(key: KeyObject): ArrayBuffer {
  const point = Buffer.from(publicKeyInfo(key).subjectPublicKey);
  return bytes(createHash('sha1').update(point).digest());
}

function publicKeyInfo(key: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(key.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
}

function bytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
