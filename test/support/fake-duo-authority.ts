import 'reflect-metadata'; // the next one asks for it
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const times = { notBefore: new Date('2020-01-01'), notAfter: new Date('2090-01-01') };

/** An authority of our own, and a server certificate for this machine that it has signed; all in PEM. */
export async function makeAuthority() {
  const newKeys = () => crypto.subtle.generateKey(signing, true, ['sign', 'verify']);
  const ofAuthority = await newKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...times,
    name: 'CN=Fake Duo authority',
    keys: ofAuthority,
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  const ofServer = await newKeys();
  const server = await X509CertificateGenerator.create({
    ...times,
    subject: 'CN=Fake Duo',
    issuer: authority.subject,
    publicKey: ofServer.publicKey,
    signingKey: ofAuthority.privateKey,
    signingAlgorithm: signing,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  const key = await crypto.subtle.exportKey('pkcs8', ofServer.privateKey);
  return {
    ca: authority.toString('pem'),
    cert: server.toString('pem'),
    key: PemConverter.encode(key, 'PRIVATE KEY'),
  };
}
